"""Every number in a body or a query that names something: one of another project is as good as one that is not there.

A field that takes a number and has no row here fails.
"""

import re
from typing import Any, NamedTuple

import orjson
import pytest
from django.db import transaction

from chat.models import Channel
from config.api import api as the_api
from projects.models import Project
from tasks.models import ChecklistItem, Label, Task
from tests.api.conftest import upload
from tests.api.test_access import ROLES, ROUTES, Route, ask, shape
from tests.api.test_page_access import PAGES
from tests.api.test_page_access import ask as ask_page

MISSING = 10**9


class Named(NamedTuple):
    """What the field names. `least`: the answer to one from elsewhere; 200 where it only narrows down a list."""

    kind: str
    status: int = 422


FIELDS = {
    ("post", "/projects/{project_id}/tasks", "column"): Named("column"),
    ("post", "/projects/{project_id}/tasks", "assignees"): Named("user"),
    ("post", "/projects/{project_id}/tasks", "labels"): Named("label"),
    ("patch", "/tasks/{task_id}", "assignees"): Named("user"),
    ("patch", "/tasks/{task_id}", "labels"): Named("label"),
    ("post", "/tasks/{task_id}/move", "column"): Named("column"),
    ("post", "/tasks/{task_id}/move", "before"): Named("task"),
    ("post", "/tasks/{task_id}/move", "after"): Named("task"),
    ("post", "/projects/{project_id}/tasks/bulk", "tasks"): Named("task"),
    ("post", "/projects/{project_id}/tasks/bulk", "column"): Named("column"),
    ("post", "/projects/{project_id}/tasks/bulk", "before"): Named("task"),
    ("post", "/projects/{project_id}/tasks/bulk", "after"): Named("task"),
    ("post", "/projects/{project_id}/tasks/bulk", "add"): Named("label"),
    ("post", "/projects/{project_id}/tasks/bulk", "remove"): Named("label", 200),  # what is on none of them
    ("post", "/columns/{column_id}/move", "before"): Named("column"),
    ("post", "/columns/{column_id}/move", "after"): Named("column"),
    ("delete", "/columns/{column_id}", "move_to"): Named("column"),
    ("post", "/channels/{channel_id}/members", "user"): Named("user"),
    ("patch", "/channels/{channel_id}", "host"): Named("user"),
    ("post", "/channels/{channel_id}/move", "before"): Named("channel"),
    ("post", "/channels/{channel_id}/move", "after"): Named("channel"),
    ("post", "/projects/{project_id}/directs", "users"): Named("user"),
    ("post", "/rooms/{room_id}/read", "message"): Named("message"),
    ("post", "/rooms/{room_id}/read", "thread"): Named("message", 200),  # asked of a deleted message alone
    ("post", "/rooms/{room_id}/messages", "attachments"): Named("upload"),
    ("post", "/tasks/{task_id}/attachments", "upload"): Named("upload"),
    ("post", "/rooms/{room_id}/unread", "message"): Named("message"),
    ("post", "/rooms/{room_id}/messages", "thread"): Named("message"),
    ("post", "/messages/{message_id}/forward", "room"): Named("room"),
    ("post", "/tasks/{task_id}/checklist", "assignee"): Named("user"),
    ("post", "/tasks/{task_id}/checklist", "before"): Named("checklist_item"),
    ("post", "/tasks/{task_id}/checklist", "after"): Named("checklist_item"),
    ("patch", "/checklist_items/{checklist_item_id}", "assignee"): Named("user"),
    ("post", "/checklist_items/{checklist_item_id}/move", "before"): Named("checklist_item"),
    ("post", "/checklist_items/{checklist_item_id}/move", "after"): Named("checklist_item"),
    ("post", "/tasks/{task_id}/dependencies", "blocked_by"): Named("task"),
    ("post", "/tasks/{task_id}/dependencies", "blocks"): Named("task"),
    ("get", "/projects/{project_id}/tasks", "column"): Named("column"),
    ("get", "/projects/{project_id}/tasks", "assignee"): Named("user", 200),
    # Places in a list: they say where to begin, whether there is anything or not.
    ("get", "/projects", "before"): Named("project", 200),
    ("get", "/projects/{project_id}/tasks", "before"): Named("task", 200),
    ("get", "/projects/{project_id}/invitations", "before"): Named("invitation", 200),
    ("get", "/projects/{project_id}/audit", "before"): Named("audit_entry", 200),
    ("get", "/projects/{project_id}/audit", "person"): Named("user", 200),
    ("get", "/tasks/{task_id}/comments", "before"): Named("comment", 200),
    ("get", "/tasks/{task_id}/activity", "before"): Named("activity", 200),
    ("get", "/tasks/{task_id}/activity", "after"): Named("activity", 200),
    ("get", "/rooms/{room_id}/messages", "before"): Named("message", 200),
    ("get", "/rooms/{room_id}/messages", "after"): Named("message", 200),
    ("get", "/rooms/{room_id}/messages", "around"): Named("message", 200),
    ("get", "/messages/{message_id}/replies", "before"): Named("message", 200),
    ("get", "/messages/{message_id}/replies", "after"): Named("message", 200),
    ("get", "/messages/{message_id}/replies", "around"): Named("message", 200),
}
# Numbers that name nothing.
PLAIN = {"limit", "version", "expires_in_days", "max_uses"}
PLAIN_HERE = {
    ("get", "/projects/{project_id}/events", "after"),
    ("get", "/projects/{project_id}/tasks", "number"),  # of the project's own
}


def takes_numbers(schema: dict[str, Any]) -> bool:
    kinds = [schema, schema.get("items", {}), *schema.get("anyOf", [])]
    kinds += [kind.get("items", {}) for kind in kinds]
    return any(kind.get("type") == "integer" for kind in kinds)


def fields() -> set[tuple[str, str, str]]:
    schema = the_api.get_openapi_schema()
    found = set()
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            named = {
                each["name"]: each["schema"] for each in operation["parameters"] if each["in"] == "query"
            }
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            if reference := body.get("schema", {}).get("$ref", "").rpartition("/")[2]:
                named |= schema["components"]["schemas"][reference].get("properties", {})
            for name, kind in named.items():
                if takes_numbers(kind):
                    found.add((method, path.removeprefix("/api/v1"), name))
    return found


def test_every_number_has_its_row():
    real = {each for each in fields() if each[2] not in PLAIN and each not in PLAIN_HERE}
    assert real - set(FIELDS) == set(), "numbers without a row"
    assert set(FIELDS) - real == set(), "rows without a number"


@pytest.fixture
def elsewhere(world) -> Any:
    """Ids of one of each kind that nobody of our project may see."""
    cast, _ = world
    cleo = cast["outsider"]
    with transaction.atomic():
        other = Project.objects.open("Elsewhere", key="ELS", by=cleo)
        task, _ = Task.objects.add_to(other, "Theirs", by=cleo)
        rows = {
            "project": other, "user": cleo, "channel": other.channels.get(),
            "column": other.columns.first(), "task": task,
            "label": Label.objects.add_to(other, "theirs", colour="red", by=cleo),
            "room": other.rooms.get(), "message": other.rooms.get().post("Theirs", by=cleo),
            "comment": task.comments.model.objects.add_to(task, "Theirs", by=cleo)[0],
            "upload": upload(other, cleo),
            "checklist_item": ChecklistItem.objects.add_to(task, "Theirs", by=cleo)[0],
            "activity": task.activity.get(),
            "invitation": other.invitations.model.issue(other, role="guest", by=cleo)[0],
            "audit_entry": other.audit_entries.first(),
        }  # fmt: skip
        yield {name: row.pk for name, row in rows.items()}
        transaction.set_rollback(True)


def answer(user: Any, where: tuple[str, str, str], value: int, objects: dict[str, Any]) -> tuple[int, str]:
    method, path, field = where
    route = next(each for each in ROUTES if shape(each) == (method, path))
    if path.endswith("/channels/{channel_id}/members"):
        objects = objects | {"channel_id": objects["private_channel_id"]}
    if method == "get" or field == "move_to":
        route = Route(method, f"{path}?{field}={value}", "anyone", 200)
    else:
        many = field in ("assignees", "labels", "attachments", "tasks", "add", "remove", "users")
        body = {} if path.endswith("/dependencies") else route.body or {}
        if path.endswith("/bulk") and field != "tasks":
            body = body | ({"action": "label"} if many else {"action": "move", "column": "{column_id}"})
        route = Route(method, path, "anyone", 200, {**body, field: [value] if many else value})
    response = ask(user, route, objects)
    return response.status_code, response.content.decode().replace(str(value), "N")


@pytest.mark.parametrize("where", FIELDS, ids=lambda where: " ".join(where))
def test_what_is_elsewhere_is_not_there(where: tuple[str, str, str], world, elsewhere):
    cast, objects = world
    named = FIELDS[where]
    theirs = answer(cast["owner"], where, elsewhere[named.kind], objects)
    nothing = answer(cast["owner"], where, MISSING, objects)
    assert theirs[0] == nothing[0] == named.status, theirs
    if named.status == 422:
        assert where[2] in orjson.loads(theirs[1])["errors"]
        assert theirs == nothing
    assert "Theirs" not in theirs[1] and "theirs" not in theirs[1]


def test_what_one_may_not_see_reads_like_what_does_not_exist(world):
    """Byte for byte, by every address: for strangers, for who was here once, and for an admin and a private channel."""
    cast, objects = world
    nowhere = {name: "x" * 43 if name == "token" else MISSING for name in objects}
    for route in ROUTES:
        if "{" not in route.path or route.least == "anyone":
            continue
        blind = ["outsider", "former"] + (
            ["admin", "guest"] if route.least in ("insiders", "host", "own") else []
        )
        for role in blind:
            theirs, nothing = (ask(cast[role], route._replace(body={}), ids) for ids in (objects, nowhere))
            assert theirs.status_code == nothing.status_code == 404, (role, route)
            assert theirs.content == nothing.content, (role, route)
            assert set(theirs.headers) == set(nothing.headers), (role, route)
    for page in PAGES:
        if page.least in ROLES:
            theirs, nothing = (
                ask_page(cast["outsider"], page, ids | {"number": 1, "token_id": 1})
                for ids in (objects, nowhere)
            )
            assert theirs.status_code == nothing.status_code == 404, page
            texts = [re.sub(rb'"\w{64}"', b"", each.content) for each in (theirs, nothing)]
            assert texts[0] == texts[1], page


def test_a_secret_message_of_ones_own_project_is_not_there_either(world):
    """Adam is an admin, and not in the private channel."""
    cast, objects = world
    for where in (
        ("post", "/rooms/{room_id}/read", "message"),
        ("get", "/rooms/{room_id}/messages", "around"),
        ("get", "/rooms/{room_id}/messages", "before"),
    ):
        status, text = answer(cast["admin"], where, objects["private_message_id"], objects)
        assert status in (200, 422) and "Nobody knows" not in text
    other = Route("post", "/channels/{private_channel_id}/members", "host", 404, {"user": cast["guest"].pk})
    assert ask(cast["admin"], other, objects).status_code == 404
    assert Channel.objects.get(pk=objects["private_channel_id"]).memberships.count() == 2
