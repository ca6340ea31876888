"""Items of a checklist and channels of the rail, dragged to another place by mouse and by finger."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from chat.models import Channel
from tasks.models import ChecklistItem, Task
from tests.browser.conftest import PHONE
from tests.browser.standing import middle
from tests.browser.test_dragging import carry, touch

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXTS = ["Measure", "Choose", "Buy", "Paint"]


@pytest.fixture
def task(transactional_db, project, ana) -> Task:
    task, _ = Task.objects.add_to(project, "Paint the wall", by=ana)
    for text in TEXTS:
        ChecklistItem.objects.add_to(task, text, by=ana)
    return task


@pytest.fixture
def live(open_as):
    def page_of(user: Any, path: str, **options: Any) -> Page:
        page = open_as(user, path, **options)
        expect(page.locator("html")).to_have_attribute("data-connection", "live")
        return page

    return page_of


def item(page: Page, text: str) -> Locator:
    return page.locator(".checklist-item", has_text=text)


def stand(page: Page, *texts: str) -> None:
    expect(page.locator(".checklist-item .checklist-text")).to_have_text(list(texts))


def lift(page: Page, what: Locator, kind: str) -> None:
    x, y = middle(what)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 6, steps=2)
    expect(page.locator(f"[data-dragging={kind}]")).to_have_count(1)


def test_an_item_of_a_checklist_goes_by_its_words(live, task, ana, ben):
    mine, theirs = (live(who, task.get_absolute_url()) for who in (ana, ben))
    root = mine.locator("task-checklist")
    stand(mine, *TEXTS)
    lift(mine, item(mine, "Measure").locator(".checklist-text"), "item")
    carry(mine, middle(item(mine, "Buy")))
    # Somebody ticks and adds meanwhile: it stays in the hand.
    task.checklist.get(text="Choose").change(ticked=True, by=ben)
    ChecklistItem.objects.add_to(task, "Look", by=ben)
    expect(item(mine, "Look")).to_be_visible()
    expect(item(mine, "Choose").get_by_role("checkbox")).to_be_checked()
    expect(root).to_have_attribute("data-dragging", "item")
    mine.mouse.up()
    for page in (mine, theirs):
        stand(page, "Choose", "Buy", "Measure", "Paint", "Look")
    expect(mine.locator("live-announcer")).to_contain_text("Item 3 of 5")
    expect(mine.get_by_role("textbox", name="Item", exact=True)).to_have_count(
        0
    )  # the release renames nothing
    lift(mine, item(mine, "Look").locator(".checklist-text"), "item")
    carry(mine, middle(item(mine, "Choose")))
    mine.keyboard.press("Escape")
    mine.mouse.up()
    expect(mine.locator("[data-lifted], [data-dragging]")).to_have_count(0)
    stand(mine, "Choose", "Buy", "Measure", "Paint", "Look")


def test_a_finger_drags_an_item_by_its_handle_alone(live, task, ana, gus):
    phone = live(ana, task.get_absolute_url(), viewport=PHONE, has_touch=True, is_mobile=True)
    phone.touch = phone.context.new_cdp_session(phone)
    root = phone.locator("task-checklist")
    item(phone, "Paint").scroll_into_view_if_needed()
    x, y = middle(item(phone, "Paint").locator(".checklist-text"))
    touch(phone, "touchStart", x, y)
    touch(phone, "touchMove", x, y - 8)
    expect(root).not_to_have_attribute("data-dragging", "item")
    touch(phone, "touchEnd")
    x, y = middle(item(phone, "Paint").locator('[data-part="handle"]'))
    _, end = middle(item(phone, "Choose"))
    touch(phone, "touchStart", x, y)
    touch(phone, "touchMove", x, y - 6)
    expect(root).to_have_attribute("data-dragging", "item")
    for step in range(1, 6):
        touch(phone, "touchMove", x, y + (end - y) * step / 5)
    phone.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    touch(phone, "touchEnd")
    stand(live(gus, task.get_absolute_url()), "Measure", "Paint", "Choose", "Buy")
    stand(phone, "Measure", "Paint", "Choose", "Buy")


def names(page: Page, *wanted: str) -> None:
    expect(page.locator("rail-rooms section[data-channel] .rail-channel-name")).to_have_text(list(wanted))


def head(page: Page, name: str) -> Locator:
    return page.locator("rail-rooms .rail-channel-name", has_text=name)


def test_a_channel_goes_by_its_name_and_only_by_whom_it_may(live, project, ana, ben):
    for name in ("One", "Two", "Three"):
        Channel.open(project, name, by=ana)
    mine, theirs = (live(who, project.get_absolute_url()) for who in (ana, ben))
    names(mine, "General", "One", "Two", "Three")
    lift(mine, head(mine, "Three"), "channel")
    carry(mine, middle(head(mine, "One")))
    mine.mouse.up()
    for page in (mine, theirs):
        names(page, "General", "Three", "One", "Two")
    # The release folds nothing.
    expect(mine.locator("rail-rooms .rail-fold").first).to_have_attribute("aria-expanded", "true")
    x, y = middle(head(theirs, "Two"))
    theirs.mouse.move(x, y)
    theirs.mouse.down()
    theirs.mouse.move(x, y - 90, steps=4)
    expect(theirs.locator("[data-dragging]")).to_have_count(0)
    theirs.mouse.up()
    tablet = live(ana, project.get_absolute_url(), has_touch=True, is_mobile=True)
    tablet.touch = tablet.context.new_cdp_session(tablet)
    x, y = middle(head(tablet, "Two").locator("xpath=ancestor::h2").locator('[data-part="handle"]'))
    touch(tablet, "touchStart", x, y)
    touch(tablet, "touchMove", x, y - 6)
    expect(tablet.locator("rail-rooms")).to_have_attribute("data-dragging", "channel")
    touch(tablet, "touchMove", x, middle(head(tablet, "General"))[1])
    tablet.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    touch(tablet, "touchEnd")
    for page in (tablet, theirs):
        names(page, "Two", "General", "Three", "One")
