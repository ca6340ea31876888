"""Whatever is asked of the API, and however wrongly, the answer is JSON in one shape, and no secret reaches the log."""

import logging

import pytest
from channels.testing import WebsocketCommunicator
from django.test import Client

from config.asgi import application
from config.logs import Lines
from tests.conftest import API

TOKEN = "Xo5bqCz9Xo5bqCz9Xo5bqCz9Xo5bqCz9Xo5bqCz9abc"


def refused(response, status: int) -> None:
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith("application/json")
    assert set(response.json()) >= {"detail", "errors"}


def test_an_address_that_is_none(api, ben):
    refused(api(ben).get("/nothing/here"), 404)
    refused(api(ben).get("/me/"), 404)
    refused(api(None).get("/nothing"), 404)


@pytest.mark.parametrize("method", ["put", "trace", "delete", "post"])
def test_a_method_that_an_address_does_not_take(api, ben, method):
    response = api(ben).request(method, "/me")
    refused(response, 405)
    assert "GET" in response.headers["Allow"]


def test_nobody_and_a_wrong_token_are_asked_to_sign_in(api, ben):
    refused(api(None).get("/me"), 401)
    signed_in = Client()
    signed_in.force_login(ben)
    refused(signed_in.get("/api/v1/me", headers={"Authorization": "Bearer tr_wrong"}), 401)
    assert signed_in.get("/api/v1/me").status_code == 200


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "text/plain"]
)
@pytest.mark.parametrize("signed_in_by", ["token", "session"])
def test_a_body_that_is_not_json(ben, content_type, signed_in_by):
    caller = Client(raise_request_exception=False)
    headers = API(ben).headers if signed_in_by == "token" else {}
    if signed_in_by == "session":
        caller.force_login(ben)
    body = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n--x--\r\n'
    refused(caller.post("/api/v1/projects", body, content_type=content_type, headers=headers), 400)


def test_what_one_may_not_see_is_no_matter_of_fields(api, project, ben, cleo):
    refused(api(cleo).patch(f"/projects/{project.pk}", {"zzz": 1}), 404)
    refused(api(ben).patch(f"/projects/{project.pk}", {"zzz": 1}), 422)


def test_nothing_that_lets_somebody_in_reaches_the_log():
    record = logging.LogRecord(
        "django", logging.WARNING, "", 1, "Conflict: %s", (f"/invitations/{TOKEN}/accept",), None
    )
    Lines().filter(record)
    assert TOKEN not in record.getMessage()
    assert "/invitations/…/accept" in record.getMessage()
    record = logging.LogRecord("django", logging.WARNING, "", 1, "Not Found: %s", ("/x\nERROR forged",), None)
    Lines().filter(record)
    assert "\n" not in record.getMessage()


async def test_a_socket_that_is_none_gets_no_handshake():
    connected, _ = await WebsocketCommunicator(application, "/ws/nothing/").connect()
    assert not connected


def test_head_is_get_without_its_body(api, ben):
    whole = api(ben).get("/me")
    head = api(ben).request("head", "/me")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(whole.content))
    assert api(None).request("head", "/me").status_code == 401
    refused = api(ben).request("head", "/invitations/nonsense/accept")
    assert refused.status_code == 405 and refused.content == b""


def test_options_names_the_methods_and_nothing_else(db):
    answer = Client().options("/api/v1/me", headers={"Origin": "https://evil.example"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS, PATCH"
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]
