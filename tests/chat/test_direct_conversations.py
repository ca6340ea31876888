"""Direct conversations: two or more people of a project among themselves."""

import pytest

from chat.models import Channel, Message, direct
from tests.conftest import add, person


@pytest.fixture
def talk(project, ana, ben):
    """Ana's and Ben's room."""
    return direct.between(project, [ben.pk], by=ana)[0]


def test_ana_talks_to_ben_and_nobody_else_knows(api, project, ana, ben, gus, cleo):
    path = f"/projects/{project.pk}/directs"
    answer = api(ana).post(path, {"users": [ben.pk]})
    assert answer.status_code == 201
    channel, room = answer.json()["channel"], answer.json()["room"]
    assert (channel["kind"], channel["private"], channel["name"]) == ("direct", True, "")
    assert channel["people"] == room["members"] == [ana.pk, ben.pk]
    again = api(ben).post(path, {"users": [ana.pk, ben.pk, ana.pk]})
    assert again.status_code == 200 and again.json()["room"]["id"] == room["id"]
    api(ben).post(f"/rooms/{room['id']}/messages", {"body": "Between us"})
    state = api(ana).get(f"/projects/{project.pk}/snapshot").json()
    assert [row["unread"] for row in state["readings"] if row["room"] == room["id"]] == [1]
    for page in ("snapshot", "events?after=0", "channels"):
        assert '"direct"' not in api(gus).get(f"/projects/{project.pk}/{page}").content.decode()
    assert api(gus).get(f"/rooms/{room['id']}/messages").status_code == 404
    assert api(cleo).post(path, {"users": [ben.pk]}).status_code == 404


def test_three_have_another_room_than_two(api, project, talk, ana, ben, gus):
    answer = api(gus).post(f"/projects/{project.pk}/directs", {"users": [ana.pk, ben.pk]})
    assert answer.status_code == 201
    assert answer.json()["room"]["members"] == [ana.pk, ben.pk, gus.pk]
    assert answer.json()["room"]["id"] != talk.pk


def test_with_whom_one_cannot_talk(api, project, ana, ben, cleo):
    path = f"/projects/{project.pk}/directs"
    for users in ([], [ana.pk], [cleo.pk], [ben.pk, 10**12], "ben", [None], None):
        answer = api(ana).post(path, {"users": users})
        assert answer.status_code == 422 and any(
            key.startswith("users") for key in answer.json()["errors"]
        ), users
    crowd = [person(f"p{number}") for number in range(direct.MOST_PEOPLE)]
    for each in crowd:
        add(project, each, "member")
    assert api(ana).post(path, {"users": [each.pk for each in crowd]}).status_code == 422
    assert not Channel.objects.filter(kind="direct").exists()


def test_it_stays_as_it_is(api, talk, ana, gus):
    channel = f"/channels/{talk.channel_id}"
    for answer in (
        api(ana).patch(channel, {"name": "Ours"}),
        api(ana).delete(channel),
        api(ana).post(f"{channel}/archive"),
        api(ana).post(f"{channel}/move", {}),
        api(ana).post(f"{channel}/rooms", {"name": "another"}),
        api(ana).post(f"{channel}/members", {"user": gus.pk}),
        api(ana).delete(f"{channel}/members/{ana.pk}"),
        api(ana).patch(f"/rooms/{talk.pk}", {"name": "x"}),
        api(ana).delete(f"/rooms/{talk.pk}"),
        api(ana).post(f"/rooms/{talk.pk}/leave"),
    ):
        assert answer.status_code == 403 and answer.json()["detail"]


def test_who_left_the_project_leaves_what_was_said_and_finds_it_again(api, project, talk, ana, ben):
    talk.post("Until then", by=ben)
    project.memberships.get(user=ben).remove(by=ben)
    assert api(ana).get(f"/rooms/{talk.pk}/messages").json()["items"][0]["body"] == "Until then"
    state = api(ana).get(f"/projects/{project.pk}/snapshot").json()
    assert [row["people"] for row in state["channels"] if row["kind"] == "direct"] == [[ana.pk, ben.pk]]
    assert ben.pk in [row["id"] for row in state["former"]]
    assert api(ana).post(f"/projects/{project.pk}/directs", {"users": [ben.pk]}).status_code == 422
    add(project, ben, "member")
    assert api(ben).get(f"/rooms/{talk.pk}/messages").status_code == 404
    answer = api(ben).post(f"/projects/{project.pk}/directs", {"users": [ana.pk]})
    assert answer.status_code == 200 and answer.json()["room"]["id"] == talk.pk
    assert api(ben).get(f"/rooms/{talk.pk}/messages").json()["items"][0]["body"] == "Until then"


def test_with_the_last_of_them_it_ends(project, ana, ben, gus):
    room, _ = direct.between(project, [gus.pk], by=ben)
    said = room.post("Only ours", by=gus)
    project.memberships.get(user=ben).remove(by=ana)
    assert Message.objects.filter(pk=said.pk).exists()
    project.memberships.get(user=gus).remove(by=ana)
    assert not Channel.objects.filter(pk=room.channel_id).exists()
    assert not Message.objects.filter(pk=said.pk).exists()
    assert "Only ours" not in "".join(project.events.values_list("tail", flat=True))


def test_a_private_channel_that_nobody_is_in_is_deleted_with_what_was_said(project, ana, ben):
    channel = Channel.open(project, "Of Ben", private=True, by=ben)
    said = channel.rooms.get().post("My own", by=ben)
    project.memberships.get(user=ben).remove(by=ana)
    assert not Channel.objects.filter(pk=channel.pk).exists()
    assert not Message.objects.filter(pk=said.pk).exists()


def test_a_private_channel_that_nobody_could_manage_is_handed_on(project, ana, ben, gus):
    channel = Channel.open(project, "Of Ben", private=True, by=ben)
    mia = person("mia")
    add(project, mia, "member")
    channel.let_in(gus.pk, by=ben)
    channel.let_in(mia.pk, by=ben)
    project.memberships.get(user=ben).remove(by=ana)
    channel.refresh_from_db()
    assert channel.host == mia  # a member, though Gus was there before
