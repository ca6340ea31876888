"""What nobody should send: answered in words that a person understands, and nothing is half-written."""

from typing import Any

import orjson
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.api.test_access import JSON_ROUTES, Route, ask, filled
from tests.conftest import API

WRITES = JSON_ROUTES
named = lambda route: f"{route.method} {route.path}"  # noqa: E731

# What is text for a machine and none for a person, or too much of it.
UNREADABLE = {
    "NUL": b'"a\\u0000b"',
    "a lone surrogate": b'"a\\ud800b"',
    "100,000 characters": b'"' + b"x" * 100_000 + b'"',
    "a list": b'["a"]',
    "an object": b'{"a": 1}',
    "true": b"true",
    "NaN": b"NaN",
    "a number without end": b"1" + b"0" * 5000,
    "a thousand brackets": b"[" * 2000 + b"]" * 2000,
}
BLANK = {"empty": b'""', "blank": b'" \\n\\t "', "invisible": '"\u200b\u2060"'.encode()}
# What is unusual and yet perfectly fine.
UNUSUAL = {
    "right to left": "שלום עולם، مرحبا",
    "overridden direction": "\u202egnp.exe",
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈",
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "SQL": "'; DROP TABLE users; --",
    "format": "{0} %s %(x)s {{ x }} ${x}.",
}
MAY_BE_EMPTY = {"description", "topic", "email"}


def texts(route: Route) -> list[str]:
    """The fields of the route's body that hold text of a person's own."""
    fixed = {"role", "colour", "priority", "due_at", "client_id", "action", "emoji", "format"}
    return [
        name
        for name, value in route.body.items()
        if isinstance(value, str) and not value.startswith("{") and name not in fixed
    ]


def raw(route: Route, objects: dict[str, Any], field: str, value: bytes) -> bytes:
    """The route's body with one field as these very bytes."""
    body = {**filled(route.body, objects), field: "@@@"}
    return orjson.dumps(body).replace(b'"@@@"', value)


def send(user: Any, route: Route, objects: dict[str, Any], body: bytes) -> Any:
    with transaction.atomic():
        response = API(user).request(route.method, route.path.format(**objects), body)
        transaction.set_rollback(True)
    return response


FIELDS = [(route, field) for route in WRITES for field in texts(route)]


@pytest.mark.parametrize(
    ("route", "field"), FIELDS, ids=lambda each: each if isinstance(each, str) else named(each)
)
def test_text_that_is_none(route: Route, field: str, world):
    cast, objects = world
    bad = UNREADABLE if field in MAY_BE_EMPTY else UNREADABLE | BLANK
    for what, value in bad.items():
        with CaptureQueriesContext(connection) as queries:
            response = send(cast["owner"], route, objects, raw(route, objects, field, value))
        assert response.status_code in (400, 422), (what, response.content)
        assert response.json()["detail"]
        if response.status_code == 422:
            assert any(name.split(".")[0] == field for name in response.json()["errors"]), (
                what,
                response.json(),
            )
        written = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "DELETE", "WITH"))]
        assert not [sql for sql in written if "apitoken" not in sql], what


@pytest.mark.parametrize(
    ("route", "field"), FIELDS, ids=lambda each: each if isinstance(each, str) else named(each)
)
def test_text_that_is_unusual_comes_back_as_it_was(route: Route, field: str, world):
    cast, objects = world
    for what, value in UNUSUAL.items():
        if what == "overridden direction" and route.path in ("/me", "/tokens"):
            continue  # a person's name may not turn the text around it
        response = ask(cast["owner"], route._replace(body={**route.body, field: value}), objects)
        assert response.status_code == route.status, (what, response.content)
        if field in response.json():
            assert response.json()[field] == value, what
        for html in (response.json().get("html", ""), response.json().get("description_html", "")):
            assert "<script" not in html and "<img" not in html


@pytest.mark.parametrize("route", WRITES, ids=named)
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b"{}" * 2, b"[" * 10_000]
)
def test_a_body_that_is_no_object(route: Route, body: bytes, world):
    cast, objects = world
    response = send(cast["owner"], route, objects, body)
    # All of what the route takes may be optional; then an empty body says nothing, which is fine.
    assert response.status_code in (400, 422) or (not body and response.status_code == route.status)
    assert response.json()["detail"] if response.status_code >= 400 else True


def test_a_body_beyond_all_bounds(world):
    cast, objects = world
    route = next(route for route in WRITES if route.path.endswith("/messages"))
    response = send(
        cast["owner"], route, objects, raw(route, objects, "body", b'"' + b"x" * 2_000_000 + b'"')
    )
    assert response.status_code == 413
    assert response.json()["detail"]


@pytest.mark.parametrize(
    "due",
    [
        "2030-01-01T12:00:00",
        "2030-01-01",
        "soon",
        "0001-01-01T00:00:00Z",
        10**18,
        "9999-12-31T23:59:59-12:00",
    ],
)
def test_a_date_that_is_no_moment(due: Any, world):
    cast, objects = world
    route = Route("patch", "/tasks/{task_id}", "member", 200, {"due_at": due})
    response = ask(cast["owner"], route, objects)
    assert response.status_code == 422
    assert "due_at" in response.json()["errors"]


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=x", "before=0", "before=-1", f"before={2**63}", f"before={10**40}"],
)
def test_a_page_that_there_cannot_be(query: str, world):
    cast, objects = world
    for path in (
        "/projects",
        f"/projects/{objects['project_id']}/tasks",
        f"/rooms/{objects['room_id']}/messages",
    ):
        response = ask(cast["owner"], Route("get", f"{path}?{query}", "guest", 422), objects)
        assert response.status_code == 422, path


@pytest.mark.parametrize("after", ["", "x", "1.5", str(2**70), "-5"])
def test_a_place_in_the_log_that_there_cannot_be(after: str, world):
    cast, objects = world
    route = Route("get", f"/projects/{{project_id}}/events?after={after}", "guest", 200)
    response = ask(cast["owner"], route, objects)
    assert response.status_code == 422 or response.json()["reset"]


def test_rows_of_another_project_are_no_rows(world):
    """Ids in a body are asked for within the project, however much the person may see elsewhere."""
    cast, objects = world
    with transaction.atomic():
        _try_rows_of_another_project(cast, objects)
        transaction.set_rollback(True)


def _try_rows_of_another_project(cast: dict[str, Any], objects: dict[str, Any]) -> None:
    owner = API(cast["owner"])
    other = owner.post("/projects", {"name": "Other"}).json()
    snapshot = owner.get(f"/projects/{other['id']}/snapshot").json()
    column, room = snapshot["columns"][0]["id"], snapshot["rooms"][0]["id"]
    label = owner.post(f"/projects/{other['id']}/labels", {"name": "theirs", "colour": "red"}).json()["id"]
    task = owner.post(f"/projects/{other['id']}/tasks", {"title": "Theirs"}).json()["id"]
    message = owner.post(f"/rooms/{room}/messages", {"body": "Theirs"}).json()["id"]
    here, p = objects["task_id"], f"/projects/{objects['project_id']}"
    tries = [
        ("post", f"{p}/tasks", {"title": "x", "column": column}, "column"),
        ("post", f"{p}/tasks", {"title": "x", "labels": [label]}, "labels"),
        ("post", f"{p}/tasks", {"title": "x", "assignees": [cast["outsider"].pk]}, "assignees"),
        ("patch", f"/tasks/{here}", {"labels": [label]}, "labels"),
        ("patch", f"/tasks/{here}", {"assignees": [cast["outsider"].pk]}, "assignees"),
        ("post", f"/tasks/{here}/move", {"column": column}, "column"),
        ("post", f"/tasks/{here}/move", {"column": objects["column_id"], "before": task}, "before"),
        ("post", f"/tasks/{here}/move", {"column": objects["column_id"], "after": task}, "after"),
        ("post", f"/columns/{objects['column_id']}/move", {"after": column}, "after"),
        ("post", f"/rooms/{objects['room_id']}/read", {"message": message}, "message"),
    ]
    before = owner.get(f"{p}/snapshot").json()
    for method, path, body, field in tries:
        response = owner.request(method, path, body)
        assert response.status_code == 422, (path, body, response.content)
        assert field in response.json()["errors"], (path, body)
    assert owner.get(f"{p}/snapshot").json() == before
