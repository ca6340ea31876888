"""Lists are pages by the last row seen: a far page costs what the first one does."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from config.api import api as the_api
from tests.api.test_access import ROUTES, Route
from tests.conftest import API

pytestmark = pytest.mark.usefixtures("world")

READING = [route for route in ROUTES if route.method == "get"]
PAGED = {
    path.removeprefix("/api/v1")
    for path, methods in the_api.get_openapi_schema()["paths"].items()
    if any(parameter["name"] == "before" for parameter in methods.get("get", {}).get("parameters", ()))
}


def get(world: Any, path: str, **query: Any) -> Any:
    cast, objects = world
    path, _, more = path.format(**objects).partition("?")
    with transaction.atomic():
        answer = API(cast["owner"]).get(
            path, **dict(part.split("=") for part in more.split("&") if part), **query
        )
        transaction.set_rollback(True)
    assert answer.status_code == 200, answer.content
    return answer


def test_there_are_lists_in_pages():
    assert {"/rooms/{room_id}/messages", "/tasks/{task_id}/comments", "/projects"} <= PAGED


@pytest.mark.parametrize("route", READING, ids=lambda route: route.path)
def test_no_list_counts_its_way_to_a_page(route: Route, world):
    pages = [{}, {"limit": 1}, {"limit": 1, "before": 2**62}] if route.path in PAGED else [{}]
    for query in pages:
        with CaptureQueriesContext(connection) as queries:
            get(world, route.path, **query)
        assert [each["sql"] for each in queries if "FROM" in each["sql"]]
        assert not [each["sql"] for each in queries if " OFFSET " in each["sql"].upper()]


@pytest.mark.parametrize("path", sorted(PAGED))
def test_following_the_pages_shows_everything_once(path: str, world):
    whole = [row["id"] for row in get(world, path, limit=100).json()["items"]]
    seen, query = [], {"limit": 1}
    while True:
        page = get(world, path, **query).json()
        seen += [row["id"] for row in page["items"]]
        if page["next"] is None:
            break
        query["before"] = page["next"]
    assert sorted(seen) == sorted(whole) and len(set(seen)) == len(seen)
