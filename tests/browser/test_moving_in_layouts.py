"""Tasks moved in lanes and in the calendar, by finger and by keys; and the calendar's month in the address."""

import re
from datetime import datetime

import pytest
from playwright.sync_api import Locator, Page, expect

from tasks.models import Batch, Task
from tests.browser.axe import violations
from tests.browser.conftest import PHONE
from tests.browser.standing import box, middle
from tests.browser.test_dragging import carry, no_frames, said, touch
from tests.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DECEMBER = "layout=calendar&at=2030-12"


@pytest.fixture
def tasks(project, ana, ben):
    for user in (ana, ben):
        user.time_zone = "UTC"
        user.save()
    column = project.columns.order_by("position").first()
    details = {
        "Alpha": {"priority": "urgent", "due_at": datetime.fromisoformat("2030-12-30T12:00Z")},
        "Bravo": {"priority": "low", "due_at": datetime.fromisoformat("2030-12-10T12:00Z")},
        "Charlie": {"priority": "low"},
    }
    return {
        title: Task.objects.add_to(project, title, column=column, by=ana, **each)[0]
        for title, each in details.items()
    }


@pytest.fixture
def see(open_as, project, tasks):
    """`see(ana, "layout=calendar")`: somebody's live page of the project."""

    def seen(user, query: str, **options) -> Page:
        page = open_as(user, f"/projects/{project.pk}/?{query}", **options)
        expect(page.locator("html")).to_have_attribute("data-connection", "live")
        if options.get("has_touch"):
            page.touch = page.context.new_cdp_session(page)
        return page

    return seen


def cell(page: Page, name: str) -> Locator:
    return page.get_by_role("list", name=name, exact=True)


def holds(page: Page, name: str, *titles: str) -> None:
    expect(cell(page, name).locator(".task-card-title")).to_have_text(list(titles))


def day(page: Page, when: str) -> Locator:
    return page.locator(f'task-calendar .day[data-day="{when}"]')


def at_rest(page: Page) -> None:
    expect(page.locator(".drag-layer, [data-dragged], [data-carried], [data-over]")).to_have_count(0)


def posts(page: Page) -> list[str]:
    """Where it posts to from now on."""
    sent: list[str] = []
    page.on(
        "request", lambda request: request.method == "POST" and sent.append(request.url.split("/v1/")[-1])
    )
    return sent


def test_into_another_lane_and_column_is_one_request_and_one_undo(see, project, ana, ben):
    mine, other = see(ana, "lanes=priority"), see(ben, "lanes=priority")
    sent = posts(mine)
    card = cell(mine, "Low priority, To do").locator("task-card", has_text="Bravo")
    x, y = middle(card)
    mine.mouse.move(x, y)
    mine.mouse.down()
    mine.mouse.move(x, y + 6, steps=2)
    carry(mine, middle(cell(mine, "Urgent priority, In progress")))
    expect(cell(mine, "Urgent priority, In progress")).to_have_attribute("data-over", "")
    mine.mouse.up()
    at_rest(mine)
    for page in (mine, other):
        holds(page, "Urgent priority, In progress", "Bravo")
        holds(page, "Low priority, To do", "Charlie")
    expect(mine.get_by_role("button", name="Undo")).to_have_count(1)
    assert sent == [f"projects/{project.pk}/tasks/bulk"] and Batch.objects.get().action == "move change"
    mine.keyboard.press("Control+z")
    for page in (mine, other):
        holds(page, "Low priority, To do", "Bravo", "Charlie")


def hold_over(page: Page, what: str, beside: str, *, above: bool) -> None:
    """Lift a card, and hold it over the upper or the lower half of another."""
    x, y = middle(page.locator("task-card", has_text=what))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 6, steps=2)
    place = box(page.locator("task-card", has_text=beside))
    carry(page, (place["x"] + 40, place["y"] + place["height"] * (0.2 if above else 0.8)))


def test_a_card_of_a_lane_goes_between_the_two_where_it_is_dropped(see, project, tasks, ana, ben):
    Task.objects.add_to(project, "Delta", priority="low", by=ana)
    mine, other = see(ana, "lanes=priority"), see(ben, "lanes=priority")
    sent = posts(mine)
    hold_over(mine, "Delta", "Charlie", above=True)
    expect(mine.locator("task-card", has_text="Charlie")).to_have_attribute("data-drop", "before")
    mine.mouse.up()
    at_rest(mine)
    for page in (mine, other):
        holds(page, "Low priority, To do", "Bravo", "Delta", "Charlie")
    hold_over(mine, "Alpha", "Charlie", above=False)
    expect(mine.locator("task-card", has_text="Charlie")).to_have_attribute("data-drop", "after")
    mine.mouse.up()
    for page in (mine, other):
        holds(page, "Low priority, To do", "Bravo", "Delta", "Charlie", "Alpha")
    assert sent == [f"projects/{project.pk}/tasks/bulk"] * 2
    mine.keyboard.press("Control+z")
    for page in (mine, other):
        holds(page, "Urgent priority, To do", "Alpha")
        holds(page, "Low priority, To do", "Bravo", "Delta", "Charlie")
    hold_over(mine, "Bravo", "Delta", above=True)  # where it stands
    mine.mouse.up()
    at_rest(mine)
    assert len(sent) == 3


def test_whoever_may_not_move_tasks_gives_them_no_other_place(see, project, ana, ben):
    project.change_rights({"member": {"move_tasks": False}}, by=ana)
    page = see(ben, "lanes=priority")
    sent = posts(page)
    hold_over(page, "Charlie", "Bravo", above=True)
    expect(cell(page, "Low priority, To do")).to_have_attribute("data-over", "")
    expect(page.locator("[data-drop]")).to_have_count(0)
    page.mouse.up()
    at_rest(page)
    hold_over(page, "Charlie", "Alpha", above=True)  # another lane, of the same column: that is an edit
    page.mouse.up()
    holds(page, "Urgent priority, To do", "Alpha", "Charlie")
    eventually(lambda: Batch.objects.filter(action="change").exists())
    assert sent == [f"projects/{project.pk}/tasks/bulk"]


def test_what_is_let_go_before_a_frame_is_drawn_goes_to_the_day_under_the_hand(see, ana, ben):
    mine, other = see(ana, DECEMBER), see(ben, DECEMBER)
    with no_frames(mine):
        mine.locator(".day-task", has_text="Bravo").drag_to(day(mine, "2030-12-12"))
    expect(day(other, "2030-12-12")).to_contain_text("Bravo")


def test_a_card_is_carried_through_the_lanes_by_keys(see, ana, ben, tasks):
    mine, other = see(ana, "lanes=priority"), see(ben, "lanes=priority")
    link = mine.get_by_role("link", name="Charlie")
    link.focus()
    mine.keyboard.press(" ")
    said(mine, "WEB-3 lifted. Low priority, To do. Arrows move it, Space drops it, Escape puts it back.")
    mine.keyboard.press("ArrowRight")
    said(mine, "Low priority, In progress.")
    mine.keyboard.press("ArrowUp")
    said(mine, "Urgent priority, In progress.")
    mine.keyboard.press("ArrowUp")
    said(mine, "It goes no further that way.")
    holds(mine, "Urgent priority, In progress", "Charlie")
    holds(other, "Low priority, To do", "Bravo", "Charlie")  # nobody hears of it before the drop
    assert violations(mine) == []
    mine.keyboard.press("Escape")
    said(mine, "WEB-3 is back where it was. Low priority, To do.")
    expect(link).to_be_focused()
    holds(mine, "Low priority, To do", "Bravo", "Charlie")
    for key in (" ", "ArrowUp", "ArrowRight", " "):
        mine.keyboard.press(key)
    said(mine, "WEB-3 dropped. Urgent priority, In progress.")
    expect(link).to_be_focused()
    for page in (mine, other):
        holds(page, "Urgent priority, In progress", "Charlie")
    at_rest(mine)
    link.press(" ")
    tasks["Charlie"].discard(by=ben)
    expect(mine.get_by_text("somebody took it away meanwhile")).to_be_visible()
    at_rest(mine)


def finger(page: Page, what: Locator, to: tuple[float, float]) -> None:
    x, y = middle(what)
    touch(page, "touchStart", x, y)
    touch(page, "touchMove", x, y + 6)
    expect(page.locator("[data-dragging=task]")).to_have_count(1)
    for step in range(1, 6):
        touch(page, "touchMove", x + (to[0] - x) * step / 5, y + (to[1] - y) * step / 5)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    touch(page, "touchEnd")


def test_a_finger_drags_through_lanes_and_days_by_the_handle(see, ana, ben):
    watcher, phone = (
        see(ben, "lanes=priority"),
        see(ana, "lanes=priority", viewport=PHONE, has_touch=True, is_mobile=True),
    )
    card = cell(phone, "Low priority, To do").locator("task-card", has_text="Bravo")
    x, y = middle(card.locator(".task-card-title"))
    touch(phone, "touchStart", x, y)
    touch(phone, "touchMove", x, y - 20)
    expect(phone.locator("[data-dragging]")).to_have_count(0)
    touch(phone, "touchEnd")
    finger(phone, card.locator('[data-part="handle"]'), middle(cell(phone, "Urgent priority, To do")))
    holds(watcher, "Urgent priority, To do", "Alpha", "Bravo")
    week = see(ana, "layout=calendar&at=2030-12-09", viewport=PHONE, has_touch=True, is_mobile=True)
    expect(week.locator("task-calendar .day")).to_have_count(7)
    finger(week, day(week, "2030-12-10").locator('[data-part="handle"]'), middle(day(week, "2030-12-12")))
    expect(day(week, "2030-12-12")).to_contain_text("Bravo")
    expect(day(see(ben, DECEMBER), "2030-12-12")).to_contain_text("Bravo")
    assert violations(week) == []


def test_a_task_is_carried_through_the_days_by_keys_and_the_month_turns(see, ana, ben):
    mine, other = see(ana, DECEMBER), see(ben, "layout=calendar&at=2031-01")
    link = mine.get_by_role("link", name="Alpha")
    link.focus()
    mine.keyboard.press(" ")
    said(mine, "WEB-1 lifted. Monday, 30 December 2030.")
    mine.keyboard.press("ArrowRight")
    mine.keyboard.press("ArrowDown")
    said(mine, "Tuesday, 7 January 2031.")
    expect(mine.get_by_role("heading", name="January 2031", exact=True)).to_be_visible()
    expect(link).to_be_focused()
    mine.keyboard.press("Escape")
    expect(mine.get_by_role("heading", name="December 2030", exact=True)).to_be_visible()
    expect(day(mine, "2030-12-30")).to_contain_text("Alpha")
    expect(link).to_be_focused()
    for key in (" ", "ArrowDown", "ArrowRight", " "):
        mine.keyboard.press(key)
    said(mine, "WEB-1 dropped. Tuesday, 7 January 2031.")
    for page in (mine, other):
        expect(day(page, "2031-01-07")).to_contain_text("Alpha")
    expect(link).to_be_focused()
    mine.get_by_role("link", name="Charlie").focus()
    for key in (" ", "ArrowRight"):
        mine.keyboard.press(key)
    said(mine, "Monday, 30 December 2030.")  # from the shelf to the first day shown
    mine.keyboard.press("Enter")
    expect(day(other, "2030-12-30")).to_contain_text("Charlie")


def test_the_month_stands_in_the_address_and_goes_back_and_forward(see, ana, ben):
    page = see(ana, DECEMBER)
    title = page.locator(".calendar-head h2")
    expect(title).to_have_text("December 2030")
    page.get_by_role("button", name="Later").click()
    expect(title).to_have_text("January 2031")
    expect(page).to_have_url(re.compile(r"\?layout=calendar&at=2031-01$"))
    linked = see(ben, page.url.split("?")[1])
    expect(linked.locator(".calendar-head h2")).to_have_text("January 2031")
    page.go_back()
    expect(title).to_have_text("December 2030")
    page.go_forward()
    expect(title).to_have_text("January 2031")
    page.get_by_role("button", name="Today").last.click()
    expect(page).to_have_url(re.compile(r"\?layout=calendar$"))
    page.go_back()
    expect(title).to_have_text("January 2031")
    page.get_by_role("button", name="Earlier").click()
    page.get_by_role("link", name="Alpha").click()
    expect(page.locator("task-panel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("task-panel")).to_be_hidden()
    expect(title).to_have_text("December 2030")
    expect(page).to_have_url(re.compile(rf"{re.escape(DECEMBER)}$"))


def test_by_the_menu_a_finger_and_a_key_reach_the_same(see, ana, ben):
    phone = see(ana, "lanes=priority", viewport=PHONE, has_touch=True, is_mobile=True)
    other = see(ben, "lanes=priority")
    cell(phone, "Low priority, To do").locator("task-card", has_text="Bravo").dispatch_event("contextmenu")
    phone.get_by_role("menuitem", name="Move to").tap()
    phone.get_by_role("menuitem", name="In progress").tap()
    holds(other, "Low priority, In progress", "Bravo")
    other.get_by_role("link", name="Charlie").press("m")
    expect(other.get_by_role("menuitem").nth(2)).to_have_text("Done")
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        other.keyboard.press(key)
    holds(other, "Low priority, Done", "Charlie")
