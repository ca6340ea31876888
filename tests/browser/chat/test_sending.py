"""Messages that cannot go out at once, or not at all."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chat.talking import address, field, message, shown, write

pytestmark = pytest.mark.browser


def test_without_a_connection_a_message_waits_survives_a_reload_and_goes_out_once(pages, room, complaints):
    complaints.expect("ERR_FAILED", "ERR_INTERNET_DISCONNECTED")
    ana, ben = pages
    ana.route(
        "**/rooms/*/messages",
        lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
    )
    write(ana, "one")
    write(ana, "two")
    expect(message(ana, "one")).to_have_attribute("data-state", "waiting")
    expect(message(ana, "one")).to_contain_text("No connection. This goes out by itself when it is back.")
    ana.reload()
    expect(message(ana, "one")).to_have_attribute("data-state", "waiting")
    assert not room.messages.exists()
    ana.unroute("**/rooms/*/messages")
    expect(message(ben, "two")).to_be_visible()  # by itself
    expect(message(ana, "two")).to_have_attribute("data-state", "sent")
    for page in pages:
        expect(page.locator("chat-message .message-body")).to_have_text(["one", "two"])
    assert list(room.messages.order_by("pk").values_list("body", flat=True)) == ["one", "two"]


def test_a_lost_answer_is_no_second_message(pages, room, complaints):
    complaints.expect("ERR_FAILED")
    ana, ben = pages
    lost = []

    def lose_the_first_answer(route: Any) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    ana.route("**/rooms/*/messages", lose_the_first_answer)
    write(ana, "once")
    expect(message(ben, "once")).to_be_visible()
    expect(message(ana, "once")).to_have_attribute("data-state", "sent")
    ana.evaluate("window.dispatchEvent(new Event('online'))")  # another try of whatever still waits
    write(ana, "afterwards")  # goes out in its turn: no try of the first is left when it arrives
    expect(message(ben, "afterwards")).to_be_visible()
    expect(message(ana, "afterwards")).to_have_attribute("data-state", "sent")
    for page in (ana, ben):
        expect(page.locator("chat-message .message-body")).to_have_text(["once", "afterwards"])
    assert room.messages.count() == 2


def test_what_one_writes_before_the_room_is_read_stands_there_at_once(pages, room, ben, complaints):
    complaints.expect("ERR_FAILED")
    ana, ben_page = pages
    other = room.channel.open_room("design", by=ben)
    other.post("Said before", by=ben)
    held: list[Any] = []
    ana.route(
        "**/rooms/*/messages*",
        lambda route: held.append(route) if route.request.method == "GET" else route.continue_(),
    )
    for page in pages:
        page.get_by_role("link", name=re.compile("design")).click()
    expect(message(ben_page, "Said before")).to_be_visible()
    write(ana, "At once")
    expect(message(ben_page, "At once")).to_be_visible()
    expect(message(ana, "At once")).to_have_attribute("data-state", "sent")
    for route in held:
        route.abort()
    expect(ana.get_by_text("No connection. Nothing is lost: try again.")).to_be_visible()
    expect(message(ana, "At once")).to_be_visible()
    ana.unroute("**/rooms/*/messages*")
    ana.get_by_role("button", name="Try again").click()
    expect(ana.locator("chat-message .message-body")).to_have_text(["Said before", "At once"])


def refuse_posts(page: Page) -> None:
    answer = {"detail": "No.", "errors": {"body": ["Not on a Sunday."]}}
    page.route(
        "**/rooms/*/messages",
        lambda route: (
            route.fulfill(status=422, json=answer) if route.request.method == "POST" else route.continue_()
        ),
    )


def test_a_refused_message_says_why_and_can_be_discarded_or_taken_back(pages, complaints):
    complaints.expect("422")
    ana, _ = pages
    refuse_posts(ana)
    write(ana, "refused")
    failed = message(ana, "refused")
    expect(failed).to_have_attribute("data-state", "failed")
    expect(failed).to_contain_text("Not on a Sunday.")
    failed.get_by_role("button", name="Edit").click()
    expect(field(ana)).to_have_value("refused")
    expect(failed).to_have_count(0)
    field(ana).press("Enter")
    failed.get_by_role("button", name="Discard").click()
    expect(failed).to_have_count(0)
    ana.get_by_role("button", name="Undo").click()
    expect(field(ana)).to_have_value("refused")


def test_a_refused_message_survives_a_reload_and_retry_sends_it(pages, complaints):
    complaints.expect("422")
    ana, ben = pages
    refuse_posts(ana)
    write(ana, "refused")
    failed = message(ana, "refused")
    expect(failed).to_have_attribute("data-state", "failed")
    ana.reload()
    expect(failed).to_have_attribute("data-state", "failed")
    ana.unroute("**/rooms/*/messages")
    failed.get_by_role("button", name="Retry").click()
    expect(message(ben, "refused")).to_be_visible()
    expect(message(ana, "refused")).to_have_attribute("data-state", "sent")


def test_a_draft_survives_a_reload_in_its_own_room(pages, room, ana, ben):
    _, page = pages
    other = room.channel.open_room("design", by=ana)
    field(page).fill("half a sentence")
    page.goto(address(other))
    expect(page.get_by_role("heading", name="design")).to_be_visible()
    expect(field(page)).to_have_value("")
    page.goto(address(room))
    expect(field(page)).to_have_value("half a sentence")


def test_too_long_a_message_is_told_before_it_is_sent(pages):
    ana, _ = pages
    field(ana).fill("x" * 19_500)
    expect(ana.locator(".composer-limit")).to_have_text("500")
    field(ana).fill("x" * 20_002)
    expect(ana.locator(".composer-limit")).to_have_text("2 characters too many")
    field(ana).press("Enter")
    assert not shown(ana)
