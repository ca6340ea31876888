"""Whatever is put into any field, query, body or address of any route: 4xx in words, or a fine answer, never 500."""

from typing import Any
from urllib.parse import quote

import orjson
import pytest
from django.db import transaction
from django.test import Client

from tests.api.test_access import ROUTES, Route, filled
from tests.api.test_bad_input import UNREADABLE
from tests.api.test_foreign_ids import FIELDS
from tests.api.test_mass_assignment import WITH_BODY, named, schema_of
from tests.conftest import API

VALUES = {
    **UNREADABLE,
    "null": b"null",
    "false": b"false",
    "zero": b"0",
    "below zero": b"-1",
    "beyond 64 bits": str(2**63).encode(),
    "a fraction": b"0.1",
    "beyond doubles": b"1e400",
    "minus nothing": b"-0.0",
    "an empty list": b"[]",
    "a list of lists": b"[[1]]",
    "a long list": b"[" + b",".join([b"1"] * 5000) + b"]",
    "a list of nothing": b"[null]",
    "a date": b'"2030-02-30T25:61:61Z"',
    "a path": b'"../../../etc/passwd"',
    "a duplicate": b'1, "@@@": 2',
}
QUERIES = ["", "x", "0", "-1", "1.5", "1e3", "null", "true", "\x00", "\ud800".encode("utf-8", "surrogatepass"),
           "9" * 5000, str(2**63), "١٢", " 1", "1 or 1=1", "[1]", "1&1"]  # fmt: skip
TYPES = ["", "text/plain", "application/xml", "multipart/form-data", "application/x-www-form-urlencoded",
         "application/json; charset=utf-16", "application/json; charset=none", "application/json;;;", "x"]  # fmt: skip


@pytest.fixture(scope="module")
def ana(world) -> API:
    """The owner, with one token for all the tries: she may have fifty."""
    return API(world[0]["owner"])


def fine(response: Any) -> None:
    assert response.status_code < 500, response.content
    if response.status_code >= 400:
        assert response.json()["detail"]


@pytest.mark.parametrize("route", WITH_BODY, ids=named)
def test_every_value_in_every_field(route: Route, world, ana):
    _, objects = world
    path = route.path.format(**objects)
    body = filled(route.body, objects) or {}
    for field in schema_of(route)["properties"]:
        for what, value in VALUES.items():
            sent = orjson.dumps({**body, field: "@@@@"}).replace(
                b'"@@@@"', value.replace(b"@@@", field.encode())
            )
            with transaction.atomic():
                response = ana.request(route.method, path, sent)
                transaction.set_rollback(True)
            fine(response)
            # 64 random bits and more are text to nobody: what is not refused must at least be of the field's kind.
            if what in (
                "NUL",
                "a lone surrogate",
                "NaN",
                "a thousand brackets",
                "beyond doubles",
                "an object",
            ):
                assert response.status_code in (400, 422), (field, what, response.content)


@pytest.mark.parametrize("route", [each for each in ROUTES if each.method != "get"], ids=named)
def test_any_body_of_any_type_on_any_route(route: Route, world, ana):
    _, objects = world
    path = f"/api/v1{route.path.format(**objects)}"
    tries = [(kind, b"\xff\xfe{\x00}\x00") for kind in TYPES]
    tries += [("application/json", body) for body in (b"", b'{"a": NaN}', b"[" * 3000, b'{"name": "x"')]
    for kind, body in tries:
        with transaction.atomic():
            response = ana.client.generic(route.method.upper(), path, body, kind, headers=ana.headers)
            transaction.set_rollback(True)
        fine(response)


@pytest.mark.parametrize("where", [each for each in FIELDS if each[0] == "get"], ids=" ".join)
def test_any_value_in_any_query(where: tuple[str, str, str], world, ana):
    _, objects = world
    _, path, field = where
    for value in QUERIES:
        fine(ana.client.get(f"/api/v1{path.format(**objects)}?{field}={quote(value)}", headers=ana.headers))


@pytest.mark.parametrize("path", sorted({each.path for each in ROUTES if "{" in each.path}))
def test_any_text_in_any_address(path: str, world, ana):
    _, objects = world
    methods = {each.method for each in ROUTES if each.path == path}
    for value in ("x", "%00", "1%2F2", "٣", "%F0%28%8C%28", "9" * 400, "%0d%0aX:1"):
        for method in methods:
            address = f"/api/v1{path.format(**dict.fromkeys(objects, value))}"
            response = ana.client.generic(
                method.upper(), address, b"{}", "application/json", headers=ana.headers
            )
            assert 400 <= response.status_code < 500, (value, response.content)
            assert "X" not in response.headers


@pytest.mark.usefixtures("world")
def test_headers_that_nobody_should_send():
    odd = (
        "Bearer",
        "Bearer ",
        "Bearer \x00",
        "Basic x",
        "Bearer tr_" + "x" * 9000,
        "bearer tr_ü",
        "tr_x",
        "  ",
    )
    for value in odd:
        response = Client(raise_request_exception=False).get("/api/v1/me", HTTP_AUTHORIZATION=value)
        assert response.status_code == 401, value
    browser = Client(raise_request_exception=False)
    # Browsers may write "\000" for any character in a cookie, and Django reads it.
    for value in ("x", "\x00", "x" * 4000, "'; --", "ü", "abcdefgh\x00", "abcdefgh\x7f", "\x00" * 32):
        browser.cookies["sessionid"] = browser.cookies["csrftoken"] = browser.cookies["messages"] = value
        assert browser.get("/api/v1/me").status_code == 401, value
        assert browser.get("/profile/").status_code == 302


def test_no_small_question_gets_a_large_answer(world, ana):
    many = orjson.dumps({f"field{number}": 1 for number in range(60_000)})
    long = orjson.dumps({"k" * 900_000: 1})
    queries = "&".join(f"a{number}=1" for number in range(1001))
    answers = [
        ana.request("patch", "/me", many),
        ana.request("patch", "/me", long),
        ana.client.get(f"/api/v1/projects?{queries}", headers=ana.headers),
    ]
    assert [each.status_code for each in answers] == [400, 422, 400]
    assert all(len(each.content) < 500 for each in answers)
