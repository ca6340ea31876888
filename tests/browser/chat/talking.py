"""What people see and do in a room."""

import re
from typing import Any

from playwright.sync_api import Locator, Page

from chat.models import Message, Room, RoomMembership
from tests.browser.standing import box


def address(room: Room) -> str:
    return f"/projects/{room.project_id}/rooms/{room.pk}/"


def say(room: Room, count: int, *, by: Any, text: str = "Message") -> list[Message]:
    return [room.post(f"{text} {number}", by=by) for number in range(1, count + 1)]


def read_all(room: Room) -> None:
    newest = room.messages.order_by("-pk").first()
    RoomMembership.objects.filter(room=room).update(last_read=newest.pk if newest else 0)


def field(page: Page) -> Locator:
    return page.locator("message-composer textarea")


def message(page: Page, text: str) -> Locator:
    return page.locator("chat-message", has_text=re.compile(rf"{re.escape(text)}(?!\d)"))


def shown(page: Page) -> list[str]:
    return page.locator("chat-message .message-body").all_inner_texts()


def write(page: Page, text: str) -> None:
    field(page).fill(text)
    field(page).press("Enter")


def top_of(page: Page, text: str) -> float:
    return box(message(page, text))["y"]


def settled(page: Page, condition: str) -> None:
    page.wait_for_function(condition)
