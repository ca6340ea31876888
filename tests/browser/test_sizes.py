"""A project as large as they get, of thirty columns and hundreds of rooms: drawn is what is near, not all there is.

Nothing here is about time: how much is drawn and laid out does not depend on the machine.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from chat.models import Room
from projects.management.sample import large
from projects.models import Project
from tests.browser.axe import violations
from tests.browser.conftest import PHONE
from tests.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COLUMNS, CARDS, CHANNELS, ROOMS = 30, 900, 60, 240
PATIENCE = 30_000  # what is drawn is asked, not how soon


@pytest.fixture
def project(transactional_db) -> Project:
    sizes = {"tasks": CARDS, "columns": COLUMNS, "members": 20, "rooms": ROOMS, "channels": CHANNELS}
    return large.make(**sizes, password="a long enough password", say=lambda _: None)


@pytest.fixture
def see(open_as, project):
    def seen(**options) -> Page:
        page = open_as(User.objects.get(handle="ana"), "/", **options)
        page.set_default_timeout(PATIENCE)
        page.goto(project.get_absolute_url(), wait_until="commit")
        expect(page.locator("html")).to_have_attribute("data-connection", "live", timeout=PATIENCE)
        return page

    return seen


def test_of_thirty_columns_those_in_sight_are_drawn(see, project):
    page = see()
    columns = page.locator("task-board task-column")
    expect(columns).to_have_count(COLUMNS)
    cards = page.locator("task-board task-card[data-task-id]")
    expect(columns.first.locator("task-card").first).to_be_visible(timeout=PATIENCE)
    assert cards.count() < CARDS / 2
    expect(columns.last.locator("task-card")).to_have_count(0)
    expect(columns.last.locator(".column-count")).to_have_text(str(project.columns.last().tasks.count()))

    page.locator("task-board").evaluate("board => (board.scrollLeft = board.scrollWidth)")
    expect(columns.last.locator("task-card").first).to_be_visible(timeout=PATIENCE)
    # By keys from a card far to the right into a column that was never in sight, and back.
    far = columns.nth(COLUMNS - 1).locator("task-card a").first
    far.focus()
    for _ in range(12):
        page.keyboard.press("ArrowLeft")
    expect(columns.nth(COLUMNS - 13).locator("task-card a").first).to_be_focused()


def test_of_hundreds_of_rooms_those_in_sight_are_drawn_and_any_is_found(see, project):
    page = see()
    rows = page.locator("rail-rooms .rail-row")
    heads = page.locator("rail-rooms section[data-channel]")
    expect(heads).to_have_count(CHANNELS)
    expect(heads.first.get_by_role("link").first).to_be_visible(timeout=PATIENCE)
    assert rows.count() < ROOMS / 3
    expect(heads.nth(50).get_by_role("link")).to_have_count(0)

    room = Room.objects.filter(channel__name="Channel 51").order_by("pk").last()
    room.post("Look", by=project.memberships.exclude(user__handle="ana").exclude(role="guest").first().user)
    head = heads.nth(50)
    head.scroll_into_view_if_needed()
    expect(head.get_by_role("link", name=room.name)).to_contain_text(re.compile("1 unread"))
    eventually(lambda: rows.count() < ROOMS / 3)
    expect(heads.nth(3).get_by_role("link")).to_have_count(0)  # it is far now

    field = page.get_by_role("searchbox", name="Find a channel or a room")
    field.fill("channel 37")
    expect(heads).to_have_count(1)
    assert violations(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".pane-room")).to_contain_text("Channel 37")
    field.press("Escape")
    expect(heads).to_have_count(CHANNELS)
    expect(heads.nth(36).locator("[aria-current]")).to_have_count(
        1
    )  # the open one stands there however far it is

    phone = see(viewport=PHONE, has_touch=True, is_mobile=True)
    phone.get_by_role("link", name="Chat").or_(phone.get_by_role("button", name="Chat")).first.click()
    expect(phone.locator("rail-rooms").get_by_role("link", name="general").first).to_be_visible(
        timeout=PATIENCE
    )
    assert phone.locator("rail-rooms .rail-row").count() < ROOMS / 3
