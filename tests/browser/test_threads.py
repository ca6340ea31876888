"""Two people answer each other beside the room, react, and keep messages at hand."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from chat.models import Channel, Message, Room, RoomMembership
from tests.browser.axe import violations
from tests.browser.chat.talking import address, message, read_all, settled, write
from tests.browser.conftest import PHONE
from tests.browser.standing import box
from tests.browser.test_sharing_files import hold
from tests.conftest import add, person
from tests.waiting import eventually

pytestmark = pytest.mark.browser


@pytest.fixture
def room(transactional_db, project) -> Room:
    return Room.objects.filter(project=project).default()


@pytest.fixture
def root(room, ben) -> Message:
    found = room.post("Where do we meet?", by=ben)
    read_all(room)
    return found


def live(page: Page) -> Page:
    expect(page.locator("message-list").first).to_have_attribute("aria-busy", "false")
    settled(page, "() => document.querySelector('connection-pill').hidden")
    return page


@pytest.fixture
def pages(open_as: Callable[..., Page], room: Room, root: Message, ana, ben) -> tuple[Page, Page]:
    return live(open_as(ana, address(room))), live(open_as(ben, address(room)))


def pane(page: Page):
    return page.locator("thread-pane")


def main(page: Page):
    return page.locator("chat-room > message-list")


def act(page: Page, text: str, action: str) -> None:
    """By the menu of a message."""
    row = main(page).locator("chat-message", has_text=text)
    row.hover()
    row.locator('[data-part="more"]').click()
    page.get_by_role("menuitem", name=re.compile(re.escape(action))).click()


def answer(page: Page, text: str) -> None:
    field = pane(page).locator("message-composer textarea")
    field.fill(text)
    field.press("Enter")


def test_an_answer_stands_beside_the_room_and_its_line_leads_there(pages, root):
    ana, ben = pages
    act(ana, "Where do we meet?", "Reply in thread")
    expect(pane(ana)).to_be_visible()
    expect(ana).to_have_url(re.compile(rf"/threads/{root.pk}/$"))
    answer(ana, "At the station")
    expect(pane(ana).locator("message-list .message-body")).to_have_text(["At the station"])
    line = main(ben).locator(".thread-line")
    expect(line).to_contain_text("1 reply")
    expect(line).to_contain_text("1 new")
    expect(main(ben).locator("chat-message")).to_have_count(1)
    line.click()
    expect(pane(ben).locator("message-list .message-body")).to_have_text(["At the station"])
    expect(line).not_to_contain_text("new")
    answer(ben, "Which one?")
    expect(pane(ana).locator("message-list .message-body")).to_have_text(["At the station", "Which one?"])
    expect(main(ana).locator(".thread-line")).to_contain_text("2 replies")
    ben.go_back()
    expect(pane(ben)).to_have_count(0)


def test_the_badge_of_a_thread_leads_to_what_is_new(pages, room, root, ben):
    ana, ben_page = pages
    act(ana, "Where do we meet?", "Reply in thread")
    answer(ana, "At the station")
    threads = ben_page.locator(".chat-threads")
    expect(threads).to_contain_text("1")
    expect(ben_page).to_have_title(re.compile(r"^\(1\)"))
    threads.click()
    expect(pane(ben_page).locator("message-list .message-body")).to_have_text(["At the station"])
    expect(threads).to_be_hidden()
    expect(ben_page).not_to_have_title(re.compile(r"^\("))
    eventually(lambda: room.reading_of(ben)["unread"] == 0)


def test_a_draft_stays_with_its_thread(pages, room, ben):
    ana, _ = pages
    room.post("Another one", by=ben)
    act(ana, "Where do we meet?", "Reply in thread")
    pane(ana).locator("textarea").fill("Half an answer")
    pane(ana).locator("textarea").press("Escape")
    ana.locator("chat-room > message-composer textarea").fill("Half a message")
    act(ana, "Another one", "Reply in thread")
    expect(pane(ana).locator("message-composer textarea")).to_have_value("")
    act(ana, "Where do we meet?", "Reply in thread")
    expect(pane(ana).locator("message-composer textarea")).to_have_value("Half an answer")
    expect(ana.locator("chat-room > message-composer textarea")).to_have_value("Half a message")


def test_a_deleted_root_leaves_its_thread(pages, root, ben):
    ana, ben_page = pages
    act(ana, "Where do we meet?", "Reply in thread")
    answer(ana, "At the station")
    expect(main(ben_page).locator(".thread-line")).to_contain_text("1 reply")
    act(ben_page, "Where do we meet?", "Delete")
    main(ben_page).locator('[data-act="delete-now"]').click()
    for page in pages:
        expect(main(page).locator(".message-body")).to_have_text(["This message was deleted."])
    expect(pane(ana).locator("message-list .message-body")).to_have_text(["At the station"])


def test_keys_open_a_thread_and_close_it(pages, root):
    ana, _ = pages
    row = main(ana).locator("chat-message")
    row.focus()
    ana.keyboard.press("t")
    expect(pane(ana).locator("message-composer textarea")).to_be_focused()
    ana.keyboard.press("Escape")
    expect(pane(ana)).to_have_count(0)


def test_a_link_to_an_answer_opens_its_thread(open_as, room, root, ana, ben):
    said = room.post("At the station", thread=root.pk, by=ana)
    page = live(open_as(ben, f"{address(room)}messages/{said.pk}/"))
    expect(pane(page).locator(f"#message-{said.pk}")).to_be_visible()


def test_a_link_into_a_private_room_is_no_page_for_others(open_as, room, ana, ben, complaints):
    complaints.expect("404")
    secret = Channel.open(room.project, "Board", private=True, by=ana).rooms.get()
    said = secret.post("Nobody knows", by=ana)
    page = open_as(ben, f"{address(secret)}messages/{said.pk}/")
    expect(page.locator("body")).not_to_contain_text("Nobody knows")
    expect(page.locator("page-panes")).to_have_count(0)


# Reactions and pins ---------------------------------------------------------------------------------------


def test_a_reaction_is_seen_by_both_and_taken_back(pages, root):
    ana, ben = pages
    act(ana, "Where do we meet?", "React")
    ana.locator("reaction-picker").get_by_role("button", name="party").click()
    chip = main(ben).locator(".reaction").first
    expect(chip).to_have_attribute("title", "🎉 by Ana")
    chip.click()
    expect(main(ana).locator(".reaction").first).to_have_attribute("title", "🎉 by you, Ben")
    expect(chip).to_have_attribute("aria-pressed", "true")
    chip.click()
    expect(main(ana).locator(".reaction").first.locator(".count")).to_have_text("1")
    main(ana).locator(".reaction").first.click()
    expect(main(ben).locator(".reaction")).to_have_count(0)


def test_of_two_presses_the_last_one_stands(pages, root, ana, ben):
    root.react("👍", by=ana)
    page = pages[1]
    chip = main(page).locator(".reaction").first
    held, arrived = hold(page, r"/reactions$"), []
    page.on("requestfinished", lambda request: arrived.append(request.method))
    chip.click()
    expect(chip).to_have_attribute("aria-pressed", "true")
    eventually(lambda: page.evaluate("true") and held)
    chip.click()
    expect(chip).to_have_attribute("aria-pressed", "false")
    held[0].continue_()
    eventually(lambda: page.evaluate("true") and {"POST", "DELETE"} <= set(arrived))
    root.refresh_from_db()
    assert root.reactions == [{"emoji": "👍", "users": [ana.pk]}]
    expect(main(pages[0]).locator(".reaction .count")).to_have_text("1")


def test_any_emoji_can_be_typed_and_other_text_is_refused(pages, root, complaints):
    complaints.expect("422")
    ana, ben = pages
    main(ana).locator("chat-message").focus()
    ana.keyboard.press("+")
    field = ana.locator("reaction-picker input")
    field.fill("👩🏽‍🚀")
    field.press("Enter")
    expect(main(ben).locator(".reaction").first).to_contain_text("👩🏽‍🚀")
    main(ana).locator("chat-message").focus()
    ana.keyboard.press("+")
    field.fill("no emoji")
    field.press("Enter")
    expect(ana.locator("toast-stack")).to_contain_text("This is no emoji.")
    expect(main(ana).locator('.reaction:not([data-emoji=""])')).to_have_count(1)


def test_a_pin_is_listed_for_both_and_leads_to_its_message(pages, room, root, ben):
    ana, ben_page = pages
    act(ana, "Where do we meet?", "Pin to the room")
    expect(main(ben_page).locator('[data-part="pinned-by"]')).to_have_text("Pinned by Ana")
    pins = ben_page.locator(".chat-pins")
    expect(pins).to_contain_text("1")
    pins.click()
    ben_page.locator(".pinned-jump").click()
    expect(main(ben_page).locator("chat-message[data-flash]")).to_contain_text("Where do we meet?")
    pins.click()
    ben_page.locator('pinned-list [data-act="unpin"]').click()
    expect(ana.locator(".chat-pins")).to_be_hidden()


# Unread, forwarding, calling ------------------------------------------------------------------------------


def test_what_is_marked_unread_stays_so_in_every_tab_until_one_comes_anew(open_as, pages, room, ana, ben):
    page, _ = pages
    other = room.channel.open_room("elsewhere", by=ana)
    room.post("Second", by=ben)
    expect(message(page, "Second")).to_be_visible()
    eventually(lambda: room.reading_of(ana)["unread"] == 0)
    tab = live(page.context.new_page() if page.goto(address(other)) is None else page)
    again = page.context.new_page()
    again.goto(address(room))
    live(again)
    act(again, "Where do we meet?", "Mark as unread from here")
    expect(again.locator(".new-divider")).to_be_visible()
    badge = tab.locator(f'project-rail [data-room="{room.pk}"]')
    expect(tab).to_have_title(re.compile(r"^\(2\)"))
    assert room.reading_of(ana)["unread"] == 2
    assert badge is not None
    again.reload()
    live(again)
    again.bring_to_front()
    eventually(lambda: room.reading_of(ana)["unread"] == 0)


def test_a_message_is_forwarded_with_its_author(pages, room, root, ana, ben):
    page, ben_page = pages
    other = room.channel.open_room("elsewhere", by=ana)
    other.join(by=ben)
    act(page, "Where do we meet?", "Forward")
    dialog = page.locator("forward-dialog dialog")
    expect(dialog.locator("option")).to_have_text(["elsewhere"])
    dialog.locator("textarea").fill("See this")
    dialog.get_by_role("button", name="Forward").click()
    expect(page.locator("toast-stack")).to_contain_text("Forwarded to elsewhere.")
    ben_page.goto(address(other))
    expect(main(ben_page).locator(".message-body")).to_contain_text("See this")
    expect(main(ben_page).locator("blockquote")).to_have_text("Where do we meet?")
    expect(main(ben_page).locator('[data-part="forwarded-words"]')).to_have_text("Forwarded from Ben")
    main(ben_page).locator('[data-part="source"]').click()
    expect(ben_page).to_have_url(re.compile(rf"/rooms/{room.pk}/messages/{root.pk}/"))


def test_leaving_a_private_channel_with_words_asks_first(open_as, room, ana):
    secret = Channel.open(room.project, "Board", private=True, by=ana).rooms.get()
    secret.post("The secret plan", by=ana)
    page = live(open_as(ana, address(secret)))
    act(page, "The secret plan", "Forward")
    expect(page.locator('forward-dialog [data-part="private"]')).to_be_visible()
    page.locator("forward-dialog").get_by_role("button", name="Forward anyway").click()
    expect(page.locator("toast-stack")).to_contain_text("Forwarded to general.")


def test_calling_everyone_asks_first(pages, room, project, ben):
    ana, ben_page = pages
    for number in range(5):
        add(project, person(f"extra{number}"), "member")
    expect(ana.locator('.chat-people [data-part="people-count"]')).to_have_text("8")
    write(ana.locator("chat-room > message-composer").page, "@channel lunch!")
    ask = ana.locator("chat-room > message-composer .composer-ask")
    expect(ask).to_contain_text("This calls 7 people at once.")
    assert not Message.objects.filter(body__contains="lunch").exists()
    ask.get_by_role("button", name="Send").click()
    expect(main(ben_page).locator('.mention[data-group="channel"]')).to_be_visible()
    assert RoomMembership.objects.filter(room=room).count() == 8


# By touch, and for everyone -------------------------------------------------------------------------------


def test_on_a_phone_the_thread_is_a_layer(open_as, room, root, ana, ben):
    room.post("At the station", thread=root.pk, by=ana)
    page = live(open_as(ben, address(room), viewport=PHONE, has_touch=True, is_mobile=True))
    main(page).locator(".thread-line").tap()
    expect(pane(page).locator("message-list .message-body")).to_have_text(["At the station"])
    place = box(pane(page))
    assert (place["x"], place["width"]) == (0, PHONE["width"])
    page.get_by_role("button", name="Back to the room").tap()
    expect(pane(page)).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible(open_as, room, root, ana, ben, scheme):
    room.post("At the station", thread=root.pk, by=ana)
    root.react("👍", by=ana)
    root.pin(by=ana)
    page = live(open_as(ben, f"{address(room)}threads/{root.pk}/", color_scheme=scheme))
    expect(pane(page).locator("message-list chat-message")).to_be_visible()
    assert violations(page) == []
    page.locator(".chat-pins").click()
    expect(page.locator(".pinned-jump")).to_be_visible()
    assert violations(page) == []
