"""Answering a message at its side: what the room shows of it, who follows, and what is unread."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat.models import Mention, Message, RoomMembership, ThreadFollow
from projects import push


@pytest.fixture
def reply(api, room, message):
    """reply(by, "text") -> the row of an answer to Ben's message."""

    def say(by, body="I see", thread=message.pk, code=201):
        answer = api(by).post(f"/rooms/{room.pk}/messages", {"body": body, "thread": thread})
        assert answer.status_code == code, answer.content
        return answer.json()

    return say


def root_of(api, who, message) -> dict:
    return api(who).get(f"/messages/{message.pk}").json()


def reading(room, who) -> dict:
    return room.reading_of(who)


def test_a_reply_stands_in_its_thread_and_not_in_the_room(api, room, message, reply, ana, gus):
    said = reply(ana)
    assert (said["thread"], said["room"]) == (message.pk, room.pk)
    assert [row["id"] for row in api(gus).get(f"/rooms/{room.pk}/messages").json()["items"]] == [message.pk]
    assert api(gus).get(f"/messages/{message.pk}/replies").json()["items"] == [said]
    assert api(gus).get(f"/messages/{said['id']}/replies").json()["items"] == [said]


def test_the_root_says_what_hangs_on_it(api, project, message, reply, ana, ben, gus):
    for who in (ana, ben, ana, gus):
        last = reply(who)
    root = root_of(api, ben, message)
    assert (root["reply_count"], root["last_reply_at"]) == (4, last["created_at"])
    assert root["repliers"] == [ben.pk, ana.pk, gus.pk]
    names = [(event.name, event.object_id) for event in project.events.order_by("-sequence")[:3]]
    assert names == [
        ("follow.created", ThreadFollow.objects.get(user=gus).pk),
        ("message.updated", message.pk),
        ("message.created", last["id"]),
    ]


def test_an_answer_to_an_answer_goes_to_the_same_root(message, reply, ana, ben):
    first = reply(ana)
    assert reply(ben, thread=first["id"])["thread"] == message.pk


def test_only_a_message_of_the_room_can_be_answered(api, project, room, message, secret, reply, ana, ben):
    elsewhere = project.channels.first().open_room("other", by=ben).post("Hi", by=ben)
    hidden = secret.post("Hidden", by=ana)
    for wrong in (elsewhere.pk, hidden.pk, 10**12):
        assert "thread" in reply(ben, thread=wrong, code=422)["errors"]
    assert Message.objects.filter(thread__isnull=False).count() == 0


def test_deleting_replies_takes_them_off_the_count(api, message, reply, ana, ben, gus):
    first, second = reply(ana), reply(gus)
    assert api(gus).delete(f"/messages/{second['id']}").status_code == 204
    root = root_of(api, ben, message)
    assert (root["reply_count"], root["repliers"], root["last_reply_at"]) == (
        1,
        [ana.pk],
        first["created_at"],
    )
    api(ana).delete(f"/messages/{first['id']}")
    root = root_of(api, ben, message)
    assert (root["reply_count"], root["repliers"], root["last_reply_at"]) == (0, [], None)


def test_a_deleted_root_keeps_its_place_and_none_of_its_words(api, project, room, message, reply, ana, ben):
    api(ben).patch(f"/messages/{message.pk}", {"body": "Something secret @ana"})
    api(ana).post(f"/messages/{message.pk}/reactions", {"emoji": "👍"})
    api(ana).post(f"/messages/{message.pk}/pin")
    said = reply(ana)
    assert api(ben).delete(f"/messages/{message.pk}").status_code == 204
    root = root_of(api, ana, message)
    assert (root["body"], root["html"], root["reactions"], root["pinned_at"]) == ("", "", [], None)
    assert root["deleted_at"] and root["reply_count"] == 1
    assert project.events.filter(object_id=message.pk).latest("sequence").data == root
    log = "".join(project.events.values_list("tail", flat=True))
    assert "secret" not in log and "Hello" not in log
    assert not Mention.objects.exists()
    for call in (
        api(ben).patch(f"/messages/{message.pk}", {"body": "Back"}),
        api(ben).post(f"/messages/{message.pk}/reactions", {"emoji": "👍"}),
        api(ben).post(f"/messages/{message.pk}/pin"),
    ):
        assert call.status_code == 422
    # With its last reply the place goes, too.
    assert api(ana).delete(f"/messages/{said['id']}").status_code == 204
    assert api(ben).get(f"/messages/{message.pk}").status_code == 404
    assert not Message.objects.exists()


def test_a_retry_after_a_root_was_emptied_says_nothing_again(api, room, ana, ben):
    path, said = f"/rooms/{room.pk}/messages", {"body": "Once", "client_id": "a-1"}
    first = api(ben).post(path, said).json()
    api(ana).post(path, {"body": "Why?", "thread": first["id"]})
    api(ben).delete(f"/messages/{first['id']}")
    assert api(ben).post(path, said).status_code == 409


def test_a_room_goes_with_its_threads(api, project, ana, ben):
    room = project.channels.first().open_room("doomed", by=ana)
    root = room.post("Root @ben", by=ana)
    room.post("Reply @ana", thread=root.pk, by=ben)
    assert api(ana).delete(f"/rooms/{room.pk}").status_code == 204
    assert not Message.objects.exists() and not ThreadFollow.objects.exists() and not Mention.objects.exists()
    assert "Reply" not in "".join(project.events.values_list("tail", flat=True))


def test_who_wrote_replied_or_is_called_follows_and_nobody_else(
    api, project, room, message, reply, ana, ben, gus
):
    def followers() -> set:
        return set(ThreadFollow.objects.filter(thread=message).values_list("user", flat=True))

    assert followers() == set()
    reply(ana)
    assert followers() == {ana.pk, ben.pk}
    reply(ana, "and @gus?")
    assert followers() == {ana.pk, ben.pk, gus.pk}
    assert api(ben).delete(f"/messages/{message.pk}/follow").status_code == 204
    reply(ana)
    assert followers() == {ana.pk, gus.pk}, "who left stays away"
    assert api(ben).post(f"/messages/{message.pk}/follow").json() == {"thread": message.pk, "following": True}
    assert followers() == {ana.pk, ben.pk, gus.pk}


def test_following_is_nobody_elses_business(api, project, message, reply, ana, ben, gus):
    reply(ana)
    events = api(gus).get(f"/projects/{project.pk}/events", after=0).json()["events"]
    assert not [event for event in events if event["name"].startswith("follow.")]
    assert api(gus).get(f"/projects/{project.pk}/snapshot").json()["follows"] == []
    mine = api(ben).get(f"/projects/{project.pk}/snapshot").json()["follows"]
    assert [(row["thread"], row["room"]) for row in mine] == [(message.pk, message.room_id)]


def test_a_reply_counts_for_those_who_follow_and_for_nobody_else(room, message, reply, ana, ben, gus):
    said = [reply(ana), reply(ana)]
    mine = reading(room, ben)
    assert (mine["unread"], mine["history_unread"], mine["first_unread"]) == (2, 0, None)
    assert mine["threads"] == [
        {"thread": message.pk, "last_read": said[0]["id"] - 1, "unread": 2, "first_unread": said[0]["id"],
         "last_unread": said[1]["id"], "mentions": 0}
    ]  # fmt: skip
    assert (reading(room, ana)["unread"], reading(room, ana)["threads"]) == (
        1,
        [],
    )  # Ben's root; her own never
    assert reading(room, gus)["unread"] == 1


def test_whatever_a_badge_counts_can_be_read_away(api, room, message, reply, ana, ben):
    """No phantom: reading, unfollowing, leaving and deleting each take what they take out of the count."""
    first, second = reply(ana), reply(ana)
    answer = api(ben).post(f"/rooms/{room.pk}/read", {"message": first["id"]}).json()
    assert [(each["unread"], each["first_unread"]) for each in answer["threads"]] == [(1, second["id"])]
    assert answer["last_read"] == 0, "reading a thread moves nothing in the conversation"
    assert api(ben).post(f"/rooms/{room.pk}/read", {"message": second["id"]}).json()["unread"] == 0
    third = reply(ana)
    assert reading(room, ben)["unread"] == 1
    api(ana).delete(f"/messages/{third['id']}")
    assert (reading(room, ben)["unread"], reading(room, ben)["threads"]) == (0, [])
    reply(ana)
    api(ben).delete(f"/messages/{message.pk}/follow")
    assert reading(room, ben)["unread"] == 0
    api(ben).post(f"/messages/{message.pk}/follow")
    assert reading(room, ben)["unread"] == 0, "following anew begins from now"
    reply(ana)
    api(ben).post(f"/rooms/{room.pk}/leave")
    assert not ThreadFollow.objects.filter(user=ben).exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_reply_at_once_are_both_counted(room, message, ana, gus):
    import threading

    from tests.conftest import API

    clients, start = [API(ana), API(gus)], threading.Barrier(2)

    def say(client) -> None:
        start.wait()
        for number in range(5):
            client.post(f"/rooms/{room.pk}/messages", {"body": f"r{number}", "thread": message.pk})
        connection.close()

    threads = [threading.Thread(target=say, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    message.refresh_from_db()
    assert message.reply_count == Message.objects.filter(thread=message).count() == 10
    assert set(message.repliers) == {ana.pk, gus.pk}


def test_marking_unread_takes_back_and_tells_ones_other_pages(
    api, room, ana, ben, monkeypatch, django_capture_on_commit_callbacks
):
    told = []
    monkeypatch.setattr(push, "to_user", lambda user, frame: told.append((user, frame)))
    messages = [room.post(f"m{number}", by=ben) for number in range(3)]
    api(ana).post(f"/rooms/{room.pk}/read", {"message": messages[2].pk})
    with django_capture_on_commit_callbacks(execute=True):
        answer = api(ana).post(f"/rooms/{room.pk}/unread", {"message": messages[1].pk}).json()
    assert (answer["unread"], answer["first_unread"]) == (2, messages[1].pk)
    assert [(user, frame["type"], frame["back"], frame["unread"]) for user, frame in told] == [
        (ana.pk, "read", 0, 2)
    ]
    api(ana).post(f"/rooms/{room.pk}/read", {"message": messages[0].pk})
    assert reading(room, ana)["unread"] == 2, "reading what was read before moves nothing"
    api(ana).post(f"/rooms/{room.pk}/read", {"message": messages[2].pk})
    assert reading(room, ana)["unread"] == 0


def test_a_reply_can_be_marked_unread_and_its_thread_is_followed_then(api, room, message, reply, ana, gus):
    said = [reply(ana), reply(ana)]
    answer = api(gus).post(f"/rooms/{room.pk}/unread", {"message": said[1]["id"]}).json()
    assert [(each["thread"], each["unread"]) for each in answer["threads"]] == [(message.pk, 1)]


def test_a_private_thread_leaves_no_trace(api, project, secret, ana, ben):
    root = secret.post("Root", by=ana)
    secret.post("Reply to nobody", thread=root.pk, by=ana)
    for text in (
        api(ben).get(f"/projects/{project.pk}/snapshot").content.decode(),
        api(ben).get(f"/projects/{project.pk}/events", after=0).content.decode(),
    ):
        assert "Reply to nobody" not in text and f'"thread":{root.pk}' not in text


def many(room, author, thread=None, count=20_000) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO chat_message (room_id, author_id, body, html, created_at, thread_id)"
            " SELECT %s, %s, 'x', '<p>x</p>', now(), %s FROM generate_series(1, %s)",
            [room.pk, author.pk, thread, count],
        )
        cursor.execute("ANALYZE chat_message")


def test_a_page_is_read_past_no_reply_and_a_thread_past_nothing_else(room, message, ana, ben):
    many(room, ben, count=5_000)
    many(room, ana, thread=message.pk)
    middle = Message.objects.order_by("pk")[2_000].pk
    for messages in (
        Message.objects.before(room),
        Message.objects.before(room, middle),
        Message.objects.after(room, middle),
        Message.objects.after(room, 0),
        Message.objects.before(room, strand=message.pk),
        Message.objects.after(room, middle, strand=message.pk),
    ):
        plan = messages[:51].explain(analyze=True, buffers=False)
        assert "message_history" in plan, plan
        assert "Sort" not in plan and "Rows Removed by Filter" not in plan, plan


def test_counting_what_is_unread_in_threads_is_bounded(room, message, reply, ana, ben):
    reply(ana)
    many(room, ana, thread=message.pk)
    many(room, ana)
    mine = reading(room, ben)
    assert (mine["unread"], mine["history_unread"], mine["threads"][0]["unread"]) == (100, 100, 100)
    with CaptureQueriesContext(connection) as captured:
        RoomMembership.objects.filter(room=room, user=ben).readings()
    (query,) = captured
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, TIMING OFF, BUFFERS OFF) " + query["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan on chat_message" not in plan, plan
    assert plan.count("message_history") == 2, plan  # the conversation, and the thread
    assert plan.count("actual rows=100") == 4, plan  # each no further than it counts
