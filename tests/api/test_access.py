"""Who may do what: every route, with everyone of the cast. A route that has no row here fails."""

import re
from typing import Any, NamedTuple

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from config.api import api as the_api
from projects.models import Project
from tests.conftest import API

ROLES = ("guest", "member", "admin", "owner")


class Route(NamedTuple):
    """`least`: the least role that may, or "anyone" signed in. `status`: what those who may are answered.

    In place of a role: "author" (Ana, the owner), "uploader" (Ana; to others who may do it, it is no file), "insiders"
    (Ana and Ben, who are in the private channel) and "host" (Ana, who made it; Ben sees it), "own" (Ana alone); nobody
    else knows that it exists, not even an admin.
    """

    method: str
    path: str
    least: str
    status: int
    body: Any = None


class File(NamedTuple):
    """A body that brings a file; made anew for each request, which reads it."""

    name: str
    content: bytes


FILE = File("plan.txt", b"Walls first.")

# Names in braces are those of the API's own paths; `objects` below says what stands for them.
ROUTES = [
    Route("get", "/me", "anyone", 200),
    Route("patch", "/me", "anyone", 200, {"name": "Another name"}),
    Route("get", "/tokens", "anyone", 200),
    Route("post", "/tokens", "anyone", 201, {"name": "laptop"}),
    Route("delete", "/tokens/{id}", "nobody", 204),
    Route("get", "/projects", "anyone", 200),
    Route("post", "/projects", "anyone", 201, {"name": "Another project"}),
    Route("get", "/projects/{project_id}", "guest", 200),
    Route("patch", "/projects/{project_id}", "admin", 200, {"name": "Renamed"}),
    Route("delete", "/projects/{project_id}", "owner", 204),
    Route("post", "/projects/{project_id}/archive", "admin", 200),
    Route("post", "/projects/{project_id}/restore", "admin", 200),
    Route("post", "/projects/{project_id}/leave", "guest", 204),
    Route("get", "/projects/{project_id}/snapshot", "guest", 200),
    Route("get", "/projects/{project_id}/events?after=0", "guest", 200),
    Route("get", "/projects/{project_id}/members", "guest", 200),
    Route("patch", "/projects/{project_id}/members/{user_id}", "admin", 200, {"role": "guest"}),
    Route("delete", "/projects/{project_id}/members/{user_id}", "admin", 204),
    Route("post", "/projects/{project_id}/members/{user_id}/transfer", "owner", 200),
    Route("get", "/projects/{project_id}/rights", "guest", 200),
    Route("patch", "/projects/{project_id}/rights", "owner", 200, {"member": {"create_tasks": False}}),
    Route("delete", "/projects/{project_id}/rights", "owner", 200),
    Route("get", "/projects/{project_id}/audit", "admin", 200),
    Route("post", "/projects/{project_id}/audit/export", "admin", 200, {"format": "csv"}),
    Route("get", "/projects/{project_id}/invitations", "admin", 200),
    Route("post", "/projects/{project_id}/invitations", "admin", 201, {"role": "guest"}),
    Route("delete", "/invitations/{invitation_id}", "admin", 204),
    Route("post", "/invitations/{token}/accept", "anyone", 200, {}),
    Route("get", "/projects/{project_id}/columns", "guest", 200),
    Route("post", "/projects/{project_id}/columns", "admin", 201, {"name": "Review"}),
    Route("patch", "/columns/{column_id}", "admin", 200, {"name": "Later"}),
    Route("delete", "/columns/{column_id}?move_to={other_column_id}", "admin", 204),
    Route("post", "/columns/{column_id}/move", "admin", 200, {"after": "{other_column_id}"}),
    Route("get", "/projects/{project_id}/labels", "guest", 200),
    Route("post", "/projects/{project_id}/labels", "admin", 201, {"name": "bug", "colour": "red"}),
    Route("patch", "/labels/{label_id}", "admin", 200, {"name": "fault"}),
    Route("delete", "/labels/{label_id}", "admin", 204),
    Route("get", "/projects/{project_id}/tasks", "guest", 200),
    Route("post", "/projects/{project_id}/tasks", "member", 201, {"title": "A task"}),
    Route("post", "/projects/{project_id}/tasks/export", "admin", 200, {"format": "csv"}),
    Route("get", "/tasks/{task_id}", "guest", 200),
    Route("patch", "/tasks/{task_id}", "member", 200, {"title": "Another title"}),
    Route("delete", "/tasks/{task_id}", "member", 204),
    Route("post", "/tasks/{task_id}/move", "member", 200, {"column": "{other_column_id}"}),
    Route("post", "/tasks/{task_id}/complete", "member", 200),
    Route("post", "/tasks/{task_id}/reopen", "member", 200),
    Route("post", "/tasks/{task_id}/archive", "member", 200),
    Route("post", "/tasks/{task_id}/unarchive", "member", 200),
    Route("post", "/tasks/{deleted_task_id}/restore", "member", 200),
    Route("get", "/tasks/{task_id}/comments", "guest", 200),
    Route("post", "/tasks/{task_id}/comments", "guest", 201, {"body": "A comment"}),
    Route("patch", "/comments/{comment_id}", "author", 200, {"body": "Another comment"}),
    Route("delete", "/comments/{comment_id}", "author or admin", 204),
    Route(
        "post",
        "/projects/{project_id}/tasks/bulk",
        "member",
        200,
        {"tasks": ["{task_id}"], "action": "complete"},
    ),
    Route("post", "/batches/{batch_id}/undo", "own", 200),
    Route("get", "/projects/{project_id}/views", "guest", 200),
    Route(
        "post", "/projects/{project_id}/views", "guest", 201, {"name": "This week", "query": {"due": "week"}}
    ),
    Route("patch", "/views/{view_id}", "author or admin", 200, {"name": "Next week"}),
    Route("delete", "/views/{view_id}", "author or admin", 204),
    Route("patch", "/views/{private_view_id}", "own", 200, {"name": "Next week"}),
    Route("delete", "/views/{private_view_id}", "own", 204),
    Route("get", "/projects/{project_id}/channels", "guest", 200),
    Route("post", "/projects/{project_id}/channels", "admin", 201, {"name": "Design"}),
    Route("patch", "/channels/{channel_id}", "admin", 200, {"name": "Renamed"}),
    Route("delete", "/channels/{channel_id}", "admin", 204),
    Route("post", "/channels/{channel_id}/move", "admin", 200, {"after": "{other_channel_id}"}),
    Route("post", "/channels/{channel_id}/archive", "admin", 200),
    Route("post", "/channels/{channel_id}/restore", "admin", 200),
    Route("post", "/projects/{project_id}/directs", "guest", 201, {"users": ["{user_id}"]}),
    Route("get", "/channels/{channel_id}/members", "guest", 200),
    Route("get", "/channels/{channel_id}/rooms", "guest", 200),
    Route("post", "/channels/{channel_id}/rooms", "member", 201, {"name": "lunch"}),
    Route("patch", "/rooms/{room_id}", "admin", 200, {"name": "renamed"}),
    Route("delete", "/rooms/{room_id}", "admin", 204),
    Route("post", "/rooms/{room_id}/join", "guest", 200),
    Route("post", "/rooms/{room_id}/leave", "guest", 200),
    Route("post", "/rooms/{room_id}/read", "guest", 200, {"message": "{message_id}"}),
    Route("get", "/rooms/{room_id}/messages", "guest", 200),
    Route("post", "/rooms/{room_id}/messages", "guest", 201, {"body": "A message"}),
    Route("post", "/rooms/{room_id}/unread", "guest", 200, {"message": "{message_id}"}),
    Route("get", "/rooms/{room_id}/pins", "guest", 200),
    Route("post", "/messages/{message_id}/forward", "guest", 201, {"room": "{room_id}"}),
    Route("get", "/messages/{message_id}/replies", "guest", 200),
    Route("post", "/messages/{message_id}/follow", "guest", 200),
    Route("delete", "/messages/{message_id}/follow", "guest", 204),
    Route("post", "/messages/{message_id}/reactions", "guest", 200, {"emoji": "\U0001f44d"}),
    Route("delete", "/messages/{message_id}/reactions/{emoji}", "guest", 204),
    Route("post", "/messages/{message_id}/pin", "guest", 200),
    Route("delete", "/messages/{message_id}/pin", "guest", 204),
    Route("patch", "/messages/{message_id}", "author", 200, {"body": "Another message"}),
    Route("delete", "/messages/{message_id}", "author or admin", 204),
    Route("get", "/messages/{message_id}", "guest", 200),
    Route("get", "/messages/{message_id}/history", "guest", 200),
    Route("post", "/projects/{project_id}/uploads", "guest", 201, FILE),
    Route("delete", "/uploads/{loose_upload_id}", "own", 204),
    Route("get", "/uploads/{upload_id}/file", "guest", 200),
    Route("get", "/uploads/{upload_id}/preview", "guest", 200),
    Route("get", "/tasks/{task_id}/attachments", "guest", 200),
    Route("post", "/tasks/{task_id}/attachments", "uploader", 201, {"upload": "{loose_upload_id}"}),
    Route("delete", "/attachments/{attachment_id}", "member", 204),
    Route("post", "/attachments/{off_attachment_id}/restore", "member", 200),
    Route("get", "/tasks/{task_id}/checklist", "guest", 200),
    Route("post", "/tasks/{task_id}/checklist", "member", 201, {"text": "Buy paint"}),
    Route("patch", "/checklist_items/{checklist_item_id}", "member", 200, {"ticked": True}),
    Route("post", "/checklist_items/{checklist_item_id}/move", "member", 200, {"after": None}),
    Route("post", "/checklist_items/{checklist_item_id}/convert", "member", 201),
    Route("delete", "/checklist_items/{checklist_item_id}", "member", 204),
    Route("post", "/checklist_items/{off_checklist_item_id}/restore", "member", 200),
    Route("get", "/tasks/{task_id}/dependencies", "guest", 200),
    Route("post", "/tasks/{task_id}/dependencies", "member", 201, {"blocks": "{other_task_id}"}),
    Route("delete", "/tasks/{task_id}/dependencies/{blocking_task_id}", "member", 204),
    Route("post", "/tasks/{task_id}/watch", "guest", 200),
    Route("post", "/tasks/{task_id}/unwatch", "guest", 200),
    Route("get", "/tasks/{task_id}/activity", "guest", 200),
    # A public channel that guests are not in.
    Route("get", "/channels/{inner_channel_id}/rooms", "full", 200),
    Route("get", "/channels/{inner_channel_id}/members", "full", 200),
    Route("post", "/channels/{inner_channel_id}/rooms", "full", 201, {"name": "lunch"}),
    Route("get", "/rooms/{inner_room_id}/messages", "full", 200),
    Route("post", "/rooms/{inner_room_id}/messages", "full", 201, {"body": "Among us"}),
    Route("post", "/rooms/{inner_room_id}/join", "full", 200),
    # One where only admins post and make rooms.
    Route("get", "/rooms/{still_room_id}/messages", "guest", 200),
    Route("post", "/rooms/{still_room_id}/messages", "admin", 201, {"body": "Hear, hear"}),
    Route("post", "/channels/{still_channel_id}/rooms", "admin", 201, {"name": "lunch"}),
    # An archived one.
    Route("get", "/rooms/{closed_room_id}/messages", "guest", 200),
    Route("post", "/rooms/{closed_room_id}/messages", "none", 403, {"body": "Is anybody there?"}),
    Route("post", "/channels/{closed_channel_id}/rooms", "none", 403, {"name": "lunch"}),
    Route("patch", "/channels/{closed_channel_id}", "none", 403, {"topic": "Of old"}),
    Route("post", "/channels/{closed_channel_id}/restore", "admin", 200),
    # A direct conversation of Ana and Ben.
    Route("get", "/channels/{direct_channel_id}/rooms", "insiders", 200),
    Route("get", "/rooms/{direct_room_id}/messages", "insiders", 200),
    Route("post", "/rooms/{direct_room_id}/messages", "insiders", 201, {"body": "Between us"}),
    Route("patch", "/channels/{direct_channel_id}", "insiders", 403, {"name": "Ours"}),
    Route("delete", "/channels/{direct_channel_id}", "insiders", 403),
    Route("post", "/channels/{direct_channel_id}/members", "insiders", 403, {"user": "{user_id}"}),
    Route("patch", "/rooms/{direct_room_id}", "insiders", 403, {"name": "Ours"}),
    Route("post", "/rooms/{direct_room_id}/leave", "insiders", 403),
    # What is in a private channel.
    Route("get", "/uploads/{private_upload_id}/file", "insiders", 200),
    Route("get", "/uploads/{private_upload_id}/preview", "insiders", 200),
    Route("get", "/uploads/{loose_upload_id}/file", "own", 200),
    Route("patch", "/channels/{private_channel_id}", "host", 200, {"topic": "Secret"}),
    Route("delete", "/channels/{private_channel_id}", "host", 204),
    Route("get", "/channels/{private_channel_id}/members", "insiders", 200),
    Route("post", "/channels/{private_channel_id}/members", "host", 201, {"user": "{user_id}"}),
    Route("delete", "/channels/{private_channel_id}/members/{ben_id}", "insiders", 204),
    Route("get", "/channels/{private_channel_id}/rooms", "insiders", 200),
    Route("post", "/channels/{private_channel_id}/rooms", "insiders", 201, {"name": "lunch"}),
    Route("post", "/rooms/{private_room_id}/join", "insiders", 200),
    Route("get", "/rooms/{private_room_id}/messages", "insiders", 200),
    Route("post", "/rooms/{private_room_id}/messages", "insiders", 201, {"body": "A secret"}),
    Route("get", "/messages/{private_message_id}", "insiders", 200),
    Route("get", "/messages/{private_message_id}/history", "insiders", 200),
    Route("get", "/messages/{private_message_id}/replies", "insiders", 200),
    Route("get", "/rooms/{private_room_id}/pins", "insiders", 200),
    Route("post", "/rooms/{private_room_id}/unread", "insiders", 200, {"message": "{private_message_id}"}),
    Route("post", "/messages/{private_message_id}/follow", "insiders", 200),
    Route("post", "/messages/{private_message_id}/reactions", "insiders", 200, {"emoji": "\U0001f44d"}),
    Route("post", "/messages/{private_message_id}/pin", "insiders", 200),
    Route("post", "/messages/{private_message_id}/forward", "insiders", 409, {"room": "{room_id}"}),
    Route("delete", "/messages/{private_message_id}", "host", 204),
]


JSON_ROUTES = [route for route in ROUTES if route.body and not isinstance(route.body, File)]


def shape(route: Route) -> tuple[str, str]:
    """The route as OpenAPI names it, whatever stands in its braces."""
    plain = route.path.partition("?")[0].replace("{deleted_", "{").replace("{private_", "{")
    plain = plain.replace("{blocking_", "{other_")
    plain = re.sub(r"\{(loose|off|inner|still|closed|direct)_", "{", plain)
    return route.method, plain.replace("{ben_id}", "{user_id}")


pytestmark = pytest.mark.usefixtures("world")


def test_every_route_has_its_row():
    schema = the_api.get_openapi_schema()["paths"]
    real = {(method, path.removeprefix("/api/v1")) for path, methods in schema.items() for method in methods}
    rows = {shape(route) for route in ROUTES}
    assert real - rows == set(), "routes without a row"
    assert rows - real == set(), "rows without a route"


def filled(value: Any, objects: dict[str, Any]) -> Any:
    if isinstance(value, File):
        return {"file": SimpleUploadedFile(value.name, value.content)}
    if isinstance(value, dict):
        return {key: filled(each, objects) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, objects) for each in value]
    if isinstance(value, str) and value.startswith("{") and value.endswith("}"):
        return objects[value[1:-1]]
    return value


def ask(user: Any, route: Route, objects: dict[str, Any]) -> Any:
    """The answer that `user` would get; nothing of it stays."""
    with transaction.atomic():
        caller = API(user)
        body = filled(route.body, objects) if route.method != "get" else None
        response = caller.request(route.method, route.path.format(**objects), body)
        transaction.set_rollback(True)
    return response


def expected(route: Route, role: str) -> int:
    """The status that somebody of this role in the project is answered with."""
    if route.least == "nobody" or (route.least == "own" and role != "owner"):
        return 404
    if route.least == "own":
        return route.status
    if route.least == "uploader":
        return {"owner": route.status, "guest": 403}.get(role, 422)
    if route.least == "none":
        return 403
    if route.least == "full":
        return 404 if role == "guest" else route.status
    if route.least in ("insiders", "host"):
        if role in ("guest", "admin"):
            return 404
        return route.status if route.least == "insiders" or role == "owner" else 403
    allowed = {"anyone": ROLES, "author": ("owner",), "author or admin": ("admin", "owner")}.get(route.least)
    return route.status if role in (allowed or ROLES[ROLES.index(route.least) :]) else 403


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_access(route: Route, world):
    cast, objects = world
    assert ask(None, route, objects).status_code == 401
    for stranger in ("outsider", "former"):
        want = route.status if route.least == "anyone" else 404
        assert ask(cast[stranger], route, objects).status_code == want, stranger
    for role in ROLES:
        # The last owner can't leave.
        want = 422 if route.path.endswith("/leave") and "project" in route.path and role == "owner" else None
        response = ask(cast[role], route, objects)
        assert response.status_code == (want or expected(route, role)), (role, response.content)


@pytest.mark.parametrize(
    "route", [r for r in ROUTES if r.method != "get"], ids=lambda r: f"{r.method} {r.path}"
)
def test_a_session_needs_a_csrf_token_to_change_anything(route: Route, world):
    cast, objects = world
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast["owner"])
    path = f"/api/v1{route.path.format(**objects)}"
    body = {} if isinstance(route.body, File) else filled(route.body, objects) or {}
    response = getattr(browser, route.method)(path, body, content_type="application/json")
    assert response.status_code == 403


@pytest.mark.parametrize("route", [r for r in ROUTES if "{" in r.path], ids=lambda r: f"{r.method} {r.path}")
def test_numbers_that_nothing_has_are_answered_in_words(route: Route, world):
    cast, objects = world
    for number in (0, -1, 2**31, 2**63, 10**30):
        strange = dict.fromkeys(objects, number)
        response = ask(cast["owner"], route._replace(body=filled(route.body, objects)), strange)
        assert response.status_code in (404, 422), number
        assert response.json()["detail"]


@pytest.mark.parametrize("route", JSON_ROUTES, ids=lambda r: f"{r.method} {r.path}")
def test_a_field_that_nobody_knows_is_refused(route: Route, world):
    cast, objects = world
    body = {**filled(route.body, objects), "is_staff": True, "project_id": 1}
    response = ask(cast["owner"], Route(*route[:4], body), objects)
    assert response.status_code == 422
    assert {"is_staff", "project_id"} <= set(response.json()["errors"])


def test_an_archived_project_may_be_looked_at_and_not_changed(world):
    cast, objects = world
    still = {f"/projects/{{project_id}}{rest}" for rest in ("", "/archive", "/restore", "/leave")}
    still |= {
        "/rooms/{room_id}/read",
        "/rooms/{room_id}/unread",
        "/messages/{message_id}/follow",
        "/invitations/{invitation_id}",
        "/projects/{project_id}/audit/export",
        "/projects/{project_id}/tasks/export",
    }
    with transaction.atomic():
        Project.objects.get(pk=objects["project_id"]).archive(by=cast["owner"])
        for route in ROUTES:
            free = route.method == "get" or route.least not in ROLES or "member" in route.path
            if not free and shape(route)[1] not in still:
                assert ask(cast["admin"], route, objects).status_code == 403, route
        transaction.set_rollback(True)
