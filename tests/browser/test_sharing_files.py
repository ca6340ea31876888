"""Files in a room: dropped, pasted, chosen; one sees them come, the other sees them without a reload."""

import base64
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from chat.models import Message, Room
from projects.models import Upload
from tests.browser.axe import violations
from tests.browser.conftest import PHONE
from tests.browser.standing import box
from tests.conftest import API, picture
from tests.waiting import eventually

pytestmark = pytest.mark.browser

WALL = picture(1200, 800)
PLAN = b"Walls first, then the floor."

BRING = """([kind, files], place) => {
  const data = new DataTransfer();
  for (const [name, type, text] of files) {
    const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
    data.items.add(new File([bytes], name, { type }));
  }
  return data;
}"""


def brought(page: Page, *files: tuple[str, str, bytes]) -> Any:
    """A DataTransfer with these files: (name, type, content)."""
    encoded = [[name, type, base64.b64encode(data).decode()] for name, type, data in files]
    return page.evaluate_handle(BRING, ["", encoded])


def drop(page: Page, place: str, *files: tuple[str, str, bytes]) -> None:
    data = brought(page, *files)
    page.dispatch_event(place, "dragenter", {"dataTransfer": data})
    expect(page.locator(f"{place} > .drop-here")).to_be_visible()
    page.dispatch_event(place, "drop", {"dataTransfer": data})
    expect(page.locator(f"{place} > .drop-here")).to_be_hidden()


def paste(page: Page, place: str, *files: tuple[str, str, bytes]) -> None:
    page.locator(place).evaluate(
        "(place, data) => place.dispatchEvent(new ClipboardEvent('paste',"
        " { clipboardData: data, bubbles: true, cancelable: true }))",
        brought(page, *files),
    )


def hold(page: Page, pattern: str) -> list:
    """Requests to such addresses wait in the list that this gives."""
    held: list = []
    page.route(re.compile(pattern), lambda route: held.append(route))
    return held


def tray(page: Page) -> Locator:
    return page.locator("message-composer .file-item")


def field(page: Page) -> Locator:
    return page.locator("message-composer textarea")


@pytest.fixture
def room(transactional_db, project) -> Room:
    return Room.objects.filter(project=project).default()


def address(room: Room) -> str:
    return f"/projects/{room.project_id}/rooms/{room.pk}/"


def attached(room: Room, by: Any, *files: tuple[str, bytes], body: str = "") -> Message:
    caller = API(by)
    ids = [caller.upload(room.project, name, data).json()["id"] for name, data in files]
    return room.post(body, attachments=ids, by=by)


def test_ana_drops_a_picture_and_ben_sees_it_without_a_reload(open_as, room, ana, ben):
    anas, bens = (open_as(person, address(room)) for person in (ana, ben))
    drop(anas, "chat-room", ("wall.png", "image/png", WALL), ("plan.txt", "text/plain", PLAN))
    expect(tray(anas)).to_have_count(2)
    expect(anas.locator(".file-item[data-state=done]")).to_have_count(2)
    expect(anas.locator(".file-item canvas")).to_be_visible()
    field(anas).fill("What do you think?")
    field(anas).press("Enter")
    expect(tray(anas)).to_have_count(0)
    image = bens.locator("chat-message .file-picture img")
    expect(image).to_be_visible()
    assert image.evaluate("async (image) => { await image.decode(); return image.naturalWidth }") == 1200
    place = box(image)
    assert place["width"] / place["height"] == pytest.approx(1.5, abs=0.02)
    expect(bens.locator("chat-message .file-link")).to_contain_text("plan.txt")
    with bens.expect_download() as download:
        bens.locator("chat-message .file-link").click()
    assert download.value.suggested_filename == "plan.txt"
    assert download.value.path().read_bytes() == PLAN
    for page in (bens, anas):
        expect(page.locator("page-panes[data-view]")).to_be_visible()  # drawn last
        assert not violations(page)


def test_files_alone_are_a_message(open_as, room, ana, ben):
    anas, bens = (open_as(person, address(room)) for person in (ana, ben))
    paste(anas, "message-composer textarea", ("image.png", "image/png", WALL))
    expect(anas.locator(".file-item[data-state=done]")).to_have_count(1)
    field(anas).press("Enter")
    expect(bens.locator("chat-message .file-picture img")).to_be_visible()
    expect(bens.locator("chat-message .message-body")).to_be_hidden()
    assert room.messages.get().body == ""


def test_chosen_files_go_out_when_all_are_there_though_one_pressed_enter_before(open_as, room, ana):
    page = open_as(ana, address(room))
    held = hold(page, "/uploads$")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Attach files").click()
    files = [{"name": f"{n}.txt", "mimeType": "text/plain", "buffer": PLAN} for n in range(5)]
    chooser.value.set_files(files)
    expect(tray(page)).to_have_count(5)
    expect(tray(page).first.get_by_role("progressbar")).to_be_visible()
    field(page).fill("All of it")
    field(page).press("Enter")
    expect(page.locator("message-composer [data-part=limit]")).to_have_text("Sent when the files are there")
    expect(page.locator("chat-message")).to_have_count(0)
    eventually(lambda: page.title() and len(held) == 3)  # so many at a time
    page.unroute(re.compile("/uploads$"))  # which lets them go
    expect(page.locator("chat-message .file-link")).to_have_count(5)
    expect(page.locator("chat-message[data-state=sent]")).to_have_count(1)
    names = [row["name"] for row in room.messages.get().attachments]
    assert names == [f"{n}.txt" for n in range(5)], "in the order they were chosen"


def test_what_is_refused_says_why_and_can_be_tried_again_or_taken_away(
    open_as, room, ana, settings, complaints
):
    complaints.expect("422", "413", "ERR_FAILED")
    page = open_as(ana, address(room))
    drop(
        page, "chat-room", ("wall.png", "image/png", b"<html>"), ("empty.txt", "text/plain", b""),
        ("large.bin", "", b"x" * (settings.UPLOAD_MAX + 1)),
    )  # fmt: skip
    words = page.locator(".file-item[data-state=failed] .file-item-about")
    expect(words).to_have_text(
        [
            "What this file holds is not what its name says.",
            "This file is empty.",
            "Too large: at most 25 MB.",
        ]
    )
    field(page).fill("Look")
    expect(page.get_by_role("button", name="Send")).to_be_disabled()
    for _ in range(3):
        page.locator(".file-item [data-part=remove]").first.click()
    expect(tray(page)).to_have_count(0)
    expect(field(page)).to_be_focused()
    field(page).press("Enter")
    expect(page.locator("chat-message[data-state=sent]")).to_have_count(1)


def test_without_a_connection_files_wait_and_go_on_by_themselves(open_as, room, ana, complaints):
    complaints.expect("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "WebSocket")
    page = open_as(ana, address(room))
    page.route(re.compile("/uploads$"), lambda route: route.abort("internetdisconnected"))
    drop(page, "chat-room", ("plan.txt", "text/plain", PLAN))
    expect(tray(page)).to_have_attribute("data-state", "waiting")
    expect(tray(page)).to_contain_text("No connection. Goes on by itself.")
    page.unroute(re.compile("/uploads$"))
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(tray(page)).to_have_attribute("data-state", "done")


def test_a_file_that_is_stopped_or_removed_leaves_nothing(open_as, room, ana, complaints):
    page = open_as(ana, address(room))
    hold(page, "/uploads$")
    drop(page, "chat-room", ("stopped.txt", "text/plain", PLAN))
    tray(page).get_by_role("button", name="Remove stopped.txt").click()
    expect(tray(page)).to_have_count(0)
    page.unroute(re.compile("/uploads$"))
    drop(page, "chat-room", ("removed.txt", "text/plain", PLAN))
    expect(tray(page)).to_have_attribute("data-state", "done")
    assert Upload.objects.count() == 1
    tray(page).get_by_role("button", name="Remove removed.txt").click()
    eventually(lambda: not Upload.objects.exists())


def test_files_not_yet_sent_are_still_there_after_a_reload_and_each_in_its_room(open_as, room, ana):
    other = room.channel.open_room("lunch", by=ana)
    page = open_as(ana, address(room))
    drop(page, "chat-room", ("plan.txt", "text/plain", PLAN))
    expect(tray(page)).to_have_attribute("data-state", "done")
    page.reload()
    expect(tray(page)).to_contain_text("plan.txt")
    page.goto(address(other))
    expect(page.locator("message-composer textarea")).to_be_visible()
    expect(tray(page)).to_have_count(0)
    page.goto(address(room))
    expect(tray(page)).to_have_count(1)
    field(page).press("Enter")
    expect(page.locator("chat-message[data-state=sent] .file-link")).to_contain_text("plan.txt")


def test_a_picture_opens_large_with_its_neighbours_and_closes(open_as, room, ana, ben):
    attached(
        room, ana, ("one.png", WALL), ("two.png", picture(300, 900)), ("three.jpg", picture(640, 480, "JPEG"))
    )
    page = open_as(ben, address(room))
    page.get_by_role("button", name="Open two.png").click()
    viewer = page.locator("picture-viewer dialog")
    expect(viewer).to_be_visible()
    name = viewer.locator("[data-part=name]")
    expect(name).to_have_text("two.png")
    expect(viewer).to_contain_text("2 of 3")
    page.keyboard.press("ArrowRight")
    expect(name).to_have_text("three.jpg")
    page.keyboard.press("ArrowRight")
    expect(name).to_have_text("three.jpg")
    viewer.get_by_role("button", name="Previous picture").click()
    expect(name).to_have_text("two.png")
    assert viewer.get_by_role("link", name="Download").get_attribute("download") == "two.png"
    assert not violations(page)
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(page.get_by_role("button", name="Open two.png")).to_be_focused()


def test_nothing_moves_when_pictures_come(open_as, room, ana, ben):
    attached(room, ana, ("wall.png", picture(3000, 2000)))
    room.post("below", by=ana)
    for viewport in ({"width": 1440, "height": 900}, PHONE):
        page = open_as(ben, viewport=viewport)
        held = hold(page, "/preview$")
        page.goto(address(room))
        expect(page.locator("chat-message", has_text="below")).to_be_visible()
        before = box(page.locator("chat-message .file-picture"))
        eventually(lambda page=page, held=held: page.title() and held)
        for route in held:
            route.continue_()
        image = page.locator("chat-message .file-picture img")
        image.evaluate("(image) => image.decode()")
        assert box(page.locator("chat-message .file-picture")) == before
        assert before["width"] > 200


def test_a_discarded_message_gives_its_files_back(open_as, room, ana, complaints):
    complaints.expect("500", "400")
    page = open_as(ana, address(room))
    page.route(re.compile("/messages$"), lambda route: route.fulfill(status=400, json={"detail": "Not now."}))
    drop(page, "chat-room", ("plan.txt", "text/plain", PLAN))
    expect(tray(page)).to_have_attribute("data-state", "done")
    field(page).press("Enter")
    expect(page.locator("chat-message[data-state=failed]")).to_contain_text("Not now.")
    page.unroute(re.compile("/messages$"))
    page.get_by_role("button", name="Edit", exact=True).click()
    expect(tray(page)).to_contain_text("plan.txt")
    field(page).press("Enter")
    expect(page.locator("chat-message[data-state=sent] .file-link")).to_be_visible()


def test_a_deleted_message_takes_its_picture_off_the_others_screen(open_as, room, ana, ben):
    message = attached(room, ana, ("wall.png", WALL))
    bens = open_as(ben, address(room))
    expect(bens.locator("chat-message .file-picture")).to_be_visible()
    # Asked for before and answered after the deletion, it would rightly be 404.
    bens.wait_for_function("() => document.querySelector('chat-message .file-picture img').naturalWidth > 0")
    message.remove(by=ana)
    expect(bens.locator("chat-message")).to_have_count(0)
