"""Two people talk, in two browsers: said, changed, taken back."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.chat.talking import field, message, shown, write
from tests.browser.test_sharing_files import hold
from tests.waiting import eventually

pytestmark = pytest.mark.browser


TALK = ["React …", "Reply in thread"]
CARRY = ["Forward …", "Pin to the room", "Mark as unread from here", "Follow the thread"]


def test_a_message_stands_there_at_once_and_arrives_rendered(pages):
    ana, ben = pages
    write(ana, "Hello **Ben**, see `main.py`")
    expect(message(ben, "Hello Ben").locator("strong").last).to_have_text("Ben")
    expect(message(ben, "Hello Ben").locator(".message-author")).to_have_text("Ana")
    expect(message(ana, "Hello Ben")).to_have_attribute("data-state", "sent")
    expect(field(ana)).to_have_value("")
    for page in pages:
        expect(page.locator("chat-message")).to_have_count(1)


def test_enter_sends_and_shift_enter_begins_a_line(pages):
    ana, ben = pages
    field(ana).click()
    ana.keyboard.type("one")
    ana.keyboard.press("Shift+Enter")
    ana.keyboard.type("two")
    ana.keyboard.press("Enter")
    expect(ben.locator("chat-message .message-body")).to_have_text(re.compile(r"one\s*two"))


def test_a_word_being_composed_is_not_sent(pages):
    ana, _ = pages
    field(ana).fill("にほん")
    field(ana).evaluate(
        "field => field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
    )
    expect(field(ana)).to_have_value("にほん")
    assert not shown(ana)


def test_arrow_up_edits_ones_last_and_the_other_sees_it_with_its_history(pages):
    ana, ben = pages
    write(ana, "Thursday")
    expect(message(ben, "Thursday")).to_be_visible()
    expect(message(ana, "Thursday")).to_have_attribute("data-state", "sent")
    field(ana).press("ArrowUp")
    editor = ana.get_by_label("Edit the message")
    expect(editor).to_be_focused()
    editor.fill("Friday")
    editor.press("Enter")
    expect(message(ben, "Friday")).to_be_visible()
    expect(message(ben, "Thursday")).to_have_count(0)
    expect(field(ana)).to_be_focused()
    ben.get_by_role("button", name="edited").click()
    versions = ben.locator("message-versions")
    expect(versions.locator("li .prose")).to_have_text(["Friday", "Thursday"])


def test_escape_leaves_the_message_as_it_was(pages):
    ana, _ = pages
    write(ana, "Thursday")
    expect(message(ana, "Thursday")).to_have_attribute("data-state", "sent")
    field(ana).press("ArrowUp")
    ana.get_by_label("Edit the message").fill("Never")
    ana.keyboard.press("Escape")
    expect(message(ana, "Thursday")).to_be_visible()
    expect(field(ana)).to_be_focused()


def test_a_refused_edit_keeps_the_text_and_says_why(pages, complaints):
    complaints.expect("422")
    ana, _ = pages
    write(ana, "Thursday")
    expect(message(ana, "Thursday")).to_have_attribute("data-state", "sent")
    ana.route(
        "**/api/v1/messages/*",
        lambda route: route.fulfill(
            status=422, json={"detail": "No.", "errors": {"body": ["Not on a Sunday."]}}
        ),
    )
    field(ana).press("ArrowUp")
    editor = ana.get_by_label("Edit the message")
    editor.fill("Friday")
    editor.press("Enter")
    expect(ana.get_by_role("alert").filter(has_text="Not on a Sunday.")).to_be_visible()
    expect(editor).to_have_value("Friday")


def test_the_menu_works_by_keyboard_and_deleting_asks_first(pages):
    ana, ben = pages
    write(ana, "one")
    write(ana, "two")
    expect(message(ben, "two")).to_be_visible()
    expect(message(ana, "two")).to_have_attribute("data-state", "sent")
    message(ana, "two").focus()
    ana.keyboard.press("ArrowUp")
    expect(message(ana, "one")).to_be_focused()
    ana.keyboard.press("ArrowDown")
    ana.keyboard.press("Enter")
    expect(ana.get_by_role("menuitem", name="React")).to_be_focused()
    ana.keyboard.press("Escape")
    expect(message(ana, "two")).to_be_focused()
    ana.keyboard.press("Shift+F10")
    ana.keyboard.press("End")
    expect(ana.get_by_role("menuitem", name="Delete …")).to_be_focused()
    ana.keyboard.press("Enter")
    expect(ana.get_by_role("button", name="Delete", exact=True)).to_be_focused()
    ana.keyboard.press("Escape")
    expect(message(ana, "two")).to_be_focused()
    ana.keyboard.press("Enter")
    ana.keyboard.press("End")
    ana.keyboard.press("Enter")
    ana.keyboard.press("Enter")
    expect(message(ben, "two")).to_have_count(0)
    expect(message(ana, "two")).to_have_count(0)
    expect(message(ana, "one")).to_be_focused()


def test_the_menu_appears_on_hover_and_offers_each_what_they_may(pages, room):
    ana, ben = pages
    write(ben, "mine")
    expect(message(ben, "mine")).to_have_attribute("data-state", "sent")
    for page, offered in (
        (ben, [*TALK, "Edit", *CARRY, "Copy text", "Copy link", "Delete …"]),
        (ana, [*TALK, *CARRY, "Copy text", "Copy link", "Delete …"]),
    ):
        message(page, "mine").hover()
        more = message(page, "mine").get_by_role("button", name="Actions")
        expect(more).to_have_css("opacity", "1")
        more.click()
        expect(page.get_by_role("menuitem")).to_have_text(
            [re.compile(f"^{re.escape(each)}") for each in offered]
        )
        page.keyboard.press("Escape")
    write(ana, "not yours")
    message(ben, "not yours").hover()
    message(ben, "not yours").get_by_role("button", name="Actions").click()
    offered = [*TALK, *CARRY, "Copy text", "Copy link"]
    expect(ben.get_by_role("menuitem")).to_have_text([re.compile(f"^{re.escape(each)}") for each in offered])


def test_what_one_writes_into_a_message_that_is_deleted_meanwhile_is_kept(pages, room, ana):
    _, page = pages
    write(page, "Thursday")
    expect(message(page, "Thursday")).to_have_attribute("data-state", "sent")
    field(page).press("ArrowUp")
    page.get_by_label("Edit the message").fill("Friday, after all")
    room.messages.get().remove(by=ana)
    expect(page.get_by_text("Ana deleted this message. What you wrote is kept here.")).to_be_visible()
    expect(page.get_by_label("What you wrote")).to_have_value("Friday, after all")
    page.get_by_role("button", name="Close").click()
    expect(page.locator("chat-message")).to_have_count(0)


def test_a_refused_deletion_is_said_though_one_has_turned_to_something_else(pages, room, complaints):
    complaints.expect("ERR_FAILED")
    page, ben = pages
    write(page, "Thursday")
    expect(message(page, "Thursday")).to_have_attribute("data-state", "sent")
    held = hold(page, r"/api/v1/messages/\d+$")
    message(page, "Thursday").focus()
    for key in ("Shift+F10", "End", "Enter", "Enter"):
        page.keyboard.press(key)
    eventually(lambda: page.evaluate("true") and held)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Delete", exact=True)).to_have_count(0)
    held[0].abort()
    expect(page.locator("toast-stack")).to_contain_text("No connection")
    expect(message(ben, "Thursday")).to_be_visible()


def test_who_is_typing_is_said_and_forgotten(pages):
    ana, ben = pages
    field(ana).press_sequentially("Hel")
    line = ben.locator("typing-line")
    expect(line).to_have_text("Ana is typing …")
    field(ana).press("Enter")
    expect(line).to_have_text("")
