"""A thumb on a phone's room, a page that goes and comes back, and lines that come back together."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from chat.models import Room
from presence import roster
from tasks.models import Task
from tests.browser.conftest import PHONE
from tests.browser.standing import middle
from tests.browser.test_live import PATIENCE, at, card, expect_status, live
from tests.conftest import QUICK
from tests.servers import Server

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

THUMB = {"viewport": PHONE, "has_touch": True, "is_mobile": True}


@pytest.fixture
def room(project) -> Room:
    return project.rooms.get()


def address(room: Room) -> str:
    return f"{at(room.project)}rooms/{room.pk}/"


def statuses_seen(page: Page, user: Any) -> None:
    """Note every status of somebody's avatar in `window.seen`."""
    page.evaluate(
        """(user) => {
            const seen = (window.seen = []);
            const avatar = document.querySelector(`project-rail user-avatar[user="${user}"][presence]`);
            new MutationObserver(() => seen.push(avatar.dataset.status)).observe(avatar, { attributes: true });
        }""",
        user.pk,
    )


def test_a_thumb_sends_and_goes_on_writing(open_as, room, ana, ben):
    watcher = live(open_as(ana, address(room)))
    phone = live(open_as(ben, address(room), **THUMB))
    field = phone.locator("message-composer textarea")
    for text in ("from the train", "and once more"):
        field.tap()
        phone.keyboard.type(text)
        # Where the thumb sees it: nothing may move between its touch and its lifting.
        phone.touchscreen.tap(*middle(phone.locator('message-composer [data-part="send"]')))
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
    phone.touchscreen.tap(*middle(phone.locator('[data-act="save-edit"]')))
    expect(watcher.locator("chat-message", has_text="the first")).to_be_visible()


@pytest.fixture
def patient(transactional_db, tmp_path) -> Iterator[Server]:
    """A server to which nobody is away however long a page takes to come on this machine."""
    names = ("LEAVE", "EXPIRY", "IDLE", "INACTIVE")
    running = Server(tmp_path / "log", **{**QUICK, **{f"PRESENCE_{name}_SECONDS": "300" for name in names}})
    yield running.start()
    running.stop()


def test_a_reload_and_another_page_are_no_absence(open_as, room, patient, ana, ben):
    watcher, other = (live(open_as(user, at(room.project), server=patient)) for user in (ana, ben))
    # A store as young as this one lets nobody leave anyway.
    roster._client().hset(roster.key("store"), "born", "1")
    expect_status(watcher, ben, "active")
    statuses_seen(watcher, ben)
    for number, go in enumerate([other.reload, lambda: other.goto(address(room))]):
        other.mouse.move(300, 300 + number)
        go()
        live(other)
        other.mouse.move(310, 310 + number)
        proof, _ = Task.objects.add_to(room.project, f"Proof {number}", by=ana)
        expect(card(watcher, proof.title)).to_be_visible()
    seen = watcher.evaluate("window.seen")
    assert not {"idle", "inactive", "offline"} & set(seen), seen


def test_one_answer_brings_back_the_line_and_what_waits(own_server, open_as, room, ben, complaints):
    complaints.expect("WebSocket", "ERR_")
    page = live(open_as(ben, address(room), server=own_server))
    # No long pause ends: what waits for one never comes back by itself.
    page.evaluate(
        """() => {
            const { setTimeout } = window;
            window.setTimeout = (act, delay = 0) => (delay < 2000 ? setTimeout(act, delay) : 0);
        }"""
    )
    own_server.stop()
    expect(page.locator("html")).to_have_attribute("data-connection", "reconnecting", timeout=PATIENCE)
    page.locator("message-composer textarea").fill("written without a server")
    page.keyboard.press("Enter")
    expect(page.get_by_text("This goes out by itself")).to_be_visible()
    own_server.start()
    page.locator('task-column [data-part="open"]').first.click()
    page.keyboard.type("The first word after it")
    page.keyboard.press("Enter")
    expect(page.get_by_text("This goes out by itself")).to_be_hidden()
    live(page)
    assert room.messages.get().body == "written without a server"


def test_hints_of_keys_are_not_for_thumbs(open_as, project, ana):
    wide, phone = open_as(ana, at(project)), open_as(ana, at(project), **THUMB)
    empty = "What is to be done goes here."
    for page in (wide, phone):
        expect(page.locator("task-column", has_text=empty)).to_be_visible()
        page.locator('task-column [data-part="open"]').first.click()
    for words in ("C writes the first task.", "Enter adds it, Escape closes"):
        expect(wide.get_by_text(words).first).to_be_visible()
        expect(phone.get_by_text(words).first).to_be_hidden()
    task, _ = Task.objects.add_to(project, "Looked into", by=ana)
    for page in (wide, phone):
        page.goto(f"{at(project)}tasks/{task.number}/")
        page.locator("task-panel textarea:visible").last.focus()
    expect(wide.get_by_text("Ctrl+Enter sends")).to_be_visible()
    expect(phone.get_by_text("Ctrl+Enter sends")).to_be_hidden()


def test_the_strip_of_rooms_shows_and_marks_the_open_one(open_as, room, ana):
    for number in range(12):
        last = room.channel.open_room(f"room {number:02}", by=ana)
    phone = live(open_as(ana, address(last), **THUMB))
    link = phone.locator("project-rail").get_by_role("link", name=last.name)
    expect(link).to_have_attribute("aria-current", "page")
    expect(link).to_be_in_viewport(ratio=1)
    phone.locator("page-tabs").get_by_text("Board").tap()
    expect(link).to_be_hidden()
    phone.locator("page-tabs").get_by_text("Chat").tap()
    expect(link).to_be_in_viewport(ratio=1)


def test_what_one_writes_far_up_without_a_server_stands_below_what_one_reads(
    own_server, open_as, project, ana, ben, complaints
):
    complaints.expect("WebSocket", "ERR_")
    room = project.rooms.get()
    first = room.post("the first of all", by=ana)
    for number in range(150):
        room.post(f"later {number}", by=ana)
    address = f"/projects/{project.pk}/rooms/{room.pk}/messages/{first.pk}/"
    page = open_as(ben, address, server=own_server)
    expect(page.get_by_text("the first of all")).to_be_visible()
    own_server.stop()
    page.locator("message-composer textarea").fill("written far up")
    page.keyboard.press("Enter")
    expect(page.locator("chat-message", has_text="written far up")).to_be_visible()
    expect(page.locator('message-list [data-part="failure"]')).to_be_hidden()
    own_server.start()
    expect(page.locator("chat-message", has_text="later 149")).to_be_visible()
    expect(page.locator("chat-message", has_text="written far up")).to_have_count(1)


class Held:
    """Requests for what matches `address` wait until `release`: a slow line."""

    def __init__(self, page: Page, address: str) -> None:
        self.waiting: list[Route] = []
        page.route(address, lambda route: self.waiting.append(route))

    def release(self) -> None:
        for route in self.waiting:
            route.continue_()


def test_what_is_pressed_and_written_before_the_scripts_are_there_is_not_lost(open_as, room, ana):
    for title in ("Filter the slow words", "Something else"):
        Task.objects.add_to(room.project, title, by=ana)
    page = open_as(ana)
    scripts = Held(page, "**/static/js/application*.js")
    page.goto(address(room), wait_until="commit")
    page.get_by_role("searchbox", name="Words to filter by").press_sequentially("slow")
    page.get_by_role("textbox", name="Message").press_sequentially("so slow")
    page.get_by_role("button", name="Filter", exact=True).click()
    scripts.release()
    live(page)
    expect(page.get_by_role("combobox", name="Person, label, date, priority")).to_be_focused()
    expect(page.locator("message-composer textarea").first).to_have_value("so slow")
    expect(page.get_by_role("searchbox", name="Words to filter by")).to_have_value("slow")
    expect(page.locator("task-board .task-card-title")).to_have_text(["Filter the slow words"])


def test_a_link_is_offered_to_be_copied_once_it_can_be(open_as, room, ana):
    page = open_as(ana, f"/projects/{room.project_id}/members/")
    scripts = Held(page, "**/static/js/page*.js")
    page.get_by_role("button", name="Make the invitation").click()
    expect(page.get_by_label("Link of the invitation")).to_be_visible()
    copy = page.get_by_role("button", name="Copy", exact=True)
    expect(copy).to_be_hidden()
    scripts.release()
    expect(copy).to_be_visible()
