"""The place in a room's history that one reads at."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chat.talking import address, field, message, read_all, say, settled, shown, top_of, write
from tests.browser.test_dragging import no_frames
from tests.waiting import eventually

pytestmark = pytest.mark.browser


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

SCROLL_WITHOUT_FRAMES = """(top) => new Promise((done) => {
  const scroll = document.querySelector("message-list [data-part=scroll]");
  scroll.addEventListener("scroll", () => done(), { once: true });
  scroll.scrollTop = top;
})"""
IS_KNOWN = """async (text) => {
  const { store } = await import("/static/js/models/project_store.js");
  return store.messages.where(({ body }) => body === text).length > 0;
}"""


def scroll_to(page: Page, top: int) -> None:
    """Scroll to another place than the present one; the list takes notice once a frame."""
    page.evaluate(SCROLL, top)


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


def test_who_scrolls_up_as_a_message_comes_is_not_taken_back(pages, room, ana):
    say(room, 60, by=ana)
    _, page = pages
    expect(message(page, "Message 60")).to_be_in_viewport()
    with no_frames(page):
        room.post("And on it goes", by=ana)
        eventually(lambda: page.evaluate(IS_KNOWN, "And on it goes"))
        page.evaluate(SCROLL_WITHOUT_FRAMES, 400)
    expect(message(page, "And on it goes")).to_have_count(1)
    expect(message(page, "Message 60")).not_to_be_in_viewport()
    assert page.evaluate("document.querySelector('message-list [data-part=scroll]').scrollTop") == 400
    write(page, "Here I am")  # which goes to the end, wherever one is
    expect(message(page, "Here I am")).to_be_in_viewport()


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
