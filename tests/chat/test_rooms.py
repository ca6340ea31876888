"""Rooms and channels: made, named, joined, left, deleted."""

import pytest

from chat.models import Channel, Message, Revision, Room, RoomMembership
from projects.models import Project
from tests.conftest import add, person


def test_a_new_project_has_a_channel_with_a_room(project, ana, ben, gus):
    channel = project.channels.get()
    room = project.rooms.get()
    assert (channel.name, channel.private, room.name) == ("General", False, "general")
    assert room.row()["members"] == [ana.pk, ben.pk, gus.pk]


def test_ben_makes_a_room_and_is_in_it(api, project, ben):
    channel = project.channels.get()
    answer = api(ben).post(f"/channels/{channel.pk}/rooms", {"name": " design "})
    assert answer.status_code == 201
    row = answer.json()
    assert (row["name"], row["channel"], row["members"], row["created_by"]) == (
        "design",
        channel.pk,
        [ben.pk],
        ben.pk,
    )
    event = project.events.first()
    assert (event.name, event.by, event.data) == ("room.created", ben.pk, row)
    assert row in api(ben).get(f"/channels/{channel.pk}/rooms").json()["items"]


def test_who_may_not_make_a_room(api, project, gus, cleo):
    channel = project.channels.get()
    assert api(gus).post(f"/channels/{channel.pk}/rooms", {"name": "design"}).status_code == 403
    assert api(cleo).post(f"/channels/{channel.pk}/rooms", {"name": "design"}).status_code == 404
    assert api(cleo).get(f"/channels/{channel.pk}/rooms").status_code == 404


def test_a_name_is_given_once_a_channel(api, project, ana, ben):
    channel = project.channels.get()
    answer = api(ben).post(f"/channels/{channel.pk}/rooms", {"name": "General"})
    assert answer.status_code == 422
    assert "name" in answer.json()["errors"]
    other = Channel.open(project, "Other", by=ana)
    assert other.rooms.get().name == "general"
    room = channel.open_room("design", by=ben)
    assert api(ben).patch(f"/rooms/{room.pk}", {"name": "GENERAL"}).status_code == 422
    assert api(ben).patch(f"/rooms/{room.pk}", {"name": "Design"}).status_code == 200


def test_rows_and_row_say_the_same(project, room, ana):
    assert Room.objects.filter(pk=room.pk).rows() == [room.row()]
    assert Channel.objects.rows() == [project.channels.get().row()]


def test_who_made_a_room_renames_and_deletes_it(api, project, ana, ben, gus, cleo):
    mine = project.channels.get().open_room("mine", by=ben)
    dan = person("dan")
    add(project, dan, "member")
    for user, code in ((dan, 403), (gus, 403), (cleo, 404)):
        assert api(user).patch(f"/rooms/{mine.pk}", {"name": "yours"}).status_code == code
        assert api(user).delete(f"/rooms/{mine.pk}").status_code == code
    assert api(ben).patch(f"/rooms/{mine.pk}", {"name": "ours"}).json()["name"] == "ours"
    assert api(ana).patch(f"/rooms/{mine.pk}", {"name": "hers"}).status_code == 200
    assert api(ben).delete(f"/rooms/{mine.pk}").status_code == 204
    assert project.events.first().name == "room.deleted"


def test_the_last_room_of_a_channel_stays(api, room, ana):
    assert api(ana).delete(f"/rooms/{room.pk}").status_code == 409
    assert Room.objects.filter(pk=room.pk).exists()


def test_deleting_a_room_leaves_no_word_of_it(api, project, room, ana, ben):
    other = project.channels.get().open_room("other", by=ben)
    for number in range(3):
        other.post(f"A secret {number}", by=ben).edit(f"Another secret {number}", by=ben)
    kept = room.post("Kept", by=ben)
    assert api(ana).delete(f"/rooms/{other.pk}").status_code == 204
    assert list(Message.objects.all()) == [kept]
    assert not Revision.objects.exists()
    log = list(project.events.all())
    assert not [event for event in log if "secret" in event.tail]
    gone = {event.object_id: event for event in log if event.name == "message.deleted"}
    assert len(gone) == 3
    assert all(event.data == {"id": pk} for pk, event in gone.items())
    assert [event for event in log if event.name == "message.created" and event.object_id == kept.pk]


def test_deleting_a_room_takes_few_statements_however_much_was_said(
    project, ana, ben, django_assert_max_num_queries
):
    other = project.channels.get().open_room("other", by=ben)
    for number in range(40):
        other.post(f"m{number}", by=ben)
    with django_assert_max_num_queries(34):
        other.remove(by=ana)


def test_deleting_a_project_deletes_what_was_said(project, room, message, ana):
    Project.objects.get(pk=project.pk).delete()
    assert not Message.objects.exists()
    assert not Room.objects.exists()


def test_joining_and_leaving_show_at_once(api, project, ana, ben, gus, cleo):
    room = project.channels.get().open_room("design", by=ana)
    newest = room.post("Welcome", by=ana)
    answer = api(gus).post(f"/rooms/{room.pk}/join")
    assert answer.json()["members"] == [ana.pk, gus.pk]
    assert project.events.first().data == answer.json()
    assert project.events.first().by == gus.pk
    assert RoomMembership.objects.get(room=room, user=gus).last_read == newest.pk
    before = project.events.count()
    assert api(gus).post(f"/rooms/{room.pk}/join").status_code == 200  # again: nothing new
    assert project.events.count() == before
    assert api(gus).post(f"/rooms/{room.pk}/leave").json()["members"] == [ana.pk]
    assert project.events.first().data["members"] == [ana.pk]
    assert api(gus).post(f"/rooms/{room.pk}/leave").status_code == 200
    assert api(cleo).post(f"/rooms/{room.pk}/join").status_code == 404
    assert api(cleo).post(f"/rooms/{room.pk}/leave").status_code == 404


def test_admins_keep_the_channels(api, project, ana, ben, gus, cleo):
    for user, code in ((ben, 403), (gus, 403), (cleo, 404)):
        assert api(user).post(f"/projects/{project.pk}/channels", {"name": "Ops"}).status_code == code
    answer = api(ana).post(f"/projects/{project.pk}/channels", {"name": "Ops", "topic": "what runs"})
    assert answer.status_code == 201
    channel = answer.json()
    assert (channel["name"], channel["topic"], channel["private"]) == ("Ops", "what runs", False)
    assert channel["position"] > project.channels.get(name="General").position
    rooms = api(ben).get(f"/channels/{channel['id']}/rooms").json()["items"]
    assert [room["name"] for room in rooms] == ["general"]
    for user, code in ((ben, 403), (gus, 404), (cleo, 404)):
        assert api(user).patch(f"/channels/{channel['id']}", {"topic": "mine"}).status_code == code
        assert api(user).delete(f"/channels/{channel['id']}").status_code == code
    assert api(ana).patch(f"/channels/{channel['id']}", {"topic": ""}).json()["topic"] == ""
    assert api(ana).patch(f"/channels/{channel['id']}", {"name": "general"}).status_code == 422
    for user, names in ((ben, ["General", "Ops"]), (gus, ["General"])):
        items = api(user).get(f"/projects/{project.pk}/channels").json()["items"]
        assert [row["name"] for row in items] == names
    assert api(cleo).get(f"/projects/{project.pk}/channels").status_code == 404


def test_a_channel_goes_with_its_rooms_and_the_last_open_one_stays(api, project, room, secret, ana):
    ops = Channel.open(project, "Ops", by=ana)
    words = ops.rooms.get().post("A secret", by=ana)
    assert api(ana).delete(f"/channels/{ops.pk}").status_code == 204
    assert not Message.objects.filter(pk=words.pk).exists()
    assert "A secret" not in "".join(project.events.values_list("tail", flat=True))
    names = list(project.events.values_list("name", flat=True)[:2])
    assert sorted(names) == ["channel.deleted", "room.deleted"]
    answer = api(ana).delete(f"/channels/{room.channel_id}")
    assert answer.status_code == 409
    assert answer.json()["detail"]


def test_new_people_find_themselves_in_the_first_room(project, room, ana):
    Channel.open(project, "Ops", by=ana)
    dan = person("dan")
    add(project, dan, "guest")
    assert list(RoomMembership.objects.filter(user=dan).values_list("room", flat=True)) == [room.pk]
    assert dan.pk in project.events.filter(name="room.updated").first().data["members"]


@pytest.mark.parametrize("verb", ["rooms", "channels"])
def test_a_name_taken_at_the_same_moment_is_a_refusal(project, ana, monkeypatch, verb):
    from django.core.exceptions import ValidationError

    monkeypatch.setattr("django.db.models.Model.validate_constraints", lambda *_, **__: None)
    with pytest.raises(ValidationError):
        if verb == "rooms":
            project.channels.get().open_room("General", by=ana)
        else:
            Channel.open(project, "GENERAL", by=ana)
