"""Several cards at once: selected by pointer, keys and touch, changed by one act, and taken back by one."""

import pytest
from playwright.sync_api import Page, expect

from tasks.models import Label, Task
from tests.browser.axe import violations
from tests.browser.conftest import PHONE
from tests.browser.standing import middle

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMES = ["Alpha", "Bravo", "Charlie", "Delta", "Echo"]


@pytest.fixture
def tasks(project, ana):
    Label.objects.add_to(project, "Website", colour="blue", by=ana)
    column = project.columns.order_by("position").first()
    return {name: Task.objects.add_to(project, name, column=column, by=ana)[0] for name in NAMES}


@pytest.fixture
def pages(open_as, project, tasks, ana, ben):
    """Ana's page and Ben's, both live."""
    both = [open_as(who, f"/projects/{project.pk}/") for who in (ana, ben)]
    for page in both:
        expect(page.locator("html")).to_have_attribute("data-connection", "live")
    return both


def card(page: Page, title: str):
    return page.locator("task-card").filter(has_text=title)


def stands(page: Page, column: str, *titles: str) -> None:
    cards = page.get_by_role("group", name=column, exact=True).locator("task-card .task-card-title")
    expect(cards).to_have_text(list(titles))


def selected(page: Page, *titles: str) -> None:
    expect(page.locator("task-card[data-selected] .task-card-title")).to_have_text(list(titles))
    if titles:
        expect(page.get_by_text(f"{len(titles)} selected", exact=True)).to_be_visible()
    else:
        expect(page.locator("selection-bar")).to_be_hidden()


def act(page: Page, name: str) -> None:
    page.get_by_role("toolbar", name="Selected tasks").get_by_role("button", name=name).click()


def undo(page: Page) -> None:
    page.get_by_role("button", name="Undo").last.click()


def test_cards_are_selected_by_clicks_with_ctrl_and_shift(pages):
    page, _ = pages
    card(page, "Alpha").click(modifiers=["Control"])
    selected(page, "Alpha")
    card(page, "Charlie").click(modifiers=["Shift"])
    selected(page, "Alpha", "Bravo", "Charlie")
    card(page, "Bravo").click(modifiers=["Control"])
    selected(page, "Alpha", "Charlie")
    expect(page.locator("task-panel")).to_be_hidden()
    page.keyboard.press("Escape")
    selected(page)


def test_and_by_keys_alone(pages):
    page, other = pages
    page.keyboard.press("b")
    page.keyboard.press("x")
    selected(page, "Alpha")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    selected(page, "Alpha", "Bravo", "Charlie")
    page.keyboard.press("Shift+ArrowUp")
    selected(page, "Alpha", "Bravo")
    page.keyboard.press("m")
    expect(page.get_by_role("menuitemradio", name="To do")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    stands(other, "In progress", "Alpha", "Bravo")
    page.keyboard.press("Control+z")
    stands(other, "To do", *NAMES)


def test_moving_several_shows_to_the_other_and_one_undo_takes_it_back(pages):
    page, other = pages
    for title in ("Delta", "Bravo"):
        card(page, title).click(modifiers=["Control"])
    act(page, "Move")
    page.get_by_role("menuitemradio", name="Done").click()
    stands(page, "Done", "Bravo", "Delta")
    stands(other, "Done", "Bravo", "Delta")
    undo(page)
    stands(other, "To do", *NAMES)
    stands(page, "To do", *NAMES)


def test_one_that_is_dragged_takes_the_others_along(pages):
    page, other = pages
    for title in ("Alpha", "Delta"):
        card(page, title).click(modifiers=["Control"])
    x, y = middle(card(page, "Alpha"))
    column = page.get_by_role("group", name="In progress", exact=True).locator(".column-head")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 6, y + 6, steps=2)
    expect(page.locator(".drag-card[data-several='2']")).to_be_visible()
    page.mouse.move(*middle(column), steps=8)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.mouse.up()
    for each in pages:
        stands(each, "In progress", "Alpha", "Delta")
    undo(page)
    stands(other, "To do", *NAMES)
    stands(other, "In progress")


def test_archiving_several(pages):
    page, other = pages
    for title in ("Alpha", "Bravo"):
        card(page, title).click(modifiers=["Control"])
    act(page, "Archive")
    stands(other, "To do", "Charlie", "Delta", "Echo")
    selected(page)
    undo(page)
    stands(other, "To do", *NAMES)


def test_assigning_and_labelling_several(pages, tasks, ben):
    page, other = pages
    for title in ("Alpha", "Bravo"):
        card(page, title).click(modifiers=["Control"])
    act(page, "Assign")
    page.get_by_role("option").filter(has=page.get_by_text("Ben", exact=True)).click()
    page.keyboard.press("Escape")
    act(page, "Label")
    page.get_by_role("option", name="Website").click()
    page.keyboard.press("Escape")
    for title in ("Alpha", "Bravo"):
        expect(card(other, title).locator(".task-card-people user-avatar")).to_have_count(1)
        expect(card(other, title).locator(".label-dot")).to_have_count(1)
    selected(page, "Alpha", "Bravo")


def test_deleting_several_and_somebody_elses_change_in_between(pages, tasks, ben):
    page, other = pages
    for title in ("Alpha", "Bravo", "Charlie"):
        card(page, title).click(modifiers=["Control"])
    tasks["Charlie"].discard(by=ben)
    selected(page, "Alpha", "Bravo")
    act(page, "Delete")
    stands(other, "To do", "Delta", "Echo")
    undo(page)
    stands(other, "To do", "Alpha", "Bravo", "Delta", "Echo")
    selected(page)


def test_an_undo_that_comes_too_late_for_some_says_so(pages, project, tasks, ben):
    page, other = pages
    for title in ("Alpha", "Bravo"):
        card(page, title).click(modifiers=["Control"])
    act(page, "Complete")
    stands(page, "Done", "Alpha", "Bravo")
    stands(other, "Done", "Alpha", "Bravo")
    Task.objects.get(pk=tasks["Alpha"].pk).move_to(project.columns.get(name="In progress"), by=ben)
    stands(page, "In progress", "Alpha")
    undo(page)
    expect(page.get_by_text("One of these tasks has been changed since")).to_be_visible()
    stands(other, "To do", "Bravo", "Charlie", "Delta", "Echo")


def test_on_a_phone_a_long_press_begins_and_taps_go_on(open_as, project, tasks, ben):
    page = open_as(ben, f"/projects/{project.pk}/", viewport=PHONE, has_touch=True, is_mobile=True)
    card(page, "Alpha").click(button="right")
    page.get_by_role("menuitem", name="Select").click()
    selected(page, "Alpha")
    card(page, "Bravo").tap()
    selected(page, "Alpha", "Bravo")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []
    act(page, "Complete")
    stands(page, "Done", "Alpha", "Bravo")


def test_a_guest_selects_and_changes_nothing(open_as, project, tasks, gus):
    page = open_as(gus, f"/projects/{project.pk}/")
    expect(page.locator("html")).to_have_attribute("data-connection", "live")
    card(page, "Alpha").click(modifiers=["Control"])
    selected(page, "Alpha")
    bar = page.get_by_role("toolbar", name="Selected tasks")
    expect(bar.get_by_role("button")).to_have_count(1)
    assert violations(page) == []
