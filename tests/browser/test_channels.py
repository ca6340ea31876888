"""Two people with channels, in two browsers: making, closing, leaving and talking among themselves."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from chat.models import Channel, direct
from tests.browser.axe import violations
from tests.browser.conftest import PHONE
from tests.waiting import eventually

pytestmark = pytest.mark.browser


def tree(page: Page) -> Locator:
    return page.locator("rail-rooms")


def section(page: Page, name: str) -> Locator:
    """A channel in the tree."""
    return tree(page).locator(".rail-channel").filter(has=page.locator(".rail-channel-name", has_text=name))


def act(page: Page, channel: str, label: str) -> None:
    """What one can do with a channel, from its menu in the tree."""
    section(page, channel).get_by_role("button", name=f"Actions of {channel}").click()
    page.get_by_role("menuitem", name=label).click()


def address(room: Any) -> str:
    return f"/projects/{room.project_id}/rooms/{room.pk}/"


def test_ana_makes_a_channel_where_only_admins_post(project, ana, ben, open_as, complaints):
    complaints.expect("422")  # a name that is taken
    anas, bens = open_as(ana, f"/projects/{project.pk}/"), open_as(ben, f"/projects/{project.pk}/")
    tree(anas).get_by_role("button", name="New channel").click()
    dialog = anas.get_by_role("dialog", name="New channel")
    dialog.get_by_label("Name").fill("General")
    dialog.get_by_role("button", name="Make the channel").click()
    expect(dialog.get_by_text("There is a channel of this name.")).to_be_visible()
    dialog.get_by_label("Name").fill("News")
    dialog.get_by_text("Who may do what").click()
    assert violations(anas) == []
    dialog.get_by_role("button", name="Make the channel").click()
    expect(dialog).to_be_hidden()
    section(bens, "News").get_by_role("link", name="general").click()
    expect(bens.locator("message-composer")).to_be_visible()
    act(anas, "News", "Change the channel")
    dialog = anas.get_by_role("dialog", name="Change the channel")
    dialog.get_by_text("Who may do what").click()
    dialog.get_by_label("Who may post").select_option("admins")
    dialog.get_by_role("button", name="Save").click()
    expect(bens.get_by_text("Only admins post here.")).to_be_visible()
    expect(bens.locator("message-composer")).to_be_hidden()
    expect(dialog).to_be_hidden()
    anas.locator("message-composer textarea").fill("We moved")
    anas.locator("message-composer textarea").press("Enter")
    expect(bens.locator("chat-message", has_text="We moved")).to_be_visible()


def test_an_archived_channel_leaves_the_tree_and_can_be_read(project, ana, ben, open_as):
    channel = Channel.open(project, "Old", by=ana)
    room = channel.rooms.get()
    room.post("Then", by=ana)
    anas, bens = open_as(ana, f"/projects/{project.pk}/"), open_as(ben, address(room))
    act(anas, "Old", "Archive the channel")
    expect(bens.get_by_text("This channel is archived. It can be read.")).to_be_visible()
    expect(bens.locator("chat-message", has_text="Then")).to_be_visible()
    expect(section(bens, "Old")).to_have_count(0)
    expect(section(bens, "Archived channels").get_by_role("link", name="Old · general")).to_be_visible()
    section(anas, "Archived channels").get_by_role("button", name="Archived channels").click()
    expect(section(anas, "Archived channels").get_by_role("link", name="Old · general")).to_be_visible()
    anas.get_by_role("button", name="Undo").click()
    expect(bens.locator("message-composer")).to_be_visible()
    expect(section(bens, "Old")).to_be_visible()


def test_who_is_put_out_of_a_private_channel_sees_it_close(project, ana, ben, open_as, complaints):
    complaints.expect("409", "404")  # the last one stays; what Ben's page still asked for is gone
    channel = Channel.open(project, "Board of directors", private=True, by=ana)
    anas, bens = open_as(ana, f"/projects/{project.pk}/"), open_as(ben, f"/projects/{project.pk}/")
    expect(section(anas, "Board of directors").get_by_title("Private channel")).to_be_visible()
    expect(section(bens, "General")).to_be_visible()
    expect(section(bens, "Board of directors")).to_have_count(0)
    act(anas, "Board of directors", "People of the channel")
    people = anas.get_by_role("dialog", name="People of Board of directors")
    people.get_by_label("Ben").check()
    section(bens, "Board of directors").get_by_role("link", name="general").click()
    expect(bens.get_by_role("heading", name="general", exact=True)).to_be_visible()
    assert violations(anas) == []
    people.get_by_label("Ben").uncheck()
    expect(section(bens, "Board of directors")).to_have_count(0)
    expect(bens.get_by_text("That room is no longer here.")).to_be_visible()
    assert "directors" not in bens.locator("body").inner_text()
    people.get_by_label("Ana").click()
    expect(people.get_by_text("The last one in a private channel stays, or deletes it.")).to_be_visible()
    assert channel.memberships.count() == 1


def test_ben_and_ana_talk_among_themselves(project, ana, ben, gus, open_as, complaints):
    complaints.expect("422")  # with nobody chosen
    anas, bens = open_as(ana, f"/projects/{project.pk}/"), open_as(ben, f"/projects/{project.pk}/")
    tree(bens).get_by_role("button", name="New direct message").click()
    dialog = bens.get_by_role("dialog", name="New direct message")
    dialog.get_by_role("button", name="Talk").click()
    expect(dialog.locator('[data-error="users"], [data-error=""]').filter(has_text=" ").first).to_be_visible()
    dialog.get_by_label("Find somebody").fill("ana")
    dialog.get_by_label("Ana").check()
    assert violations(bens) == []
    dialog.get_by_role("button", name="Talk").click()
    expect(bens.get_by_role("heading", name="Ana")).to_be_visible()
    bens.locator("message-composer textarea").fill("Psst")
    bens.locator("message-composer textarea").press("Enter")
    link = section(anas, "Direct messages").get_by_role("link", name="Ben")
    expect(link).to_contain_text("1")
    link.click()
    expect(anas.locator("chat-message", has_text="Psst")).to_be_visible()
    anas.locator("chat-message", has_text="Psst").locator("[data-part=author]").click(trial=True)
    room = Channel.objects.get(kind="direct").rooms.get()
    assert room.member_ids == sorted([ana.pk, ben.pk])


def test_from_somebodys_card_one_writes_to_them_alone(project, ana, ben, gus, open_as):
    project.rooms.get().post("Ask @ben about it", by=gus)
    anas, bens = open_as(ana, address(project.rooms.get())), open_as(ben, f"/projects/{project.pk}/")
    anas.locator("chat-message a.mention", has_text="@ben").click()
    card = anas.get_by_role("dialog", name="Ben")
    expect(card).to_be_visible()
    card.get_by_role("button", name="Message").click()
    expect(card).to_be_hidden()
    expect(anas.get_by_role("heading", name="Ben")).to_be_visible()
    expect(section(bens, "Direct messages").get_by_role("link", name="Ana")).to_be_visible()
    anas.locator("message-composer textarea").fill("A word with you")
    anas.locator("message-composer textarea").press("Enter")
    section(bens, "Direct messages").get_by_role("link", name="Ana").click()
    expect(bens.locator("chat-message", has_text="A word with you")).to_be_visible()
    # Asked for again it is the same one.
    section(anas, "General").get_by_role("link", name="general").click()
    anas.locator("chat-message a.mention", has_text="@ben").click()
    card.get_by_role("button", name="Message").press("Enter")
    expect(anas.locator("chat-message", has_text="A word with you")).to_be_visible()
    assert Channel.objects.get(kind="direct").rooms.get().member_ids == sorted([ana.pk, ben.pk])


def test_whoever_is_named_and_not_in_the_private_channel_can_be_added(project, ana, ben, gus, open_as):
    room = Channel.open(project, "Secret", private=True, by=ana).rooms.get()
    anas, bens = open_as(ana, address(room)), open_as(ben, f"/projects/{project.pk}/")
    field, absent = (
        anas.locator("message-composer textarea"),
        anas.locator("message-composer [data-part=absent]"),
    )
    field.fill("What does @ana say?")
    expect(absent).to_be_hidden()
    field.fill("What does @ben say?")
    expect(absent).to_contain_text("Ben: not in this private channel, and will not hear of it.")
    assert violations(anas) == []
    absent.get_by_role("button").click()
    expect(absent).to_be_hidden()
    expect(field).to_be_focused()
    field.press("Enter")
    section(bens, "Secret").get_by_role("link", name="general").click()
    expect(bens.locator("chat-message", has_text="What does @ben say?")).to_be_visible()
    assert room.channel.memberships.count() == 2


def test_the_tree_by_keyboard(project, ana, ben, open_as):
    one, two = (Channel.open(project, name, by=ana) for name in ("One", "Two"))
    one.rooms.get().join(by=ben)
    anas, bens = open_as(ana, f"/projects/{project.pk}/"), open_as(ben, f"/projects/{project.pk}/")
    fold = section(anas, "Two").get_by_role("button", name="Two", exact=True)
    fold.focus()
    anas.keyboard.press("Alt+Shift+ArrowUp")
    names = tree(bens).locator(".rail-channel-name")
    expect(names.nth(1)).to_have_text("Two")
    expect(names.nth(2)).to_have_text("One")
    expect(tree(anas).locator(".rail-channel-name").nth(1)).to_have_text("Two")
    expect(fold).to_be_focused()
    anas.keyboard.press("ArrowLeft")
    expect(section(anas, "Two").get_by_role("link")).to_have_count(0)
    expect(fold).to_have_attribute("aria-expanded", "false")
    two.rooms.get().post("News", by=ben)  # what is unread stands there all the same
    expect(section(anas, "Two").get_by_role("link")).to_have_count(1)
    anas.keyboard.press("ArrowRight")
    anas.keyboard.press("ArrowDown")
    anas.keyboard.press("Enter")
    eventually(lambda: f"/rooms/{two.rooms.get().pk}/" in anas.url)
    anas.reload()
    expect(section(anas, "Two").get_by_role("link")).to_have_count(1)


def test_on_a_phone(project, ana, ben, open_as):
    talk, _ = direct.between(project, [ben.pk], by=ana)
    page = open_as(ana, address(talk), viewport=PHONE, has_touch=True, is_mobile=True)
    expect(page.get_by_role("heading", name="Ben")).to_be_visible()
    expect(tree(page).get_by_role("link", name="Ben")).to_be_visible()
    assert violations(page) == []
