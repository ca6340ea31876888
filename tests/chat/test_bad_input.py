"""What no honest client sends: a clear refusal, and nothing half-written."""

import json

import pytest

from chat.models import Channel, Message, Room

TEXTS = {
    "empty": "",
    "blank": " \n\t  ",
    "100,000 characters": "x" * 100_000,
    "20,001 characters": "x" * 20_001,
    "NUL": "a\x00b",
    "control": "a\x07b",
    "escape": "\x1b[31m",
    "number": 12,
    "null": None,
    "true": True,
    "list": ["a"],
    "object": {"a": 1},
}
GOOD = {
    "right to left": "\u202eabc שלום عربى",
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈 ok",
    "script": "<script>alert(1)</script>",
    "full": "x" * 20_000,
    "zalgo": "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘",
    "bomb": "[" * 20_000,
    "quotes": ">" * 20_000,
}
LONE = '{"body": "\\ud800", "name": "\\ud800"}'


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_text_that_is_none_is_refused(api, room, message, ben, text):
    client = api(ben)
    for answer in (
        client.post(f"/rooms/{room.pk}/messages", {"body": text}),
        client.patch(f"/messages/{message.pk}", {"body": text}),
    ):
        assert answer.status_code == 422
        assert "body" in answer.json()["errors"]
    assert [each.body for each in Message.objects.all()] == ["Hello **all**"]


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD.keys())
def test_a_text_of_any_kind_is_kept_as_it_is(api, room, ben, text):
    answer = api(ben).post(f"/rooms/{room.pk}/messages", {"body": text})
    assert answer.status_code == 201
    assert answer.json()["body"] == text
    assert "<script" not in answer.json()["html"]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_name_that_is_none_is_refused(api, project, room, ana, text):
    client = api(ana)
    before = Room.objects.count(), Channel.objects.count()
    for answer in (
        client.post(f"/projects/{project.pk}/channels", {"name": text}),
        client.post(f"/channels/{room.channel_id}/rooms", {"name": text}),
        client.patch(f"/channels/{room.channel_id}", {"name": text}),
        client.patch(f"/rooms/{room.pk}", {"name": text}),
    ):
        assert answer.status_code == 422
    assert (Room.objects.count(), Channel.objects.count()) == before
    room.refresh_from_db()
    assert room.name == "general"


@pytest.mark.parametrize(
    "raw",
    ["", "{", "[]", '"x"', "null", "12", "NaN", LONE, "[" * 10_000, '{"body": NaN}', '{"body": 1e999}', "\x00",
     "é".encode("latin-1"), '{"body": "a", "body": {}}'],
    ids=lambda raw: repr(raw[:12]),
)  # fmt: skip
def test_a_body_that_is_no_json_object_is_refused(api, room, message, ben, raw):
    client = api(ben)
    for method, path in (("post", f"/rooms/{room.pk}/messages"), ("patch", f"/messages/{message.pk}")):
        answer = getattr(client.client, method)(
            f"/api/v1{path}", raw, content_type="application/json", headers=client.headers
        )
        assert 400 <= answer.status_code < 500, answer.content
        assert answer.json()["detail"]
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    "extra",
    [{"author": 1}, {"room": 1}, {"html": "<b>"}, {"id": 5},
     {"created_at": "2026-01-01T00:00:00Z"}, {"edited_at": None}],
    ids=json.dumps,
)  # fmt: skip
def test_a_field_that_nobody_asked_for_is_refused(api, room, message, ben, extra):
    assert api(ben).post(f"/rooms/{room.pk}/messages", {"body": "a", **extra}).status_code == 422
    assert api(ben).patch(f"/messages/{message.pk}", {"body": "a", **extra}).status_code == 422
    assert Message.objects.count() == 1


@pytest.mark.parametrize("client_id", ["", " ", "a b", "x" * 65, "é", "\x00", 5, [], "a\nb"])
def test_a_client_id_is_short_and_printable(api, room, ben, client_id):
    assert (
        api(ben).post(f"/rooms/{room.pk}/messages", {"body": "a", "client_id": client_id}).status_code == 422
    )


@pytest.mark.parametrize(
    "number", ["0", "-1", "9223372036854775808", "1" * 400, "abc", "1.5", "1e3", "٣", "%00", "null"]
)
def test_an_id_that_cannot_be_is_no_error_of_ours(api, project, ben, number):
    client = api(ben)
    for path in (f"/rooms/{number}/messages", f"/messages/{number}", f"/channels/{number}/rooms",
                 f"/messages/{number}/history", f"/channels/{number}/members",
                 f"/projects/{number}/channels"):  # fmt: skip
        assert client.get(path).status_code in (404, 422), path
    for path in (
        f"/rooms/{number}/messages",
        f"/rooms/{number}/join",
        f"/rooms/{number}/leave",
        f"/rooms/{number}/read",
    ):
        assert client.post(path, {"body": "a"}).status_code in (404, 422), path


@pytest.mark.parametrize("number", [0, -1, 2**63, 10**400, 1.5, "1", True, None, [], {}])
def test_an_id_in_a_body_is_a_whole_number(api, room, secret, ana, number):
    assert api(ana).post(f"/rooms/{room.pk}/read", {"message": number}).status_code in (400, 422)
    assert api(ana).post(f"/channels/{secret.channel_id}/members", {"user": number}).status_code in (400, 422)


@pytest.mark.parametrize("private", ["yes", 1, 0, None, "false", []])
def test_private_is_yes_or_no(api, project, ana, private):
    before = Channel.objects.count()
    answer = api(ana).post(f"/projects/{project.pk}/channels", {"name": "x", "private": private})
    assert answer.status_code == 422
    assert Channel.objects.count() == before


def test_what_stands_in_another_project_is_not_found(api, project, room, message, cleo):
    from projects.models import Project

    Project.objects.open("Hers", by=cleo)
    client = api(cleo)
    assert client.patch(f"/messages/{message.pk}", {"body": "x"}).status_code == 404
    assert client.delete(f"/messages/{message.pk}").status_code == 404
    assert client.post(f"/rooms/{room.pk}/read", {"message": message.pk}).status_code == 404
    assert client.delete(f"/rooms/{room.pk}").status_code == 404
    assert client.delete(f"/channels/{room.channel_id}").status_code == 404
