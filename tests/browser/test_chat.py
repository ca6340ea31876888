"""Two people talk, in two browsers."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from chat.models import Message, Room, RoomMembership
from tasks.models import Task
from tests.browser.conftest import PHONE
from tests.waiting import eventually

pytestmark = pytest.mark.browser


@pytest.fixture
def room(transactional_db, project) -> Room:
    """The project's first room; Ana, Ben and Gus are in it."""
    return Room.objects.filter(project=project).default()


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
    return message(page, text).bounding_box()["y"]


def settled(page: Page, condition: str) -> None:
    page.wait_for_function(condition)


TALK = ["React …", "Reply in thread"]
CARRY = ["Forward …", "Pin to the room", "Mark as unread from here", "Follow the thread"]
AT_END = """() => {
  const { scrollTop, clientHeight, scrollHeight } = document.querySelector("message-list [data-part=scroll]");
  return scrollHeight - scrollTop - clientHeight < 2;
}"""


SCROLL = """(top) => new Promise((done) => {
  const scroll = document.querySelector("message-list [data-part=scroll]");
  const inTwoFrames = () => requestAnimationFrame(() => requestAnimationFrame(done));
  scroll.addEventListener("scroll", inTwoFrames, { once: true });
  scroll.scrollTop = top;
})"""


def scroll_to(page: Page, top: int) -> None:
    """Scroll to another place than the present one; the list takes notice once a frame."""
    page.evaluate(SCROLL, top)


@pytest.fixture
def pages(open_as: Callable[..., Page], room: Room, ana, ben) -> tuple[Page, Page]:
    """Ana's page and Ben's, both in the room and live."""
    both = open_as(ana, address(room)), open_as(ben, address(room))
    for page in both:
        expect(page.locator("message-list")).to_have_attribute("aria-busy", "false")
        settled(page, "() => document.querySelector('connection-pill').hidden")
    return both


# Said, changed, taken back --------------------------------------------------------------------------------


def test_a_message_stands_there_at_once_and_arrives_rendered(pages):
    ana, ben = pages
    write(ana, "Hello **Ben**, see `main.py`")
    expect(message(ben, "Hello Ben").locator("strong").last).to_have_text("Ben")
    expect(message(ben, "Hello Ben").locator(".message-author")).to_have_text("Ana")
    expect(message(ana, "Hello Ben")).to_have_attribute("data-state", "sent")
    expect(field(ana)).to_have_value("")
    assert len(shown(ana)) == len(shown(ben)) == 1


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


def test_who_is_typing_is_said_and_forgotten(pages):
    ana, ben = pages
    field(ana).press_sequentially("Hel")
    line = ben.locator("typing-line")
    expect(line).to_have_text("Ana is typing …")
    field(ana).press("Enter")
    expect(line).to_have_text("")


# Failing ---------------------------------------------------------------------------------------------------


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
    assert [text.strip() for text in shown(ana)] == [text.strip() for text in shown(ben)] == ["one", "two"]
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


# History and place -----------------------------------------------------------------------------------------


def test_older_messages_come_as_one_scrolls_and_the_place_is_kept(open_as, room, ana, ben):
    say(room, 180, by=ana)
    read_all(room)
    page = open_as(ben, address(room))
    expect(message(page, "Message 180")).to_be_in_viewport()
    assert len(shown(page)) == 50
    page.evaluate("document.querySelector('message-list [data-part=scroll]').scrollTop = 500")
    expect(message(page, "Message 81")).to_have_count(1)
    before = page.evaluate(
        """() => {
          const scroll = document.querySelector("message-list [data-part=scroll]");
          scroll.scrollTop = 300;
          const top = scroll.getBoundingClientRect().top;
          const all = [...document.querySelectorAll("chat-message")];
          const first = all.find((each) => each.getBoundingClientRect().top > top);
          return [first.querySelector(".message-body").innerText.trim(), first.getBoundingClientRect().top];
        }"""
    )
    expect(message(page, "Message 31")).to_have_count(1)
    assert abs(top_of(page, before[0]) - before[1]) < 2
    scroll_to(page, 0)
    expect(message(page, "Message 1")).to_have_count(1)
    expect(page.get_by_text("This is where general begins.")).to_be_visible()
    assert [text.strip() for text in shown(page)] == [f"Message {number}" for number in range(1, 181)]


def test_new_messages_do_not_tear_the_reader_away(pages, room, ana):
    say(room, 40, by=ana)
    _, page = pages
    expect(message(page, "Message 40")).to_be_in_viewport()
    scroll_to(page, 120)
    place = top_of(page, "Message 8")
    say(room, 3, by=ana, text="News")
    pill = page.get_by_role("button", name="3 new messages")
    expect(pill).to_be_visible()
    assert abs(top_of(page, "Message 8") - place) < 2
    pill.click()
    expect(message(page, "News 3")).to_be_in_viewport()
    expect(page.locator(".chat-pill")).to_be_hidden()


def test_a_fresh_snapshot_keeps_the_place(pages, room, ana):
    """What a page does that was away for longer than the log remembers."""
    say(room, 60, by=ana)
    _, page = pages
    expect(message(page, "Message 60")).to_be_in_viewport()
    scroll_to(page, 400)
    seen = page.evaluate(
        """async () => {
          const { store } = await import("/static/js/models/project_store.js");
          const { api } = await import("/static/js/helpers/api.js");
          const top = document.querySelector("message-list").getBoundingClientRect().top;
          const all = [...document.querySelectorAll("chat-message")];
          const first = all.find((each) => each.getBoundingClientRect().top > top);
          const seen = [first.querySelector(".message-body").innerText.trim(), first.getBoundingClientRect().top];
          store.replace(await api.get(`projects/${store.project.id}/snapshot`));
          return seen;
        }"""
    )
    expect(page.locator("message-list")).to_have_attribute("aria-busy", "false")
    room.post("And on it goes", by=ana)
    expect(page.get_by_role("button", name="1 new message")).to_be_visible()
    assert abs(top_of(page, seen[0]) - seen[1]) < 2


def test_who_is_at_the_end_stays_at_the_end(pages, room, ana):
    _, page = pages
    say(room, 40, by=ana)
    expect(message(page, "Message 40")).to_be_in_viewport()
    settled(page, AT_END)
    field(page).fill("\n".join("line" for _ in range(12)))  # the composer grows
    settled(page, AT_END)


def test_what_one_sends_is_seen_however_far_up_one_reads(pages, room, ana):
    _, page = pages
    say(room, 60, by=ana)
    expect(message(page, "Message 60")).to_be_in_viewport()
    page.evaluate("document.querySelector('message-list [data-part=scroll]').scrollTop = 0")
    write(page, "here I am")
    expect(message(page, "here I am")).to_be_in_viewport()


def test_a_link_opens_around_its_message_and_history_goes_on_both_ways(open_as, room, ana, ben):
    messages = say(room, 200, by=ana)
    read_all(room)
    page = open_as(ben, f"{address(room)}messages/{messages[99].pk}/")
    expect(message(page, "Message 100")).to_be_in_viewport()
    expect(message(page, "Message 100")).to_be_focused()
    assert len(shown(page)) <= 150
    page.get_by_role("button", name="Newest").click()
    expect(message(page, "Message 200")).to_be_in_viewport()
    expect(page).to_have_url(re.compile(rf"{address(room)}$"))


# Unread ----------------------------------------------------------------------------------------------------


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
    assert divider.bounding_box()["y"] < top_of(page, "Fresh 1")
    assert divider.bounding_box()["y"] > top_of(page, "Old 2")
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


# Rooms -----------------------------------------------------------------------------------------------------


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
    box = field(page).bounding_box()
    assert box["y"] + box["height"] < PHONE["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    target = message(page, "hold me")
    place = target.bounding_box()
    touch = {"x": place["x"] + 80, "y": place["y"] + place["height"] / 2}
    session = page.context.new_cdp_session(page)
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [touch]})
    expect(page.get_by_role("menuitem", name="Edit")).to_be_visible()
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.get_by_role("menuitem", name="Edit")).to_be_visible()
