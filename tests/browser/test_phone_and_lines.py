"""A thumb on a phone's room, a page that goes and comes back, and lines that come back together."""

import pytest
from playwright.sync_api import expect

from chat.models import Room
from tests.browser.conftest import PHONE
from tests.browser.test_live import at, live

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

THUMB = {"viewport": PHONE, "has_touch": True, "is_mobile": True}


@pytest.fixture
def room(project) -> Room:
    return project.rooms.get()


def address(room: Room) -> str:
    return f"{at(room.project)}rooms/{room.pk}/"


def test_a_thumb_sends_and_goes_on_writing(open_as, room, ana, ben):
    watcher = live(open_as(ana, address(room)))
    phone = live(open_as(ben, address(room), **THUMB))
    field = phone.locator("message-composer textarea")
    for text in ("from the train", "and once more"):
        field.tap()
        phone.keyboard.type(text)
        # Where the thumb sees it: nothing may move between its touch and its lifting.
        place = phone.locator('message-composer [data-part="send"]').bounding_box()
        phone.touchscreen.tap(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
        expect(watcher.locator("chat-message", has_text=text)).to_be_visible()
        expect(field).to_have_value("")
        expect(field).to_be_focused()
    expect(phone.locator(".tabs")).to_be_hidden()


def test_a_thumb_saves_an_edited_message(open_as, room, ana, ben):
    message = room.post("teh first", by=ben)
    watcher = live(open_as(ana, address(room)))
    phone = live(open_as(ben, address(room), **THUMB))
    phone.locator(f"#message-{message.pk}").evaluate("(message) => message.edit()")
    phone.locator(".message-editor textarea").fill("the first")
    place = phone.locator('[data-act="save-edit"]').bounding_box()
    phone.touchscreen.tap(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    expect(watcher.locator("chat-message", has_text="the first")).to_be_visible()
