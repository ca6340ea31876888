"""Who may post, make rooms and choose people in a channel, and who keeps it."""

import time

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat.models import Channel
from projects.positions import rank_of
from tests.conftest import add, person


@pytest.fixture
def news(project, ana) -> Channel:
    """Where only admins post."""
    return Channel.open(project, "News", guests=True, may_post="admins", by=ana)


def test_only_admins_post_announcements(api, news, ana, ben, gus):
    room = news.rooms.get()
    assert api(ana).post(f"/rooms/{room.pk}/messages", {"body": "We moved"}).status_code == 201
    for user in (ben, gus):
        answer = api(user).post(f"/rooms/{room.pk}/messages", {"body": "Where to?"})
        assert (answer.status_code, answer.json()["detail"]) == (403, "Only admins post here.")
        assert api(user).get(f"/rooms/{room.pk}/messages").status_code == 200
    assert [message.body for message in room.messages.all()] == ["We moved"]


def test_guests_only_read_where_members_post(api, project, ana, ben, gus):
    channel = Channel.open(project, "Plans", guests=True, may_post="members", by=ana)
    room = channel.rooms.get().pk
    assert api(ben).post(f"/rooms/{room}/messages", {"body": "Mine"}).status_code == 201
    answer = api(gus).post(f"/rooms/{room}/messages", {"body": "Mine"})
    assert (answer.status_code, answer.json()["detail"]) == (403, "Guests only read here.")


def test_a_level_takes_no_query_more_to_post(api, news, room, ana):
    # Who asks is found with the room.
    def count(where: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert api_of_ana.post(f"/rooms/{where}/messages", {"body": "Hm"}).status_code == 201
        return len(queries)

    api_of_ana = api(ana)
    count(room.pk)
    assert count(news.rooms.get().pk) == count(room.pk)


def test_who_makes_rooms_is_the_channels_choice(api, project, ana, ben, gus):
    channel = Channel.open(project, "Talk", guests=True, may_create_rooms="members", by=ana)
    project.change_rights({"guest": {"create_rooms": True}}, by=ana)
    assert api(gus).post(f"/channels/{channel.pk}/rooms", {"name": "of Gus"}).status_code == 403
    channel.change(may_create_rooms="everyone", by=ana)
    assert api(gus).post(f"/channels/{channel.pk}/rooms", {"name": "of Gus"}).status_code == 201
    channel.change(may_create_rooms="admins", by=ana)
    answer = api(ben).post(f"/channels/{channel.pk}/rooms", {"name": "of Ben"})
    assert (answer.status_code, answer.json()["detail"]) == (403, "Only admins make rooms in this channel.")


def test_members_choose_people_where_the_channel_lets_them(api, project, secret, ana, ben, gus):
    secret.channel.change(may_invite="members", by=ana)
    secret.channel.add(ben.pk, by=ana)
    path = f"/channels/{secret.channel_id}/members"
    assert api(ben).post(path, {"user": gus.pk}).status_code == 201
    assert api(gus).delete(f"{path}/{ben.pk}").status_code == 403
    answer = api(ben).delete(f"{path}/{ana.pk}")
    assert (answer.status_code, answer.json()["detail"]) == (
        403,
        "You can't take out somebody who stands above you.",
    )
    assert api(ben).delete(f"{path}/{gus.pk}").status_code == 204


def test_an_admin_does_not_take_out_the_owner(api, project, secret, ana):
    adam = person("adam")
    add(project, adam, "admin")
    secret.channel.add(adam.pk, by=ana)
    assert api(adam).delete(f"/channels/{secret.channel_id}/members/{ana.pk}").status_code == 403


def test_the_last_one_who_manages_a_private_channel_hands_it_over_first(api, secret, ana, ben, gus):
    channel, anas = secret.channel, api(ana)
    channel.add(ben.pk, by=ana)
    mine = f"/channels/{channel.pk}/members/{ana.pk}"
    answer = anas.delete(mine)
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "Somebody has to manage this channel: hand it to another one first.",
    )
    for nobody in (gus.pk, 10**12):
        assert "host" in anas.patch(f"/channels/{channel.pk}", {"host": nobody}).json()["errors"]
    channel.add(gus.pk, by=ana)
    assert anas.patch(f"/channels/{channel.pk}", {"host": gus.pk}).status_code == 422  # only a guest
    assert anas.patch(f"/channels/{channel.pk}", {"host": ben.pk}).json()["host"] == ben.pk
    assert anas.delete(mine).status_code == 204
    assert api(ben).patch(f"/channels/{channel.pk}", {"topic": "ours"}).status_code == 200


@pytest.mark.parametrize(
    "field", ["may_post", "may_create_rooms", "may_invite", "may_pin", "history", "guests"]
)
def test_a_level_that_there_is_not_is_refused_beside_its_field(api, project, room, ana, field):
    for value in ("nobody", "", None, 3, ["admins"]):
        answer = api(ana).patch(f"/channels/{room.channel_id}", {field: value})
        assert answer.status_code == 422 and field in answer.json()["errors"], value


def test_a_public_channel_is_for_guests_where_it_says_so(api, project, ana, ben, gus):
    channel = Channel.open(project, "Inside", topic="among members", by=ana)
    room = channel.rooms.get()
    words = room.post("For members", by=ben)
    guest = api(gus)
    for path in (f"/projects/{project.pk}/snapshot", f"/projects/{project.pk}/events?after=0",
                 f"/projects/{project.pk}/channels"):  # fmt: skip
        assert "Inside" not in guest.get(path).content.decode()
        assert "For members" not in guest.get(path).content.decode()
    assert guest.get(f"/messages/{words.pk}").status_code == 404
    assert api(ana).patch(f"/channels/{channel.pk}", {"guests": True}).status_code == 200
    assert guest.get(f"/messages/{words.pk}").status_code == 200
    assert api(ana).patch(f"/channels/{channel.pk}", {"guests": False}).status_code == 200
    assert guest.get(f"/messages/{words.pk}").status_code == 404
    # What the log says from before is not played to them again.
    answer = guest.get(f"/projects/{project.pk}/events?after=0").json()
    assert answer["reset"] and "Inside" not in str(answer)


def test_a_guest_is_added_to_a_public_channel(api, project, ana, ben, gus):
    channel = Channel.open(project, "Inside", by=ana)
    room = channel.rooms.get()
    path = f"/channels/{channel.pk}/members"
    assert api(ana).post(path, {"user": ben.pk}).status_code == 422
    assert api(ana).post(path, {"user": gus.pk}).status_code == 201
    assert api(gus).post(f"/rooms/{room.pk}/messages", {"body": "Hello"}).status_code == 201
    assert api(ana).delete(f"{path}/{gus.pk}").status_code == 204
    assert api(gus).get(f"/rooms/{room.pk}/messages").status_code == 404
    assert gus.pk not in room.member_ids


def test_who_becomes_a_guest_leaves_the_rooms_of_members(project, ana, ben):
    channel = Channel.open(project, "Inside", by=ana)
    room = channel.rooms.get()
    room.join(by=ben)
    project.memberships.get(user=ben).change_role("guest", by=ana)
    assert room.member_ids == [ana.pk]
    assert not Channel.objects.visible_to(ben).filter(pk=channel.pk).exists()


def test_a_public_channel_becomes_private_and_never_public_again(api, project, ana, ben, gus):
    channel = Channel.open(project, "Inside", guests=True, by=ana)
    channel.rooms.get().join(by=ben)
    assert api(ana).patch(f"/channels/{channel.pk}", {"private": True}).status_code == 200
    assert api(ben).get(f"/channels/{channel.pk}/rooms").status_code == 200  # who was in a room stays
    assert api(gus).get(f"/channels/{channel.pk}/rooms").status_code == 404
    events = api(gus).get(f"/projects/{project.pk}/events?after=0").json()
    assert events["reset"] and "Inside" not in str(events)
    answer = api(ana).patch(f"/channels/{channel.pk}", {"private": False})
    assert answer.status_code == 422 and "private" in answer.json()["errors"]
    last = project.channels.get(name="General")
    assert api(ana).patch(f"/channels/{last.pk}", {"private": True}).status_code == 409


def test_an_archived_channel_is_read_and_nothing_else(api, project, ana, ben):
    channel = Channel.open(project, "Old", by=ana)
    room = channel.rooms.get()
    message = room.post("Then", by=ben)
    assert api(ben).post(f"/channels/{channel.pk}/archive").status_code == 403
    archived = api(ana).post(f"/channels/{channel.pk}/archive")
    assert archived.status_code == 200 and archived.json()["archived_at"]
    for answer in (
        api(ben).post(f"/rooms/{room.pk}/messages", {"body": "Now"}),
        api(ben).patch(f"/messages/{message.pk}", {"body": "Now"}),
        api(ben).delete(f"/messages/{message.pk}"),
        api(ana).post(f"/channels/{channel.pk}/rooms", {"name": "new"}),
        api(ana).patch(f"/channels/{channel.pk}", {"name": "New"}),
        api(ana).patch(f"/rooms/{room.pk}", {"name": "New"}),
    ):
        assert (answer.status_code, answer.json()["detail"]) == (
            403,
            "This channel is archived. It can be read.",
        )
    assert api(ben).get(f"/rooms/{room.pk}/messages").json()["items"][0]["body"] == "Then"
    assert api(ben).post(f"/rooms/{room.pk}/read", {"message": message.pk}).status_code == 200
    assert api(ana).post(f"/channels/{channel.pk}/restore").json()["archived_at"] is None
    assert api(ben).post(f"/rooms/{room.pk}/messages", {"body": "Again"}).status_code == 201
    last = project.channels.get(name="General")
    Channel.objects.get(pk=channel.pk).archive(by=ana)
    assert api(ana).post(f"/channels/{last.pk}/archive").status_code == 409


def test_channels_stand_where_one_puts_them(api, project, ana, ben, secret):
    one, two = (Channel.open(project, name, by=ana) for name in ("One", "Two"))
    path, anas = f"/channels/{two.pk}/move", api(ana)
    assert api(ben).post(path, {}).status_code == 403
    answer = anas.post(path, {"before": one.pk})
    assert answer.status_code == 200

    def order() -> list[str]:
        return [row["name"] for row in anas.get(f"/projects/{project.pk}/channels").json()["items"]]

    assert order() == ["General", "Board of directors", "Two", "One"]
    moved = project.events.filter(name="channel.updated").first()
    assert (moved.object_id, moved.data["position"]) == (two.pk, answer.json()["position"])
    anas.post(path, {"after": one.pk})
    assert order() == ["General", "Board of directors", "One", "Two"]
    for _ in range(200):  # always between the same two
        assert anas.post(path, {"before": one.pk}).status_code == 200
        one, two = two, one
        path = f"/channels/{two.pk}/move"
    assert len(set(project.channels.values_list("position", flat=True))) == 4


def test_their_ranks_do_not_tell_that_there_is_a_private_one(project, ana):
    """The end is the time; between two, one is drawn by lot: a step that is missing may be something, or nothing."""
    two = [Channel.open(project, name, by=ana) for name in ("One", "Two")]
    for number in range(20):
        Channel.open(project, f"Private {number}", private=True, by=ana)
    before = rank_of(time.time_ns() // 1_000_000)
    last = Channel.open(project, "Last", by=ana)
    assert before <= last.position <= rank_of(time.time_ns() // 1_000_000)
    ranks = set()
    for _ in range(30):
        last.move_to(after=two[0], by=ana)
        ranks.add(last.position)
    assert len(ranks) > 1


def test_a_channel_comes_last_though_the_clock_went_back(project, ana):
    first = Channel.open(project, "Tomorrow", by=ana)
    first.position = rank_of(time.time_ns() // 1_000_000 + 86_400_000)
    first.save()
    second, third = (Channel.open(project, name, by=ana) for name in ("Today", "Later today"))
    assert first.position < second.position < third.position


def test_posting_past_the_api_asks_as_well(news, ben):
    with pytest.raises(PermissionDenied):
        news.rooms.get().post("Hm", by=ben)


def test_only_admins_pin_where_the_channel_says_so(api, project, ana, ben):
    channel = Channel.open(project, "Pins", may_pin="admins", by=ana)
    message = channel.rooms.get().post("Keep this", by=ben)
    answer = api(ben).post(f"/messages/{message.pk}/pin")
    assert (answer.status_code, answer.json()["detail"]) == (403, "Only admins pin messages in this channel.")
    assert api(ana).post(f"/messages/{message.pk}/pin").status_code == 200
    assert api(ben).delete(f"/messages/{message.pk}/pin").status_code == 403


def test_a_channel_of_members_that_is_deleted_goes_from_every_page(api, project, ana, ben):
    channel = Channel.open(project, "Inside", by=ana)
    sequence = api(ben).get(f"/projects/{project.pk}/snapshot").json()["sequence"]
    channel.remove(by=ana)
    answer = api(ben).get(f"/projects/{project.pk}/events?after={sequence}").json()
    assert answer.get("reset") or "channel.deleted" in [event["name"] for event in answer["events"]]
