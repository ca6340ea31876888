"""The board read from right to left: what is dragged, and where arrows carry it, follows the eye."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tasks.models import Column, Task
from tests.browser.standing import box, middle
from tests.browser.test_dragging import NAMES, at_rest, card, carry, column, lift, stands
from tests.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def mine(open_as, project, ana) -> Page:
    """Ana's board, wider than her window, in the direction that a language written from the right gives a page."""
    first = project.columns.order_by("position").first()
    for name in NAMES:
        Task.objects.add_to(project, name, column=first, by=ana)
    for number in range(4):
        Column.objects.add_to(project, f"Step {number}", by=ana)
    page = open_as(ana, f"/projects/{project.pk}/", viewport={"width": 1200, "height": 800})
    page.evaluate("document.documentElement.dir = 'rtl'")
    expect(page.locator("html")).to_have_attribute("data-connection", "live")
    return page


def order_of(page: Page) -> Any:
    return page.locator("task-board .column-name")


def test_a_card_goes_to_the_next_column_at_the_left_and_far_beyond_the_edge(mine):
    assert middle(column(mine, "In progress"))[0] < middle(column(mine, "To do"))[0]
    lift(mine, card(mine, "Alpha"))
    carry(mine, middle(column(mine, "In progress").locator(".column-head")))
    gap = box(mine.locator(".drag-gap"))
    assert abs(gap["x"] + gap["width"] / 2 - middle(column(mine, "In progress"))[0]) < 2
    mine.mouse.up()
    stands(mine, "In progress", "Alpha")
    at_rest(mine)
    lift(mine, card(mine, "Bravo"))
    board = box(mine.locator("task-board"))
    mine.mouse.move(board["x"] + 12, middle(column(mine, "To do").locator(".column-head"))[1], steps=4)
    eventually(lambda: box(column(mine, "Step 3"))["x"] >= board["x"])
    carry(mine, middle(column(mine, "Step 3").locator(".column-head")))
    mine.mouse.up()
    stands(mine, "Step 3", "Bravo")
    stands(mine, "To do", "Charlie", "Delta")


def test_a_column_goes_to_the_left_and_back(mine):
    for way, order in ((-1, ["In progress", "To do"]), (1, ["To do", "In progress"])):
        x, y = middle(column(mine, "To do").locator(".column-name"))
        mine.mouse.move(x, y)
        mine.mouse.down()
        mine.mouse.move(x + 8 * way, y, steps=2)
        expect(mine.locator("task-board")).to_have_attribute("data-dragging", "column")
        carry(mine, (middle(column(mine, "In progress"))[0], y))
        mine.mouse.up()
        at_rest(mine)
        expect(order_of(mine)).to_have_text([*order, "Done", *(f"Step {number}" for number in range(4))])


def test_keys_carry_a_card_the_way_the_arrow_points(mine):
    card(mine, "Charlie").locator("a").focus()
    for key in (" ", "ArrowLeft", "ArrowLeft", "ArrowRight", " "):
        mine.keyboard.press(key)
    stands(mine, "In progress", "Charlie")
    mine.keyboard.press("Alt+Shift+ArrowRight")
    stands(mine, "To do", "Charlie", "Alpha", "Bravo", "Delta")
