"""The same tasks as lanes, as a list and as a calendar: each live, by hand and by keys."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tasks.models import Label, Task
from tests.browser.axe import violations
from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RTL = "שם ארוך מאוד של משימה שנכתב מימין לשמאל ואיננו נגמר לעולם"


@pytest.fixture
def tasks(project, ana, ben, gus):
    label = Label.objects.add_to(project, "Website", colour="blue", by=ana)
    for user in (ana, ben, gus):
        user.time_zone = "UTC"
        user.save()
    today = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    details = {
        "Charlie": {"assignees": [ana.pk, ben.pk], "due_at": today - timedelta(days=40)},
        "Alpha": {"assignees": [ben.pk], "labels": [label.pk], "priority": "low", "due_at": today},
        RTL: {"priority": "urgent", "labels": [label.pk]},
    }
    column = project.columns.order_by("position").first()
    return {
        title: Task.objects.add_to(project, title, column=column, by=ana, **each)[0]
        for title, each in details.items()
    }


@pytest.fixture
def see(open_as, project, tasks):
    """`see(ana, "layout=list")`: somebody's live page of the project."""

    def seen(user, query: str, **options) -> Page:
        page = open_as(user, f"/projects/{project.pk}/?{query}", **options)
        expect(page.locator("html")).to_have_attribute("data-connection", "live")
        return page

    return seen


def rows(page: Page, *titles: str) -> None:
    expect(page.locator("task-list .task-row-title")).to_have_text(list(titles))


def lane(page: Page, name: str):
    return page.get_by_role("region", name=name, exact=True)


def test_the_list_is_sorted_by_its_heads_and_the_address_says_how(see, ana):
    page = see(ana, "layout=list")
    rows(page, "Charlie", "Alpha", RTL)
    page.get_by_role("button", name="Title").click()
    rows(page, "Alpha", "Charlie", RTL)
    expect(page).to_have_url(re.compile("sort=title$"))
    page.get_by_role("button", name="Due", exact=True).click()
    rows(page, "Charlie", "Alpha", RTL)
    page.get_by_role("button", name="Due", exact=True).click()
    rows(page, "Alpha", "Charlie", RTL)
    expect(page.get_by_role("columnheader", name="Due")).to_have_attribute("aria-sort", "descending")
    page.go_back()
    page.go_back()
    rows(page, "Alpha", "Charlie", RTL)
    page.get_by_role("button", name="Priority").click()
    rows(page, RTL, "Alpha", "Charlie")


def test_ticked_in_one_list_it_is_done_in_the_others(see, ana, ben):
    anas, bens = see(ana, "layout=list"), see(ben, "layout=list")
    anas.get_by_role("checkbox", name="WEB-2 completed").click()
    expect(bens.get_by_role("checkbox", name="WEB-2 completed")).to_be_checked()
    rows(bens, "Charlie", RTL, "Alpha")
    anas.get_by_role("button", name="Undo").click()
    rows(bens, "Charlie", "Alpha", RTL)


def test_the_list_by_keys(see, ana, ben):
    page, other = see(ana, "layout=list"), see(ben, "layout=list")
    page.get_by_role("link", name="Charlie").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Alpha")).to_be_focused()
    page.keyboard.press("Shift+ArrowDown")
    expect(page.get_by_text("2 selected")).to_be_visible()
    page.keyboard.press("Delete")
    rows(other, "Charlie")
    page.keyboard.press("Control+z")
    rows(other, "Charlie", "Alpha", RTL)
    page.get_by_role("link", name="Charlie").press("Enter")
    expect(page.locator("task-panel")).to_be_visible()


def test_grouped_a_task_of_two_people_stands_with_both(see, ana, ben, tasks):
    page = see(ana, "layout=list&lanes=assignee")
    rows(page, "Charlie", "Charlie", "Alpha", RTL)
    expect(page.get_by_role("rowheader")).to_have_text(
        [re.compile("Ana"), re.compile("Ben"), re.compile("Nobody")]
    )
    tasks["Charlie"].change(assignees=[ana.pk], by=ben)
    rows(page, "Charlie", "Alpha", RTL)


def test_lanes_go_across_the_columns_and_follow_what_others_change(see, ana, ben, tasks, project):
    page = see(ana, "lanes=assignee")
    expect(lane(page, "Ana").locator("task-card")).to_have_text([re.compile("Charlie")])
    expect(lane(page, "Ben").locator("task-card")).to_have_count(2)
    tasks["Alpha"].move_to(project.columns.get(name="In progress"), by=ben)
    expect(lane(page, "Ben").get_by_role("list", name="Ben, In progress").locator("task-card")).to_have_count(
        1
    )
    tasks["Alpha"].change(assignees=[], by=ben)
    expect(lane(page, "Nobody").locator("task-card")).to_have_count(2)


def test_a_lane_closes_and_stays_closed(see, ana):
    page = see(ana, "lanes=label")
    page.get_by_role("button", name="Website").click()
    expect(lane(page, "Website").locator("task-card")).to_have_count(0)
    expect(lane(page, "No label").locator("task-card")).to_have_count(1)
    page.reload()
    expect(page.get_by_role("button", name="Website")).to_have_attribute("aria-expanded", "false")
    page.get_by_role("button", name="Website").press("Enter")
    expect(lane(page, "Website").locator("task-card")).to_have_count(2)


def test_a_card_dragged_into_another_lane_and_column_changes_both(see, ana, ben):
    page, other = see(ana, "lanes=priority"), see(ben, "lanes=priority")
    card = lane(page, "Low priority").locator("task-card")
    card.drag_to(lane(page, "Urgent priority").get_by_role("list", name="Urgent priority, In progress"))
    target = lane(other, "Urgent priority").get_by_role("list", name="Urgent priority, In progress")
    expect(target.locator("task-card")).to_have_text([re.compile("Alpha")])


def test_lanes_by_keys(see, ana, project, tasks, ben):
    tasks["Alpha"].move_to(project.columns.get(name="In progress"), by=ben)
    page = see(ana, "lanes=assignee")
    lane(page, "Ben").get_by_role("link", name="Charlie").focus()
    page.keyboard.press("ArrowRight")
    expect(lane(page, "Ben").get_by_role("link", name="Alpha")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowDown")
    expect(lane(page, "Nobody").get_by_role("link")).to_be_focused()


def day(page: Page, when: datetime):
    return page.locator(f'task-calendar .day[data-day="{when:%Y-%m-%d}"]')


def test_the_calendar_shows_days_in_the_readers_zone(see, ana, ben, tasks):
    late = datetime.now(UTC).replace(day=15, hour=23, minute=30, second=0, microsecond=0)
    tasks["Alpha"].change(due_at=late, by=ana)
    ben.time_zone = "Asia/Tokyo"
    ben.save()
    anas, bens = see(ana, "layout=calendar"), see(ben, "layout=calendar")
    expect(day(anas, late)).to_contain_text("Alpha")
    expect(day(bens, late + timedelta(days=1))).to_contain_text("Alpha")
    expect(anas.locator(".calendar-weekdays > :first-child")).to_have_text("Mon")
    expect(
        see(ana, "layout=calendar", locale="en-US").locator(".calendar-weekdays > :first-child")
    ).to_have_text("Sun")


def test_another_day_by_menu_by_keys_and_by_dragging(see, ana, ben, tasks):
    middle = datetime.now(UTC).replace(day=15, hour=12, minute=0, second=0, microsecond=0)
    tasks["Alpha"].change(due_at=middle, by=ana)
    page, other = see(ana, "layout=calendar"), see(ben, "layout=calendar")
    page.get_by_role("link", name="Alpha").focus()
    page.keyboard.press("Alt+Shift+ArrowRight")
    for each in (page, other):
        expect(day(each, middle + timedelta(days=1))).to_contain_text("Alpha")
    page.locator(".day-task", has_text="Alpha").drag_to(day(page, middle - timedelta(days=3)))
    for each in (page, other):
        expect(day(each, middle - timedelta(days=3))).to_contain_text("Alpha")
    page.get_by_role("link", name="Alpha").press(".")
    page.get_by_role("menuitem", name="Due").click()
    page.get_by_role("menuitem", name="No due date").click()
    expect(other.get_by_role("region", name="No due date")).to_contain_text("Alpha")
    page.get_by_role("button", name="Undo").last.click()
    expect(day(other, middle - timedelta(days=3))).to_contain_text("Alpha")


def test_months_go_by_and_what_is_overdue_is_red(see, ana, tasks):
    page = see(ana, "layout=calendar")
    then, now = tasks["Charlie"].due_at, tasks["Alpha"].due_at
    for _ in range((now.year - then.year) * 12 + now.month - then.month):
        page.get_by_role("button", name="Earlier").click()
    expect(page.locator(".day-task", has_text="Charlie")).to_have_attribute("data-state", "over")
    page.get_by_role("button", name="Today").last.click()
    expect(page.locator(".day[data-today]")).to_contain_text("Alpha")


@pytest.mark.parametrize("query", ["layout=list&lanes=label", "lanes=assignee", "layout=calendar"])
def test_axe_finds_nothing_and_nothing_is_wider_than_a_phone(see, ana, query):
    page = see(ana, query)
    assert violations(page) == []
    phone = see(ana, query, viewport=PHONE, has_touch=True, color_scheme="dark")
    assert violations(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("query", ["layout=list&q=nothing", "lanes=label&q=nothing"])
def test_where_all_is_filtered_away_it_says_so(see, ana, query):
    page = see(ana, query)
    expect(page.get_by_text("The filter hides all tasks.")).to_be_visible()


@pytest.mark.parametrize("query", ["layout=list", "lanes=assignee", "layout=calendar"])
def test_a_task_is_written_in_every_layout_and_stays_in_sight(see, ana, ben, query):
    page, other = see(ana, f"{query}&q=alpha"), see(ben, query)
    page.keyboard.press("c")
    page.get_by_label("Title of the new task").fill("Delta")
    page.keyboard.press("Enter")
    for each in (page, other):
        expect(each.get_by_role("link", name="Delta")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Add a task").first).to_be_focused()


def test_the_focus_comes_back_into_the_layout_when_a_task_closes(see, ana):
    page = see(ana, "layout=list")
    page.keyboard.press("b")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("task-panel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Alpha")).to_be_focused()


def test_on_a_phone_the_calendar_is_a_week(see, ana):
    page = see(ana, "layout=calendar", viewport=PHONE, has_touch=True)
    expect(page.locator("task-calendar .day")).to_have_count(7)
    expect(page.locator(".day[data-today]")).to_contain_text("Alpha")
