"""Every field of every model, sent to every route and every form: only what that route is for is changed."""

import random
import time
from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from django.apps import apps
from django.db import models, transaction
from django.test import Client

from accounts.forms import ProfileForm
from config.api import api as the_api
from tests.api.test_access import ROUTES, Route, ask, filled, shape
from tests.api.test_page_access import PAGES, Page
from tests.conftest import API

APPS = ("accounts", "projects", "tasks", "chat")
OURS = [model for name in APPS for model in apps.get_app_config(name).get_models()]
# What differs each time anyway: secrets, texts that hold moments, and what tells of the number of a new task.
OTHERWISE = {"digest", "tail", "password", "epoch", "session_data", "object_id", "now"}
NOW = time.time_ns()
CLOCK = SimpleNamespace(time_ns=lambda: NOW)


def tempting(cast: dict[str, Any], objects: dict[str, Any]) -> dict[str, Any]:
    """Each model's fields by name, with a value that would do harm."""
    names = {field.name for model in OURS for field in model._meta.get_fields()}
    names |= {field.attname for model in OURS for field in model._meta.concrete_fields}
    harm: dict[str, Any] = dict.fromkeys(names, cast["outsider"].pk)
    for name in names:
        if name.startswith(("is_", "private")):
            harm[name] = True
        elif name.endswith("_at") or name in ("date_joined", "last_login"):
            harm[name] = "2001-01-01T00:00:00Z"
    return harm | {"role": "owner", "html": "<script>", "description_html": "<script>", "id": 1, "pk": 1}


def schema_of(route: Route) -> dict[str, Any] | None:
    method, path = shape(route)
    described = the_api.get_openapi_schema()
    body = described["paths"][f"/api/v1{path}"][method].get("requestBody")
    if not body:
        return None
    if "application/json" not in body["content"]:
        return None  # a file
    name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return described["components"]["schemas"][name]


WITH_BODY = [route for route in ROUTES if schema_of(route)]
WITHOUT = [route for route in ROUTES if route.method != "get" and not schema_of(route)]
named = lambda each: f"{each.method} {each.path}"  # noqa: E731


def test_every_body_forbids_what_it_does_not_know():
    assert [
        named(route) for route in WITH_BODY if schema_of(route)["additionalProperties"] is not False
    ] == []


@pytest.mark.parametrize("route", WITH_BODY, ids=named)
def test_a_body_with_fields_of_models_is_refused_by_name(route: Route, world):
    cast, objects = world
    known = set(schema_of(route)["properties"])
    extra = {name: value for name, value in tempting(cast, objects).items() if name not in known}
    body = {**(filled(route.body, objects) or {}), **extra}
    response = ask(cast["owner"], Route(*route[:4], body), objects)
    assert response.status_code == 422, response.content
    assert set(extra) <= set(response.json()["errors"])


def state(act: Callable[[], int]) -> tuple[int, dict[str, list]]:
    """The status of `act`, and how all rows stand after it, but for moments, secrets and new numbers."""
    newest = {model: model._base_manager.aggregate(models.Max("pk"))["pk__max"] or 0 for model in OURS}
    random.seed(4)  # channels' ranks are drawn by lot, or are what the clock says
    with patch("chat.models.order.time", CLOCK), transaction.atomic():
        status = act()
        rows = {model._meta.label: sorted(map(str, _rows(model, newest))) for model in OURS}
        transaction.set_rollback(True)
    return status, rows


def _rows(model: Any, newest: dict[Any, int]) -> list[list[Any]]:
    fields = [field for field in model._meta.concrete_fields if field.name not in OTHERWISE]
    kinds = [model if field.primary_key else field.related_model for field in fields]
    return [
        ["new" if kind in newest and isinstance(value, int) and value > newest[kind] else
         "moment" if isinstance(value, datetime) else value for kind, value in zip(kinds, row, strict=True)]
        for row in model._base_manager.values_list(*(field.attname for field in fields))
    ]  # fmt: skip


@pytest.fixture(scope="module")
def owner(world) -> API:
    return API(world[0]["owner"])


@pytest.mark.parametrize("route", WITHOUT, ids=named)
def test_a_route_that_takes_no_body_takes_none(route: Route, world, owner):
    cast, objects = world
    caller, path = owner, route.path.format(**objects)

    def plain() -> int:
        return caller.request(route.method, path).status_code

    def laden() -> int:
        return caller.request(route.method, path, tempting(cast, objects)).status_code

    assert state(laden) == state(plain)


@pytest.mark.parametrize("page", [page for page in PAGES if page.method == "post"], ids=lambda p: p.path)
def test_a_form_takes_its_own_fields_only(page: Page, world):
    cast, objects = world
    address = "/" + page.path.format(**objects, number=1, token_id=1)
    browser = Client(raise_request_exception=False)
    browser.force_login(cast["owner"])
    own = page.data or {}

    def plain() -> int:
        return browser.post(address, own).status_code

    def laden() -> int:
        # What the form has and we leave out, it may take: that is what it is for.
        mine = {"name", "key", "description", "email", "role", "expires_in_days", "max_uses", "confirmation"}
        extra = {name: value for name, value in tempting(cast, objects).items() if name not in mine}
        return browser.post(address, {**extra, **own}).status_code

    assert state(laden) == state(plain)


def test_the_profile_takes_its_own_fields_only(world):
    cast, objects = world
    browser = Client()
    browser.force_login(cast["guest"])
    wanted = {"name": "Gus G.", "handle": "gus", "time_zone": "UTC"}

    extra = {
        name: value for name, value in tempting(cast, objects).items() if name not in ProfileForm().fields
    }

    def changed() -> int:
        return browser.post("/profile/", {**extra, **wanted}).status_code

    status, rows = state(changed)
    assert status == 302
    assert (status, rows) == state(lambda: browser.post("/profile/", wanted).status_code)
