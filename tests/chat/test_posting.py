"""Saying something: who may, what it becomes, and that a retry says it once."""

import threading

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat.models import Message, Room
from tests.conftest import API


def test_ben_says_something_and_everyone_reads_it(api, room, ben, gus):
    answer = api(ben).post(f"/rooms/{room.pk}/messages", {"body": "Hello **all**", "client_id": "a-1"})
    assert answer.status_code == 201
    message = answer.json()
    assert message["html"] == "<p>Hello <strong>all</strong></p>"
    assert (message["room"], message["author"], message["client_id"]) == (room.pk, ben.pk, "a-1")
    assert message["edited_at"] is None
    assert api(gus).get(f"/rooms/{room.pk}/messages").json()["items"] == [message]
    assert api(gus).get(f"/messages/{message['id']}").json() == message


def test_a_guest_may_talk(api, room, gus):
    assert api(gus).post(f"/rooms/{room.pk}/messages", {"body": "Hi"}).status_code == 201


def test_an_outsider_finds_no_room(api, room, message, cleo):
    assert api(cleo).post(f"/rooms/{room.pk}/messages", {"body": "Hi"}).status_code == 404
    assert api(cleo).get(f"/rooms/{room.pk}/messages").status_code == 404
    assert api(cleo).get(f"/messages/{message.pk}").status_code == 404
    assert api(None).post(f"/rooms/{room.pk}/messages", {"body": "Hi"}).status_code == 401


def test_the_event_is_the_message(api, project, room, ben):
    message = api(ben).post(f"/rooms/{room.pk}/messages", {"body": "@ben WEB-1"}).json()
    event = project.events.first()
    assert (event.name, event.by, event.audience, event.data) == ("message.created", ben.pk, None, message)
    assert f'data-user="{ben.pk}"' in message["html"]
    assert f"/projects/{project.pk}/tasks/1/" in message["html"]


def test_rows_and_row_say_the_same(message):
    assert Message.objects.rows() == [message.row()]


def test_speaking_in_a_room_joins_it(api, project, ana, ben):
    room = project.channels.get().open_room("design", by=ana)
    assert api(ben).post(f"/rooms/{room.pk}/messages", {"body": "May I?"}).status_code == 201
    assert room.row()["members"] == [ana.pk, ben.pk]
    names = list(project.events.values_list("name", flat=True)[:2])
    assert sorted(names) == ["message.created", "room.updated"]


def test_the_same_client_id_again_is_the_same_message(api, room, ben, gus):
    first = api(ben).post(f"/rooms/{room.pk}/messages", {"body": "Once", "client_id": "a-1"})
    again = api(ben).post(f"/rooms/{room.pk}/messages", {"body": "Once", "client_id": "a-1"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    other = api(gus).post(f"/rooms/{room.pk}/messages", {"body": "Mine", "client_id": "a-1"})
    assert other.status_code == 201
    assert room.messages.count() == 2


def test_a_request_repeated_after_the_deletion_says_nothing_again(api, room, ana, ben, gus):
    said = {"body": "Once", "client_id": "a-1"}
    path = f"/rooms/{room.pk}/messages"
    first = api(ben).post(path, said).json()
    assert api(ana).delete(f"/messages/{first['id']}").status_code == 204
    again = api(ben).post(path, said)
    assert again.status_code == 409 and "deleted since" in again.json()["detail"]
    assert not room.messages.exists()
    assert api(gus).post(path, said).status_code == 201, "another person's client_id is their own"
    assert api(ben).post(path, {**said, "client_id": "a-2"}).status_code == 201


def test_messages_without_a_client_id_are_never_the_same(room, ben):
    assert room.post("Twice", by=ben).pk != room.post("Twice", by=ben).pk


@pytest.mark.django_db(transaction=True)
def test_a_racing_retry_says_it_once(project, room, ben):
    before = project.events.count()
    client, start, answers = API(ben), threading.Barrier(6), []

    def send() -> None:
        start.wait()
        answers.append(client.post(f"/rooms/{room.pk}/messages", {"body": "Once", "client_id": "race"}))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert project.events.count() == before + 1


@pytest.mark.django_db(transaction=True)
def test_posting_into_a_room_that_is_being_deleted_ends_well(project, room, ana, ben):
    """Neither a deadlock nor a message in a room that is gone, whoever is first."""
    doomed = project.channels.get().open_room("doomed", by=ana)
    doomed.join(by=ben)
    writer, remover, start, codes = API(ben), API(ana), threading.Barrier(4), []

    def write() -> None:
        start.wait()
        for _ in range(15):
            codes.append(
                writer.post(f"/rooms/{doomed.pk}/messages", {"body": "Am I still here?"}).status_code
            )
        connection.close()

    def remove() -> None:
        start.wait()
        codes.append(remover.delete(f"/rooms/{doomed.pk}").status_code)
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(3)] + [threading.Thread(target=remove)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(codes) <= {201, 204, 404}
    assert codes.count(204) == 1
    assert not Message.objects.filter(room_id=doomed.pk).exists()
    assert "Am I still here?" not in "".join(project.events.values_list("tail", flat=True))


def test_posting_costs_few_queries(api, room, ben):
    client = api(ben)
    client.post(f"/rooms/{room.pk}/messages", {"body": "warm"})
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.post(f"/rooms/{room.pk}/messages", {"body": "No names here, see WEB-1", "client_id": "x"})
    chat = [each["sql"] for each in queries if "accounts_apitoken" not in each["sql"]]
    # The room, the message and its event; the test's own transaction makes savepoints of the rest.
    work = [sql for sql in chat if not sql.startswith(("SAVEPOINT", "RELEASE", "SET CONSTRAINTS"))]
    assert len(work) == 3, work
    assert len(chat) - len(work) <= 3
    with CaptureQueriesContext(connection) as queries:
        client.post(f"/rooms/{room.pk}/messages", {"body": "@ben"})
    assert len([each for each in queries if "projects_membership" in each["sql"]]) == 2


def test_nobody_writes_in_an_archived_project(api, project, room, message, ana, ben):
    project.archive(by=ana)
    assert api(ben).post(f"/rooms/{room.pk}/messages", {"body": "Hi"}).status_code == 403
    assert api(ben).patch(f"/messages/{message.pk}", {"body": "Hi"}).status_code == 403
    assert api(ben).delete(f"/messages/{message.pk}").status_code == 403
    assert api(ben).get(f"/rooms/{room.pk}/messages").status_code == 200
    assert api(ben).post(f"/rooms/{room.pk}/read", {"message": message.pk}).status_code == 200


def test_a_removed_member_is_in_no_room(api, project, room, message, ana, ben):
    project.memberships.get(user=ben).remove(by=ana)
    assert api(ben).post(f"/rooms/{room.pk}/messages", {"body": "Hi"}).status_code == 404
    assert ben.pk not in room.row()["members"]
    assert Room.objects.get().messages.get() == message  # what they said stays
