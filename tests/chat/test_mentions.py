"""Calling people in a message, carrying a message elsewhere, and what each of it counts and tells."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat.models import Channel, Mention, Message
from presence import roster
from tests.conftest import add, person


def called(message_id: int) -> set[str]:
    return set(Mention.objects.filter(message=message_id).values_list("user__handle", flat=True))


@pytest.fixture
def crowd(project) -> None:
    for number in range(5):
        add(project, person(f"extra{number}"), "member")


def test_who_is_named_is_called_once_and_oneself_never(room, ana, ben):
    said = room.post("@ana and @ana, says @ben; not @cleo, nor `@gus`", by=ben)
    assert called(said.pk) == {"ana"}
    assert room.reading_of(ana)["mentions"] == 1
    room.read(said.pk, by=ana)
    assert room.reading_of(ana)["mentions"] == 0


def test_what_is_quoted_calls_nobody(room, ben):
    assert called(room.post("> @ana said\n> > and @gus\n\nthat", by=ben).pk) == set()
    assert called(room.post("> @ana said\n\n@gus?", by=ben).pk) == {"gus"}


def test_only_who_is_in_the_room_is_called(project, room, ana, ben):
    other = project.channels.first().open_room("other", by=ben)
    assert called(other.post("@ana @gus", by=ben).pk) == set()


def test_other_words_call_other_people(api, room, ana, ben, gus):
    said = room.post("@ana", by=ben)
    api(ben).patch(f"/messages/{said.pk}", {"body": "@gus"})
    assert called(said.pk) == {"gus"}
    assert (room.reading_of(ana)["mentions"], room.reading_of(gus)["mentions"]) == (0, 1)
    said.refresh_from_db()
    said.remove(by=ben)
    assert room.reading_of(gus)["mentions"] == 0


def test_a_mention_in_a_thread_counts_and_makes_one_follow(room, message, ana, gus):
    said = room.post("@gus?", thread=message.pk, by=ana)
    reading = room.reading_of(gus)
    assert (reading["mentions"], [each["mentions"] for each in reading["threads"]]) == (1, [1])
    room.read(said.pk, by=gus)
    assert room.reading_of(gus)["mentions"] == 0


def test_channel_calls_everyone_in_the_room(room, ana, ben):
    said = room.post("@channel lunch", by=ben)
    assert called(said.pk) == {"ana", "gus"}
    assert 'data-group="channel"' in said.html


def test_here_calls_those_who_are_here(project, room, ana, ben, gus):
    roster.beat_once(ana.pk, "tests", "active")
    roster.beat_once(gus.pk, "tests", "invisible")
    assert called(room.post("@here lunch", by=ben).pk) == {"ana"}, "who is invisible is not here"


def test_more_than_a_few_are_called_only_on_purpose(api, room, crowd, ben):
    path, said = f"/rooms/{room.pk}/messages", {"body": "@channel lunch", "client_id": "a-1"}
    answer = api(ben).post(path, said)
    assert (answer.status_code, answer.json()["people"]) == (409, 7)
    assert not Message.objects.exists()
    assert api(ben).post(path, {**said, "confirmed": True}).status_code == 201
    assert Mention.objects.count() == 7
    assert api(ben).post(path, {"body": "Only @ana"}).status_code == 201


def test_an_edit_does_not_call_a_crowd(api, room, crowd, ben):
    said = room.post("lunch", by=ben)
    assert api(ben).patch(f"/messages/{said.pk}", {"body": "@channel lunch"}).status_code == 200
    assert called(said.pk) == set()


def test_outside_of_rooms_channel_is_a_word(api, project, ben):
    task = api(ben).post(f"/projects/{project.pk}/tasks", {"title": "A", "description": "@channel"}).json()
    assert "data-group" not in task["description_html"]


def test_calling_costs_two_queries_and_not_calling_none(api, room, ben):
    def chat(body: str) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            assert client.post(path, {"body": body}).status_code == 201
        return [each["sql"] for each in queries if "chat_mention" in each["sql"]]

    client, path = api(ben), f"/rooms/{room.pk}/messages"
    chat("warm")
    assert chat("Nobody") == []
    assert len(chat("@ana")) == 1


# Forwarding -----------------------------------------------------------------------------------------------


def test_forwarded_words_say_whose_they_are_and_call_nobody(api, project, room, ana, ben, gus):
    other = project.channels.first().open_room("other", by=gus)
    source = room.post("Come, @gus\nat ten", by=ben)
    copy = api(ana).post(f"/messages/{source.pk}/forward", {"room": other.pk, "body": "Look"}).json()
    assert copy["body"] == "Look\n\n> Come, @gus\n> at ten"
    assert copy["forwarded"] == {"author": ben.pk, "message": source.pk}
    assert called(copy["id"]) == set()
    again = api(gus).post(f"/messages/{copy['id']}/forward", {"room": room.pk}).json()
    assert again["forwarded"] == copy["forwarded"], "the first author stays named"


def test_a_repeated_forward_is_one_message(api, project, room, message, ana):
    other = project.channels.first().open_room("other", by=ana)
    say = {"room": other.pk, "client_id": "once"}
    first, second = (api(ana).post(f"/messages/{message.pk}/forward", say) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]


def test_out_of_a_private_channel_only_on_purpose_and_only_the_words(
    api, project, room, secret, ana, ben, client
):
    source = secret.post("The plan", by=ana)
    path, say = f"/messages/{source.pk}/forward", {"room": room.pk}
    refused = api(ana).post(path, say)
    assert (refused.status_code, refused.json()["private"]) == (409, True)
    assert not room.messages.exists()
    copy = api(ana).post(path, {**say, "confirmed": True}).json()
    seen = api(ben).get(f"/messages/{copy['id']}")
    assert seen.json()["body"] == "> The plan"
    assert "Board of directors" not in seen.content.decode()
    assert api(ben).get(f"/messages/{source.pk}").status_code == 404
    client.force_login(ben)
    assert client.get(f"/projects/{project.pk}/messages/{source.pk}/").status_code == 404
    assert client.get(f"/projects/{project.pk}/rooms/{secret.pk}/messages/{source.pk}/").status_code == 404
    client.force_login(ana)
    found = client.get(f"/projects/{project.pk}/messages/{source.pk}/")
    assert found["Location"] == f"/projects/{project.pk}/rooms/{secret.pk}/messages/{source.pk}/"


def test_nobody_forwards_into_a_room_they_do_not_see(api, room, message, secret, ben):
    answer = api(ben).post(f"/messages/{message.pk}/forward", {"room": secret.pk})
    assert answer.status_code == 422 and "room" in answer.json()["errors"]


def test_nobody_forwards_where_they_may_not_write(api, project, message, ana, ben):
    news = Channel.open(project, "News", by=ana)
    news.change(may_post="admins", by=ana)
    answer = api(ben).post(f"/messages/{message.pk}/forward", {"room": news.rooms.get().pk})
    assert answer.status_code == 403
