"""Files of messages: seen by whoever sees the message, gone with it."""

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat.models import Message, MessageAttachment
from projects.models import Upload
from tests.conftest import picture


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def files(media: Path) -> int:
    return sum(path.is_file() for path in media.rglob("*"))


@pytest.fixture
def bens(api, ben):
    return api(ben)


def brought(caller, project, count=1) -> list[dict]:
    return [caller.upload(project, f"wall {number}.png", picture()).json() for number in range(count)]


def say(caller, room, **body):
    return caller.post(f"/rooms/{room.pk}/messages", body)


def test_a_message_shows_its_files_in_the_order_they_were_given(bens, room, project):
    one, two = brought(bens, project, 2)
    answer = say(bens, room, body="The *walls*", attachments=[two["id"], one["id"]])
    assert answer.status_code == 201
    assert answer.json()["attachments"] == [two, one]
    event = project.events.first()
    assert event.name == "message.created" and event.data["attachments"] == [two, one]
    (row,) = bens.get(f"/rooms/{room.pk}/messages").json()["items"]
    assert row == answer.json() == bens.get(f"/messages/{row['id']}").json()


def test_files_are_enough_for_a_message_and_its_words_may_go_later(bens, room, project):
    (file,) = brought(bens, project)
    row = say(bens, room, attachments=[file["id"]]).json()
    assert (row["body"], row["html"]) == ("", "")
    assert bens.patch(f"/messages/{row['id']}", {"body": "Words"}).json()["attachments"] == [file]
    assert bens.patch(f"/messages/{row['id']}", {"body": ""}).json()["body"] == ""
    plain = say(bens, room, body="Words").json()
    assert bens.patch(f"/messages/{plain['id']}", {"body": ""}).status_code == 422
    assert say(bens, room, body=" ", attachments=[]).json()["errors"] == {"body": ["This may not be empty."]}


def test_everybody_who_sees_the_message_has_the_file_and_nobody_else(
    bens, api, room, project, ana, gus, cleo
):
    (file,) = brought(bens, project)
    say(bens, room, attachments=[file["id"]])
    for member in (ana, gus):
        for address in (file["url"], file["preview"]):
            assert api(member).get(address.removeprefix("/api/v1")).status_code == 200
    assert api(cleo).get(f"/uploads/{file['id']}/file").status_code == 404
    assert bens.delete(f"/uploads/{file['id']}").status_code == 404, "it is the message's now"


def test_a_file_in_a_private_channel_is_there_for_its_people_only(api, secret, project, ana, ben):
    anas = api(ana)
    (file,) = brought(anas, project)
    say(anas, secret, attachments=[file["id"]])
    assert anas.get(f"/uploads/{file['id']}/file").status_code == 200
    for address in ("file", "preview"):
        theirs, nothing = (api(ben).get(f"/uploads/{pk}/{address}") for pk in (file["id"], 10**9))
        assert theirs.status_code == 404 and theirs.content == nothing.content
    secret.channel.add(ben.pk, by=ana)
    assert api(ben).get(f"/uploads/{file['id']}/file").status_code == 200


def test_who_comes_later_has_the_files_that_they_may_read_of(api, secret, project, ana, ben):
    anas, bens = api(ana), api(ben)
    secret.channel.change(history="arrival", by=ana)
    before, after = brought(anas, project, 2)
    say(anas, secret, attachments=[before["id"]])
    secret.channel.add(ben.pk, by=ana)
    say(anas, secret, attachments=[after["id"]])
    seen = [bens.get(f"/uploads/{file['id']}/file").status_code for file in (before, after)]
    assert seen == [404, 200]


def test_a_guest_has_the_files_of_the_channels_they_are_let_into(api, room, project, ana, gus):
    anas, guss = api(ana), api(gus)
    (file,) = brought(anas, project)
    say(anas, room, attachments=[file["id"]])
    assert guss.get(f"/uploads/{file['id']}/file").status_code == 200
    room.channel.change(guests=False, by=ana)
    assert guss.get(f"/uploads/{file['id']}/file").status_code == 404


def test_only_ones_own_files_of_this_project_that_hang_nowhere(bens, api, room, project, ana, cleo):
    from projects.models import Project

    (anas_file,), (used,), (mine,) = (
        brought(api(ana), project),
        brought(bens, project),
        brought(bens, project),
    )
    say(bens, room, attachments=[used["id"]])
    elsewhere = Project.objects.open("Other", by=ana)
    (far,) = brought(api(ana), elsewhere)
    for caller, ids in (
        (bens, [anas_file["id"]]), (bens, [used["id"]]), (bens, [mine["id"], used["id"]]), (bens, [10**9]),
        (api(ana), [far["id"]]),
    ):  # fmt: skip
        answer = say(caller, room, body="Look", attachments=ids)
        assert answer.status_code == 422 and "attachments" in answer.json()["errors"], answer.content
    assert Message.objects.count() == 1 and MessageAttachment.objects.count() == 1
    assert say(bens, room, attachments=[mine["id"]]).status_code == 201


def test_the_same_request_again_is_the_same_message(bens, room, project):
    (file,) = brought(bens, project)
    body = {"body": "", "attachments": [file["id"]], "client_id": "c1"}
    first, second = say(bens, room, **body), say(bens, room, **body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    bens.delete(f"/messages/{first.json()['id']}")
    assert say(bens, room, **body).status_code in (409, 422)
    assert not Message.objects.exists()


def test_one_file_named_twice_hangs_there_once(bens, room, project):
    (file,) = brought(bens, project)
    assert say(bens, room, attachments=[file["id"]] * 2).json()["attachments"] == [file]


def test_with_the_message_go_its_files(bens, room, project, media, django_capture_on_commit_callbacks):
    row = say(bens, room, attachments=[file["id"] for file in brought(bens, project, 2)]).json()
    assert files(media) == 4
    with django_capture_on_commit_callbacks(execute=True):
        assert bens.delete(f"/messages/{row['id']}").status_code == 204
    assert files(media) == 0 and not Upload.objects.exists()
    assert "wall 0" not in "".join(project.events.values_list("tail", flat=True))


def test_of_a_deleted_message_with_replies_the_files_go_though_its_place_stays(
    bens, room, project, media, django_capture_on_commit_callbacks
):
    root = say(bens, room, attachments=[file["id"] for file in brought(bens, project)]).json()
    say(bens, room, body="Nice", thread=root["id"])
    with django_capture_on_commit_callbacks(execute=True):
        assert bens.delete(f"/messages/{root['id']}").status_code == 204
    assert bens.get(f"/messages/{root['id']}").json()["attachments"] == []
    assert files(media) == 0 and not Upload.objects.exists()


def test_with_a_room_a_channel_or_the_project_go_all_their_files(
    bens, room, project, ana, media, django_capture_on_commit_callbacks
):
    places = [room.channel.open_room("one", by=ana), room.channel.open_room("two", by=ana), room]
    for place in places:
        for file in brought(bens, project, 2):
            say(bens, place, attachments=[file["id"]])
    left = [8, 4, 0]
    for go in (lambda: places[0].remove(by=ana), lambda: places[1].remove(by=ana), project.delete):
        with django_capture_on_commit_callbacks(execute=True):
            go()
        assert files(media) == left.pop(0)
    assert not Upload.objects.exists()


def test_a_forward_that_is_refused_or_repeated_leaves_no_copies(
    bens, room, project, media, django_capture_on_commit_callbacks
):
    (file,) = brought(bens, project)
    told = say(bens, room, body="Look", attachments=[file["id"]]).json()
    kept = files(media)
    path = f"/messages/{told['id']}/forward"
    with django_capture_on_commit_callbacks(execute=True):
        assert bens.post(path, {"room": room.pk, "body": "x" * 20_000}).status_code == 422
    assert files(media) == kept and Upload.objects.count() == 1
    for status in (201, 200):
        with django_capture_on_commit_callbacks(execute=True):
            assert bens.post(path, {"room": room.pk, "client_id": "k"}).status_code == status
        assert files(media) == 2 * kept and Upload.objects.count() == 2


def test_a_forwarded_message_brings_its_files_along_as_its_own(
    bens, api, room, secret, project, ana, ben, media
):
    anas = api(ana)
    (file,) = brought(anas, project)
    told = say(anas, secret, attachments=[file["id"]]).json()
    asked = {"room": room.pk, "confirmed": True}
    copy = anas.post(f"/messages/{told['id']}/forward", asked).json()
    (again,) = copy["attachments"]
    assert again["id"] != file["id"] and again["name"] == file["name"]
    assert bens.get(f"/uploads/{again['id']}/preview").status_code == 200
    assert bens.get(f"/uploads/{file['id']}/file").status_code == 404
    assert files(media) == 4
    assert anas.delete(f"/messages/{told['id']}").status_code == 204
    assert b"".join(bens.get(f"/uploads/{again['id']}/file").streaming_content) == picture()


def test_a_plain_message_costs_no_query_more(api, room, project, ben):
    """What posting asked before there were files: who, which room, then the message with its event."""
    bens = api(ben)
    say(bens, room, body="warm")
    with CaptureQueriesContext(connection) as queries:
        assert say(bens, room, body="Hello").status_code == 201
    assert not [
        query["sql"] for query in queries if "upload" in query["sql"] or "messageattachment" in query["sql"]
    ]
    with CaptureQueriesContext(connection) as queries:
        bens.get(f"/rooms/{room.pk}/messages")
    assert not [query["sql"] for query in queries if "upload" in query["sql"]]
