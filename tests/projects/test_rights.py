"""What members and guests may do, as the owner of a project arranges it."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects import rights
from projects.models import Invitation
from projects.roles import Role
from tasks.models import Task
from tests.conftest import add, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(project):
    ada = person("ada")
    add(project, ada, "admin")
    return ada


@pytest.fixture
def task(project, ana):
    return Task.objects.add_to(project, "Write the words", by=ana)[0]


def change(api, project, by, **changes):
    return api(by).patch(f"/projects/{project.pk}/rights", changes)


def test_what_is_taken_from_members_is_refused_at_once_and_comes_back_with_reset(api, ana, ben, project):
    add_task = lambda: api(ben).post(f"/projects/{project.pk}/tasks", {"title": "A task"}).status_code  # noqa: E731
    assert add_task() == 201
    assert change(api, project, ana, member={"create_tasks": False}).status_code == 200
    assert add_task() == 403
    assert api(ana).delete(f"/projects/{project.pk}/rights").status_code == 200
    assert add_task() == 201
    project.refresh_from_db()
    assert project.rights == {}


@pytest.mark.parametrize(
    ("capability", "method", "path", "body"),
    [
        ("create_tasks", "post", "/projects/{project}/tasks", {"title": "A task"}),
        ("edit_tasks", "patch", "/tasks/{task}", {"title": "Other words"}),
        ("move_tasks", "post", "/tasks/{task}/move", {"column": "{column}"}),
        ("move_tasks", "post", "/tasks/{task}/complete", {}),
        ("move_tasks", "post", "/tasks/{task}/reopen", {}),
        ("delete_tasks", "delete", "/tasks/{task}", None),
        ("manage_labels", "post", "/projects/{project}/labels", {"name": "bug"}),
        ("create_rooms", "post", "/channels/{channel}/rooms", {"name": "lunch"}),
        ("comment", "post", "/tasks/{task}/comments", {"body": "Hm"}),
    ],
)
def test_each_right_is_given_and_taken_alone(
    api, ana, ben, gus, project, task, capability, method, path, body
):
    column = project.columns.last()
    channel = project.rooms.get().channel_id
    path = path.format(project=project.pk, task=task.pk, channel=channel)
    body = {key: column.pk if value == "{column}" else value for key, value in body.items()} if body else body
    everything = {name: False for name in rights.ADJUSTABLE["member"]}
    change(api, project, ana, member=everything, guest={name: False for name in rights.ADJUSTABLE["guest"]})
    assert api(ben).request(method, path, body).status_code == 403
    assert api(gus).request(method, path, body).status_code == 403
    assert change(api, project, ana, member={capability: True}).status_code == 200
    assert api(gus).request(method, path, body).status_code == 403
    assert api(ben).request(method, path, body).status_code in (200, 201, 204)


def test_a_guest_is_given_what_the_owner_likes(api, ana, gus, project):
    tasks = f"/projects/{project.pk}/tasks"
    assert api(gus).post(tasks, {"title": "A task"}).status_code == 403
    assert change(api, project, ana, guest={"create_tasks": True}).status_code == 200
    made = api(gus).post(tasks, {"title": "A task"})
    assert made.status_code == 201
    assert api(gus).patch(f"/tasks/{made.json()['id']}", {"title": "Another"}).status_code == 403


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"member": {"see": False}}, "member.see"),
        ({"member": {"delete_project": True}}, "member.delete_project"),
        ({"member": {"change_rights": True}}, "member.change_rights"),
        ({"guest": {"manage_members": True}}, "guest.manage_members"),
        ({"guest": {"manage_channels": True}}, "guest.manage_channels"),
        ({"member": {"fly": True}}, "member.fly"),
        ({"member": {"chat": False}}, "guest.chat"),
        ({"admin": {"chat": False}}, "admin"),
        ({"member": {"chat": "no"}}, "member.chat"),
        ({"member": {"x" * 50: True}}, None),
        ({"member": []}, "member"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_changes_nothing(api, ana, project, changes, place):
    changes = {"guest": {}, **changes} if "admin" not in changes else changes
    answer = change(api, project, ana, **changes)
    assert answer.status_code == 422
    assert place is None or any(name.startswith(place) for name in answer.json()["errors"]), answer.json()
    project.refresh_from_db()
    assert project.rights == {} and not project.audit_entries.of_kind("rights").exists()


def test_only_an_owner_changes_the_table_and_everyone_reads_it(api, ana, ada, ben, gus, cleo, project):
    for user, status in ((ada, 403), (ben, 403), (gus, 403), (cleo, 404)):
        assert change(api, project, user, member={"export": True}).status_code == status
        assert api(user).get(f"/projects/{project.pk}/rights").status_code == (404 if user == cleo else 200)
    lines = {line["name"]: line for line in api(gus).get(f"/projects/{project.pk}/rights").json()["items"]}
    assert lines["create_tasks"]["member"] == {"allowed": True, "default": True, "adjustable": True}
    assert lines["delete_project"]["owner"] == {"allowed": True, "default": True, "adjustable": False}
    assert all(line["words"] for line in lines.values())


def test_what_nobody_may_change_cannot_be_stored_by_a_mere_difference(project, ana):
    project.change_rights({"member": {"create_tasks": True}}, by=ana)
    assert project.rights == {} and not project.events.filter(name="project.updated").exists()


def test_the_change_is_an_event_with_the_new_table(project, ana):
    project.change_rights({"member": {"create_tasks": False}}, by=ana)
    event = project.events.latest("sequence")
    assert (event.name, event.by) == ("project.updated", ana.pk)
    assert event.data["rights"] == {"member": {"create_tasks": False}}


def test_whoever_may_no_longer_invite_leaves_no_link_behind(api, project, ana, ben):
    assert api(ben).post(f"/projects/{project.pk}/invitations", {"role": "guest"}).status_code == 403
    change(api, project, ana, member={"manage_invitations": True})
    made = api(ben).post(f"/projects/{project.pk}/invitations", {"role": "member"})
    assert made.status_code == 201
    assert api(ben).post(f"/projects/{project.pk}/invitations", {"role": "admin"}).status_code == 403
    theirs = Invitation.objects.get(pk=made.json()["id"])
    change(api, project, ana, member={"manage_labels": True})
    theirs.refresh_from_db()
    assert theirs.state == "open"
    change(api, project, ana, member={"manage_invitations": None})
    theirs.refresh_from_db()
    assert theirs.state == "revoked"


def test_rights_cost_no_query(api, project, ana, ben):
    room = project.rooms.get()
    room.join(by=ben)

    def post():
        with CaptureQueriesContext(connection) as queries:
            assert api(ben).post(f"/rooms/{room.pk}/messages", {"body": "Hello"}).status_code == 201
        return len(queries)

    post()
    before = post()
    change(api, project, ana, member={"create_tasks": False, "manage_labels": True})
    assert post() == before


def test_the_page_and_the_server_know_the_same_table():
    text = (Path(settings.BASE_DIR) / "static/js/helpers/rights.js").read_text()
    needs = dict(re.findall(r'^  (\w+): "(\w+)",$', text, re.MULTILINE))
    assert needs == {name: str(least) for name, least in rights.CAPABILITIES.items()}
    archived = text[text.index("new Set(") : text.index("]);")]
    assert set(re.findall(r'"(\w+)"', archived)) == rights.WHEN_ARCHIVED
    assert set(rights.WORDS) == set(rights.CAPABILITIES)
    assert Role.GUEST in rights.ADJUSTABLE
