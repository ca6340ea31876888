"""Rooms, what is unread in them, and what one gets to from there."""

import re

import pytest
from playwright.sync_api import expect

from chat.models import RoomMembership
from tasks.models import Task
from tests.browser.chat.talking import address, field, message, read_all, say, settled, top_of, write
from tests.browser.conftest import PHONE
from tests.browser.standing import box
from tests.browser.test_sharing_files import hold
from tests.waiting import eventually

pytestmark = pytest.mark.browser


def test_unread_is_counted_divided_and_read_when_seen(open_as, room, ana, ben):
    say(room, 2, by=ben, text="Old")
    read_all(room)
    say(room, 3, by=ana, text="Fresh")
    other = room.channel.open_room("design", by=ben)
    page = open_as(ben, address(other))
    badge = page.locator("project-rail [data-part=unread]").filter(has_text="3")
    expect(badge).to_be_visible()
    expect(page).to_have_title(re.compile(r"^\(3\) "))
    page.get_by_role("link", name=re.compile("general")).click()
    divider = page.locator(".new-divider")
    expect(divider).to_be_visible()
    assert top_of(page, "Old 2") < box(divider)["y"] < top_of(page, "Fresh 1")
    expect(badge).to_have_count(0)
    expect(page).to_have_title(re.compile(r"^(?!\()"))
    newest = room.messages.latest("pk").pk
    eventually(lambda: RoomMembership.objects.get(room=room, user=ben).last_read == newest)
    expect(divider).to_be_visible()  # it stays until one leaves the room


def test_ones_own_messages_are_never_unread_and_another_tab_follows(open_as, room, ana, ben):
    other = room.channel.open_room("design", by=ben)
    elsewhere = open_as(ben, address(other))
    settled(elsewhere, "() => document.querySelector('connection-pill').hidden")
    room.post("from me", by=ben)
    room.post("from Ana", by=ana)
    expect(elsewhere).to_have_title(re.compile(r"^\(1\) "))
    page = open_as(ben, address(room))
    expect(message(page, "from Ana")).to_be_visible()
    page.bring_to_front()
    expect(elsewhere).to_have_title(re.compile(r"^(?!\()"))


def test_a_room_is_made_joined_by_speaking_renamed_and_deleted(pages, complaints):
    complaints.expect("422")
    ana, page = pages
    name = ana.get_by_role("textbox", name="Name", exact=True)
    ana.get_by_role("button", name="Actions of the room").click()
    ana.get_by_role("menuitem", name="New room …").click()
    name.fill("general")
    ana.get_by_role("button", name="Make the room").click()
    expect(ana.get_by_text("There is a room of this name in the channel.")).to_be_visible()
    name.fill("design")
    ana.get_by_role("button", name="Make the room").click()
    expect(ana.get_by_role("heading", name="design")).to_be_visible()
    page.get_by_role("link", name=re.compile("design")).click()
    expect(page.get_by_text("You are only reading this room.")).to_be_visible()
    write(page, "may I?")
    expect(message(ana, "may I?")).to_be_visible()
    expect(page.get_by_text("You are only reading this room.")).to_be_hidden()
    ana.locator("room-header [data-part=people]").click()
    expect(ana.locator("room-people li")).to_have_count(2)
    ana.keyboard.press("Escape")
    ana.get_by_role("button", name="Actions of the room").click()
    ana.get_by_role("menuitem", name="Rename the room …").click()
    name.fill("drawings")
    ana.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("heading", name="drawings")).to_be_visible()
    field(page).fill("unsent words")
    ana.get_by_role("button", name="Actions of the room").click()
    ana.get_by_role("menuitem", name="Delete the room …").click()
    ana.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("Ana closed or deleted the room drawings.")).to_be_visible()
    expect(page.get_by_role("button", name="Copy what you wrote")).to_be_visible()
    for each in pages:
        expect(each.locator("room-header h2")).to_have_text("general")


def test_an_answer_that_comes_late_closes_no_other_dialog(pages):
    page, other = pages
    held = hold(page, r"/api/v1/rooms/\d+$")
    name = page.get_by_role("textbox", name="Name", exact=True)
    for item, text in (("Rename the room …", "drawings"), ("New room …", "plans")):
        page.get_by_role("button", name="Actions of the room").click()
        page.get_by_role("menuitem", name=item).click()
        name.fill(text)
        if text == "drawings":
            name.press("Enter")
            eventually(lambda: page.title() and held)
            page.keyboard.press("Escape")
            expect(name).to_be_hidden()
    held.pop().continue_()
    for each in pages:
        expect(each.get_by_role("heading", name="drawings")).to_be_visible()
    expect(name).to_have_value("plans")
    name.press("Enter")
    expect(page.get_by_role("heading", name="plans")).to_be_visible()
    expect(other.get_by_role("link", name=re.compile("plans"))).to_be_visible()


def test_people_are_named_by_keyboard_and_shown_by_a_click(pages):
    ana, ben = pages
    field(ana).press_sequentially("ask @be")
    expect(ana.get_by_role("option")).to_have_count(1)
    ana.keyboard.press("Enter")
    expect(field(ana)).to_have_value("ask @ben ")
    ana.keyboard.press("Enter")
    mention = message(ben, "ask @ben").locator("a.mention")
    expect(mention).to_have_attribute("data-me", "")
    mention.click()
    card = ben.get_by_role("dialog", name="Ben")
    expect(card).to_contain_text("@ben · member")
    ben.keyboard.press("Escape")
    expect(card).to_be_hidden()


def test_a_task_named_in_a_message_opens_beside_the_room(pages, project, ana):
    task = Task.objects.add_to(project, "Paint the door", by=ana)[0]
    page, _ = pages
    write(page, f"see {project.key}-{task.number}")
    page.locator("a.task-ref").click()
    expect(page).to_have_url(re.compile(rf"/tasks/{task.number}/"))
    expect(message(page, "see WEB")).to_be_visible()


def test_on_a_phone_the_room_fills_the_screen_and_a_long_press_opens_the_menu(open_as, room, ana):
    room.post("hold me", by=ana)
    page = open_as(ana, address(room), viewport=PHONE, has_touch=True, is_mobile=True)
    place = box(field(page))
    assert place["y"] + place["height"] < PHONE["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    place = box(message(page, "hold me"))
    touch = {"x": place["x"] + 80, "y": place["y"] + place["height"] / 2}
    session = page.context.new_cdp_session(page)
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [touch]})
    expect(page.get_by_role("menuitem", name="Edit")).to_be_visible()
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.get_by_role("menuitem", name="Edit")).to_be_visible()
