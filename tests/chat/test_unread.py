"""What one has read, and what not yet."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat.models import Channel, RoomMembership, ThreadFollow
from chat.models.room_membership import nothing_read
from projects import access, push
from projects.snapshot import snapshot


def reading(project, user, room) -> dict:
    state = snapshot(access.project(user, project.pk), user)
    return next(each for each in state["readings"] if each["room"] == room.pk)


@pytest.fixture
def told(monkeypatch) -> list:
    told = []
    monkeypatch.setattr(push, "to_user", lambda user, frame: told.append((user, frame)))
    return told


def test_what_others_say_is_unread_and_ones_own_is_not(project, room, ana, ben):
    messages = [room.post(f"m{number}", by=ben) for number in range(3)]
    assert reading(project, ana, room) == {
        "room": room.pk, "last_read": 0, "unread": 3, "history_unread": 3, "first_unread": messages[0].pk,
        "last_unread": messages[2].pk, "mentions": 0, "threads": [],
    }  # fmt: skip
    assert reading(project, ben, room)["unread"] == 0
    assert reading(project, ben, room)["first_unread"] is None


def test_reading_goes_forward_only(api, room, ana, ben, told, django_capture_on_commit_callbacks):
    messages = [room.post(f"m{number}", by=ben) for number in range(4)]
    with django_capture_on_commit_callbacks(execute=True):
        answer = api(ana).post(f"/rooms/{room.pk}/read", {"message": messages[2].pk})
    assert answer.json() == {
        "room": room.pk,
        "last_read": messages[2].pk,
        "unread": 1,
        "history_unread": 1,
        "first_unread": messages[3].pk,
        "last_unread": messages[3].pk,
        "mentions": 0,
        "threads": [],
    }
    assert [
        (user, frame["type"], frame["room"], frame["message"], frame["unread"]) for user, frame in told
    ] == [(ana.pk, "read", room.pk, messages[2].pk, 1)]
    with django_capture_on_commit_callbacks(execute=True):
        answer = api(ana).post(f"/rooms/{room.pk}/read", {"message": messages[0].pk})
    assert answer.json()["last_read"] == messages[2].pk
    assert len(told) == 1


def test_reading_is_nobody_elses_business(api, project, room, message, ana):
    before = project.events.count()
    api(ana).post(f"/rooms/{room.pk}/read", {"message": message.pk})
    assert project.events.count() == before


def test_only_a_message_of_the_room_can_be_read_in_it(api, project, room, ana, ben, cleo):
    other = project.channels.get().open_room("other", by=ben).post("elsewhere", by=ben)
    for wrong in (other.pk, 10**12, 2**63 - 1):
        assert api(ana).post(f"/rooms/{room.pk}/read", {"message": wrong}).status_code == 422
    assert api(cleo).post(f"/rooms/{room.pk}/read", {"message": other.pk}).status_code == 404
    assert RoomMembership.objects.get(room=room, user=ana).last_read == 0


def test_what_is_deleted_meanwhile_stands_for_the_one_before_it(api, project, room, ana, ben):
    def read(message_id, **more):
        answer = api(ana).post(f"/rooms/{room.pk}/read", {"message": message_id, **more})
        return answer.status_code, answer.json().get("last_read")

    def deleted(place, **where):
        message = place.post("Never mind", by=ben, **where)
        message_id = message.pk
        message.remove(by=ben)
        return message_id

    assert read(deleted(room)) == (200, 0)
    seen = room.post("seen", by=ben)
    assert read(deleted(room)) == (200, seen.pk)
    root = room.post("root", by=ana)
    reply = room.post("reply", thread=root.pk, by=ben)
    assert read(deleted(room, thread=root.pk), thread=root.pk) == (200, seen.pk)
    assert ThreadFollow.objects.get(thread=root, user=ana).last_read == reply.pk
    room.post("unseen", by=ben)
    assert RoomMembership.objects.get(room=room, user=ana).last_read == seen.pk
    private = Channel.open(project, "Bens own", private=True, by=ben).rooms.get()
    assert read(deleted(private)) == (422, None)
    assert RoomMembership.objects.get(room=room, user=ana).last_read == seen.pk


def test_reading_without_having_joined_changes_nothing(api, project, ana, ben, told):
    room = project.channels.get().open_room("other", by=ben)
    message = room.post("elsewhere", by=ben)
    answer = api(ana).post(f"/rooms/{room.pk}/read", {"message": message.pk})
    assert answer.json() == nothing_read(room.pk)
    assert not told


def test_more_than_a_hundred_are_a_hundred(project, room, ana, ben):
    with project.quietly():
        for number in range(105):
            room.post(f"m{number}", by=ben)
    assert reading(project, ana, room)["unread"] == 100


def test_who_joins_has_nothing_unread(project, ana, ben):
    room = project.channels.get().open_room("other", by=ben)
    room.post("before your time", by=ben)
    room.join(by=ana)
    assert reading(project, ana, room)["unread"] == 0


def test_chats_part_of_the_snapshot_takes_as_many_queries_for_many_rooms(project, ana, ben):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            snapshot(access.project(ana, project.pk), ana)
        return len([each for each in captured if "chat_" in each["sql"]])

    # Channels, rooms, what is read, what is followed; and which events one counts.
    assert queries() == 5
    channel = project.channels.get()
    for number in range(12):
        room = channel.open_room(f"room {number}", by=ana)
        room.post("Hello", by=ben)
    Channel.open(project, "Secret", private=True, by=ana)
    assert queries() == 5


def test_counting_reads_no_more_than_it_counts(project, room, ana, ben):
    others = [project.channels.get().open_room(name, by=ben).pk for name in ("one", "two")]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO chat_message (room_id, author_id, body, html, created_at)"
            " SELECT (array[%s, %s, %s])[1 + i %% 3], %s, 'x', '<p>x</p>', now() FROM generate_series(1, 20000) i",
            [room.pk, *others, ben.pk],
        )
        cursor.execute("ANALYZE chat_message")
    with CaptureQueriesContext(connection) as captured:
        RoomMembership.objects.filter(room=room, user=ana).readings()
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, TIMING OFF, BUFFERS OFF) " + captured[0]["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "message_history" in plan, plan
    assert "Seq Scan on chat_message" not in plan, plan
    assert "rows=100" in plan, plan
