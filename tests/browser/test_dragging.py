"""Cards and columns dragged by mouse, by finger and by keys, while somebody else looks and changes things."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tasks.models import Column, Task
from tests.browser.conftest import PHONE
from tests.browser.standing import box, middle
from tests.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMES = ["Alpha", "Bravo", "Charlie", "Delta"]


@pytest.fixture
def tasks(project, ana) -> dict[str, Task]:
    column = project.columns.order_by("position").first()
    return {name: Task.objects.add_to(project, name, column=column, by=ana)[0] for name in NAMES}


@pytest.fixture
def live(open_as, project, tasks):
    """live(user, **options): their page of the board, once its socket stands."""

    def page_of(user: Any, **options: Any) -> Page:
        page = open_as(user, f"/projects/{project.pk}/", **options)
        expect(page.locator("html")).to_have_attribute("data-connection", "live")
        return page

    return page_of


@pytest.fixture
def pages(live, ana, ben):
    return live(ana), live(ben)


def card(page: Page, title: str) -> Locator:
    return page.locator("task-board task-card").filter(has_text=title)


def column(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name=name, exact=True)


def stands(page: Page, name: str, *titles: str) -> None:
    expect(column(page, name).locator("task-card .task-card-title")).to_have_text(list(titles))


def lift(page: Page, what: Locator) -> None:
    x, y = middle(what)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 3, y + 3)
    page.mouse.move(x + 6, y + 6)
    expect(page.locator("task-board")).to_have_attribute("data-dragging", "card")


def carry(page: Page, to: tuple[float, float]) -> None:
    page.mouse.move(*to, steps=8)
    # The place opens with the next frame.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


HOLD_FRAMES = """() => {
  const [held, frame] = [[], requestAnimationFrame];
  window.requestAnimationFrame = (act) => held.push(act);
  window.letFramesGo = () => (window.requestAnimationFrame = frame) && held.forEach((act) => frame(act));
}"""


@contextmanager
def no_frames(page: Page) -> Iterator[None]:
    """As where a page has too much to do: the hand is quicker than its next frame."""
    page.evaluate(HOLD_FRAMES)
    yield
    page.evaluate("() => letFramesGo()")


def at_rest(page: Page) -> None:
    expect(page.locator(".drag-layer")).to_have_count(0)
    expect(page.locator("[data-lifted], [data-dragging]")).to_have_count(0)


def test_a_card_is_dragged_within_its_column_and_into_another(pages, tasks):
    mine, _theirs = pages
    lift(mine, card(mine, "Alpha"))
    x, y = middle(card(mine, "Charlie"))
    carry(mine, (x, y + 10))
    mine.mouse.up()
    for page in pages:
        stands(page, "To do", "Bravo", "Charlie", "Alpha", "Delta")
    at_rest(mine)
    lift(mine, card(mine, "Bravo"))
    carry(mine, middle(column(mine, "In progress").locator(".column-head")))
    mine.mouse.up()
    for page in pages:
        stands(page, "In progress", "Bravo")
        stands(page, "To do", "Charlie", "Alpha", "Delta")
    expect(mine.locator("task-panel")).to_be_hidden()  # the release opens no card
    assert "/tasks/" not in mine.url


def test_a_click_still_opens_a_card(pages):
    mine, _ = pages
    card(mine, "Bravo").click()
    expect(mine.locator("task-panel")).to_be_visible()


def test_escape_puts_a_dragged_card_back(pages, tasks):
    mine, _theirs = pages
    lift(mine, card(mine, "Alpha"))
    carry(mine, middle(column(mine, "In progress")))
    mine.keyboard.press("Escape")
    at_rest(mine)
    mine.mouse.up()
    stands(mine, "To do", *NAMES)
    tasks["Alpha"].refresh_from_db()
    assert tasks["Alpha"].version == 1 and tasks["Alpha"].updated_by_id == tasks["Alpha"].created_by_id


def test_what_others_do_meanwhile_is_drawn_around_a_dragged_card(pages, tasks, project, ben):
    mine, _theirs = pages
    lift(mine, card(mine, "Bravo"))
    carry(mine, middle(card(mine, "Charlie")))
    doing = project.columns.get(name="In progress")
    tasks["Alpha"].move_to(doing, by=ben)
    Task.objects.add_to(project, "Echo", column=tasks["Bravo"].column, by=ben)
    stands(mine, "In progress", "Alpha")
    expect(mine.locator("task-board")).to_have_attribute("data-dragging", "card")
    expect(mine.locator(".drag-card")).to_be_visible()
    carry(mine, middle(card(mine, "Echo")))
    mine.mouse.move(middle(card(mine, "Echo"))[0], middle(card(mine, "Echo"))[1] + 30, steps=3)
    carry(mine, (middle(card(mine, "Echo"))[0], middle(card(mine, "Echo"))[1] + 40))
    mine.mouse.up()
    for page in pages:
        stands(page, "To do", "Charlie", "Delta", "Echo", "Bravo")


def test_a_card_deleted_under_the_hand_ends_with_a_word(pages, tasks, ben):
    mine, _ = pages
    lift(mine, card(mine, "Bravo"))
    carry(mine, middle(card(mine, "Delta")))
    tasks["Bravo"].discard(by=ben)
    stands(mine, "To do", "Alpha", "Charlie", "Delta")
    expect(mine.locator(".drag-card")).to_be_visible()
    mine.mouse.up()
    expect(mine.get_by_text("somebody took it away meanwhile")).to_be_visible()
    at_rest(mine)


def test_a_refused_drop_goes_back_and_says_why(pages, project, tasks, ana, ben):
    mine, _ = pages
    doing = project.columns.get(name="In progress")
    Task.objects.add_to(project, "Only one", column=doing, by=ben)
    doing.change(limit=1, limit_refuses=True, by=ana)
    expect(column(mine, "In progress").locator(".column-count")).to_have_text("1 / 1")
    lift(mine, card(mine, "Alpha"))
    carry(mine, middle(column(mine, "In progress").locator(".column-head")))
    # The browser itself logs each refused request.
    mine.mouse.up()
    expect(mine.get_by_text("“In progress” takes 1 task at most.")).to_be_visible()
    stands(mine, "To do", *NAMES)
    mine.keyboard.press("Control+z")
    stands(mine, "To do", *NAMES)


@pytest.fixture(autouse=True)
def refusals(complaints):
    complaints.expect("409")


def test_a_drag_is_undone_by_ctrl_z(pages):
    mine, theirs = pages
    lift(mine, card(mine, "Delta"))
    carry(mine, middle(column(mine, "Done").locator(".column-head")))
    mine.mouse.up()
    stands(theirs, "Done", "Delta")
    expect(mine.get_by_text("WEB-4 moved to Done.")).to_be_visible()
    mine.keyboard.press("Control+z")
    for page in pages:
        stands(page, "To do", *NAMES)


def test_a_guest_drags_nothing(live, gus):
    page = live(gus)
    x, y = middle(card(page, "Alpha"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 200, y + 50, steps=5)
    expect(page.locator("[data-dragging]")).to_have_count(0)
    page.mouse.up()


def test_a_column_is_dragged_by_its_head(pages, project):
    mine, _theirs = pages
    x, y = middle(column(mine, "To do").locator(".column-name"))
    mine.mouse.move(x, y)
    mine.mouse.down()
    to, _ = middle(column(mine, "In progress"))
    mine.mouse.move(x + 8, y, steps=2)
    expect(mine.locator("task-board")).to_have_attribute("data-dragging", "column")
    carry(mine, (to + 30, y))
    mine.mouse.up()
    for page in pages:
        expect(page.locator("task-board .column-name")).to_have_text(["In progress", "To do", "Done"])
    at_rest(mine)


def test_what_is_let_go_before_a_frame_is_drawn_lands_where_the_hand_is(pages):
    mine, theirs = pages
    for what, to in (
        (card(mine, "Alpha"), column(mine, "In progress").locator(".column-head")),
        (column(mine, "To do").locator(".column-name"), column(mine, "In progress").locator(".column-count")),
    ):
        begin, end = middle(what), middle(to)
        with no_frames(mine):
            mine.mouse.move(*begin)
            mine.mouse.down()
            mine.mouse.move(*end)
            mine.mouse.up()
        stands(theirs, "In progress", "Alpha")
    expect(theirs.locator("task-board .column-name")).to_have_text(["In progress", "To do", "Done"])


def touch(page: Page, kind: str, x: float = 0, y: float = 0) -> None:
    points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
    page.touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_a_finger_drags_by_the_handle_and_scrolls_elsewhere(live, ana, ben):
    theirs = live(ben)
    phone = live(ana, viewport=PHONE, has_touch=True, is_mobile=True)
    phone.touch = phone.context.new_cdp_session(phone)
    x, y = middle(card(phone, "Bravo").locator(".task-card-title"))
    touch(phone, "touchStart", x, y)
    for step in range(1, 6):
        touch(phone, "touchMove", x, y + 12 * step)
    expect(phone.locator("[data-dragging]")).to_have_count(0)
    touch(phone, "touchEnd")
    stands(theirs, "To do", *NAMES)
    x, y = middle(card(phone, "Alpha").locator('[data-part="handle"]'))
    _, end = middle(card(phone, "Delta"))
    touch(phone, "touchStart", x, y)
    touch(phone, "touchMove", x, y + 6)
    expect(phone.locator("task-board")).to_have_attribute("data-dragging", "card")
    for step in range(1, 11):
        touch(phone, "touchMove", x, y + (end + 20 - y) * step / 10)
    phone.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    touch(phone, "touchEnd")
    for page in (phone, theirs):
        stands(page, "To do", "Bravo", "Charlie", "Delta", "Alpha")


def test_a_finger_drags_a_column_by_its_handle_and_scrolls_elsewhere(live, ana, ben):
    theirs = live(ben)
    phone = live(ana, viewport=PHONE, has_touch=True, is_mobile=True)
    phone.touch = phone.context.new_cdp_session(phone)
    board = phone.locator("task-board")
    end = board.evaluate("each => each.scrollWidth - each.clientWidth")
    x, y = middle(column(phone, "To do").locator('[data-part="column-handle"]'))
    touch(phone, "touchStart", x, y)
    touch(phone, "touchMove", x + 6, y)
    expect(board).to_have_attribute("data-dragging", "column")
    # One column fills the phone: at its edge the board comes along, to its end and no further.
    touch(phone, "touchMove", PHONE["width"] - 10, y)
    eventually(lambda: board.evaluate("each => each.scrollLeft") >= end - 1)
    phone.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert board.evaluate("each => each.scrollLeft") <= end
    touch(phone, "touchEnd")
    order = ["In progress", "Done", "To do"]
    for page in (phone, theirs):
        expect(page.locator("task-board .column-name")).to_have_text(order)
    at_rest(phone)
    x, y = middle(column(phone, "To do").locator(".column-name"))
    touch(phone, "touchStart", x, y)
    for step in range(1, 4):
        touch(phone, "touchMove", x - 12 * step, y)
    expect(phone.locator("[data-dragging]")).to_have_count(0)
    touch(phone, "touchEnd")
    expect(theirs.locator("task-board .column-name")).to_have_text(order)


def said(page: Page, words: str) -> None:
    expect(page.locator("live-announcer")).to_contain_text(words)


def test_space_lifts_arrows_carry_space_drops_and_each_step_is_said(pages, tasks):
    mine, theirs = pages
    card(mine, "Bravo").locator("a").focus()
    mine.keyboard.press(" ")
    said(mine, "WEB-2 lifted. To do, place 2 of 4. Arrows move it, Space drops it, Escape puts it back.")
    mine.keyboard.press("ArrowDown")
    said(mine, "To do, place 3 of 4.")
    mine.keyboard.press("ArrowRight")
    said(mine, "In progress, place 1 of 1.")
    stands(mine, "In progress", "Bravo")
    stands(theirs, "To do", *NAMES)  # nobody hears of it before the drop
    mine.keyboard.press(" ")
    said(mine, "WEB-2 dropped. In progress, place 1 of 1.")
    expect(card(mine, "Bravo").locator("a")).to_be_focused()
    for page in pages:
        stands(page, "In progress", "Bravo")
        stands(page, "To do", "Alpha", "Charlie", "Delta")
    mine.keyboard.press("Control+z")
    stands(theirs, "To do", *NAMES)


def test_keys_quicker_than_the_next_frame_go_on_with_the_next_card(pages):
    mine, _theirs = pages
    card(mine, "Alpha").locator("a").focus()
    with no_frames(mine):
        for key in ("Delete", "Delete", "d", "d"):
            mine.keyboard.press(key)
    for page in pages:
        stands(page, "To do", "Delta", "Charlie")  # opened again it comes last
    expect(card(mine, "Charlie").locator("a")).to_be_focused()


def test_escape_puts_a_lifted_card_back(pages, tasks):
    mine, _theirs = pages
    card(mine, "Alpha").locator("a").focus()
    for key in (" ", "ArrowDown", "ArrowDown", "ArrowRight", "Escape"):
        mine.keyboard.press(key)
    said(mine, "WEB-1 is back where it was, in To do.")
    expect(card(mine, "Alpha").locator("a")).to_be_focused()
    stands(mine, "To do", *NAMES)
    tasks["Alpha"].refresh_from_db()
    assert tasks["Alpha"].updated_at == Task.objects.get(pk=tasks["Alpha"].pk).updated_at


def test_a_lifted_card_that_somebody_deletes_ends_with_a_word(pages, tasks, ben):
    mine, _ = pages
    card(mine, "Bravo").locator("a").focus()
    mine.keyboard.press(" ")
    mine.keyboard.press("ArrowDown")
    tasks["Bravo"].discard(by=ben)
    expect(mine.get_by_text("somebody took it away meanwhile")).to_be_visible()
    stands(mine, "To do", "Alpha", "Charlie", "Delta")


def test_a_card_is_moved_by_its_menu(pages):
    mine, theirs = pages
    card(mine, "Alpha").locator("a").focus()
    mine.keyboard.press("m")
    mine.get_by_role("menuitem", name="In progress").click()
    stands(theirs, "In progress", "Alpha")


def test_far_cards_are_reached_by_holding_at_the_edge(live, ana, project):
    doing = project.columns.get(name="To do")
    for n in range(30):
        Task.objects.add_to(project, f"Filler {n}", column=doing, by=ana)
    page = live(ana)
    scroll = column(page, "To do").locator(".column-scroll")
    lift(page, card(page, "Alpha"))
    place = box(scroll)
    page.mouse.move(place["x"] + 60, place["y"] + place["height"] - 10, steps=4)
    eventually(lambda: scroll.evaluate("each => each.scrollTop") > 600)
    page.keyboard.press("Escape")
    page.mouse.up()
    at_rest(page)
    assert Column.objects.get(pk=doing.pk).tasks.order_by("position").first().title == "Alpha"
