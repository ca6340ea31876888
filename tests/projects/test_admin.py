"""Django's admin: every page of every model, quick in large tables, live for those who look."""

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import APIToken, User
from projects.models import Event, FormerMember, Invitation, Membership, Project, Upload
from tests.conftest import add, person

pytestmark = pytest.mark.django_db

APPS = ("accounts", "projects", "tasks", "chat")
OURS = [model for model in admin.site._registry if model._meta.app_label in APPS]
MANY = 2000


@pytest.fixture
def root(client, db):
    """Somebody with all rights here and no membership anywhere, signed in."""
    root = person("root", is_staff=True, is_superuser=True)
    client.force_login(root, backend="django.contrib.auth.backends.ModelBackend")
    return root


@pytest.fixture
def furnished(project, ana, ben, gus):
    """The project with at least one row of everything that can be looked at."""
    from chat.models import Channel
    from tasks.models import ChecklistItem, Comment, Label, Task, View

    label = Label.objects.add_to(project, "Urgent", colour="red", by=ana)
    task, _ = Task.objects.add_to(project, "Paint the wall", assignees={ben.pk}, labels={label.pk}, by=ana)
    Comment.objects.add_to(task, "Which colour?", by=ben)
    ChecklistItem.objects.add_to(task, "Buy paint", assignee=ben.pk, by=ana)
    room = project.rooms.first()
    message = room.post("Hello", by=ana)
    message.edit("Hello all", by=ana)
    Channel.open(project, "Owners", private=True, by=ana)
    View.objects.add_to(project, "Mine", query={"assignee": [ana.pk]}, by=ana)
    Upload.objects.create(
        project=project, name="plan.pdf", type="application/pdf", size=9, stored=9, created_by=ana
    )
    Invitation.issue(project, role="member", by=ana)
    APIToken.issue(ana, "laptop")
    Membership.objects.get(project=project, user=gus).remove(by=ana)
    return project


def address(model, view, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)


def queries_of(client, *request, status=200, **more):
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(*request, **more)
    assert answer.status_code == status, request
    return [query["sql"] for query in captured]


def bare_counts(queries):
    """Counts that read a whole table: a bounded one counts a subquery with a LIMIT."""
    return [sql for sql in queries if re.match(r"SELECT COUNT\(", sql) and "LIMIT" not in sql]


def test_every_model_of_ours_stands_in_the_admin():
    models = {model for app in APPS for model in apps.get_app_config(app).get_models()}
    # The head of a log, what only machines read, and rows that stand on the page of another.
    read_by_machines = {"Counter", "Audience", "Spent", "Batch", "Mention", "ThreadFollow"}
    inside = {
        "Dependency",
        "Revision",
        "ChannelMembership",
        "RoomMembership",
        "Attachment",
        "MessageAttachment",
    }
    assert {model.__name__ for model in models - set(OURS)} <= read_by_machines | inside


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_list_search_form_and_addition_open(client, root, furnished, model):
    row = model._base_manager.order_by("pk").first()
    assert row is not None
    listed = admin.site._registry[model]
    assert not bare_counts(queries_of(client, address(model, "changelist")))
    assert not bare_counts(queries_of(client, address(model, "changelist"), {"_facets": "True"}))
    for words in ("web", "12", "ana", "'\"%_\\", "a\x00b", "9" * 30, "😀"):
        assert not bare_counts(queries_of(client, address(model, "changelist"), {"q": words}))
    page = client.get(address(model, "change", row.pk))
    assert page.status_code == 200
    request = page.wsgi_request
    added = client.get(address(model, "add"))
    assert added.status_code == (200 if listed.has_add_permission(request) else 403)
    # No list of all people to choose from: Cleo is in no project and yet a person.
    assert "cleo@example.com" not in page.content.decode() or model is User


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_the_list_takes_as_many_queries_for_many_rows_as_for_few(client, root, furnished, ana, cleo, model):
    few = len(queries_of(client, address(model, "changelist")))
    grow(furnished, ana, cleo)
    queries = queries_of(client, address(model, "changelist"))
    assert len(queries) <= few + 1  # with two pages comes a count more
    assert not bare_counts(queries)


def grow(project, ana, cleo):
    """More of everything, past the first page where that is cheap."""
    from chat.models import Channel, Message
    from tasks.models import Comment, Label, Task

    people = User.objects.bulk_create(
        User(email=f"p{n}@example.com", handle=f"p{n}", name=f"P {n}", password="!") for n in range(60)
    )
    APIToken.objects.bulk_create(
        APIToken(user=each, name="laptop", digest=f"{each.pk:064}", tail="abcd") for each in people
    )
    with project.quietly():
        Membership.objects.bulk_create(Membership(project=project, user=each) for each in people)
        task, room = Task.objects.filter(project=project).first(), project.rooms.first()
        Comment.objects.bulk_create(Comment(task=task, author=each, body="So", html="So") for each in people)
        Message.objects.bulk_create(Message(room=room, author=each, body="So", html="So") for each in people)
    for each in people[:5]:
        Task.objects.add_to(project, f"Task of {each.name}", assignees={each.pk}, by=ana)
        Label.objects.add_to(project, each.name, by=ana)
        Channel.open(project, each.name, by=ana)
        Invitation.issue(project, role="guest", by=ana)
        FormerMember.objects.create(project=project, user=each)
        Project.objects.open(each.name, by=each)


def test_two_thousand_events_are_not_counted_to_the_end(client, root, project, monkeypatch):
    for number in range(MANY):
        project.record("task.updated", {"id": number}, object_id=number)
    queries = queries_of(client, address(Event, "changelist"))
    assert len(queries) <= 8 and not bare_counts(queries)
    page = client.get(address(Event, "changelist"), {"name": "task.updated", "q": str(project.pk), "p": "2"})
    assert page.status_code == 200 and page.context["cl"].result_count == MANY
    assert client.get(address(Event, "changelist"), {"q": "WEB"}).context["cl"].result_count > MANY
    assert client.get(address(Event, "changelist"), {"q": "9" * 18}).context["cl"].result_count == 0
    assert client.get(address(Event, "changelist"), {"name": "nobody.knows"}).context["cl"].result_count == 0


# What is changed here is heard there ----------------------------------------------------------------------


def newest(project):
    event = project.events.latest("sequence")
    return event.name, event.by, event.data


def test_an_edited_project_is_announced_by_whoever_edited_it(client, root, project):
    client.post(address(Project, "change", project.pk), {"name": "Site", "key": "WEB", "description": ""})
    name, by, data = newest(project)
    assert (name, by, data["name"]) == ("project.updated", root.pk, "Site")


def test_a_project_made_here_has_an_owner_and_its_first_room(client, root):
    client.post(address(Project, "add"), {"name": "New", "key": "NEW", "description": ""})
    project = Project.objects.get()
    assert (
        project.memberships.get().user == root and project.columns.count() == 3 and project.rooms.count() == 1
    )


def test_archiving_and_restoring_as_actions(client, root, project):
    for action, archived in (("archive", True), ("restore", False)):
        client.post(address(Project, "changelist"), {"action": action, "_selected_action": [project.pk]})
        project.refresh_from_db()
        assert bool(project.archived_at) is archived
        assert newest(project)[:2] == ("project.updated", root.pk)


def test_deleting_a_project_asks_back_without_listing_what_is_in_it(client, root, furnished):
    page = client.get(address(Project, "delete", furnished.pk))
    assert page.status_code == 200 and b"Paint the wall" not in page.content
    assert b"Tasks: 1" in page.content
    assert not bare_counts(queries_of(client, address(Project, "delete", furnished.pk)))
    client.post(address(Project, "delete", furnished.pk), {"post": "yes"})
    assert not Project.objects.exists()


def test_a_role_given_here_is_announced(client, root, ben, project):
    member = Membership.objects.get(project=project, user=ben)
    client.post(address(Membership, "change", member.pk), {"role": "admin"})
    event = project.events.filter(name="member.updated").latest("sequence")
    assert (event.by, event.data["id"], event.data["role"]) == (root.pk, ben.pk, "admin")


def test_a_member_added_here_finds_themselves_in_the_first_room(client, root, cleo, project):
    client.post(address(Membership, "add"), {"project": project.pk, "user": cleo.pk, "role": "guest"})
    assert project.memberships.filter(user=cleo, role="guest").exists()
    assert project.events.filter(name="member.created", by=root.pk).exists()
    assert cleo.pk in project.rooms.first().member_ids


@pytest.mark.parametrize("how", ["one", "several"])
def test_a_member_deleted_here_has_left(client, root, ben, project, how):
    member = Membership.objects.get(project=project, user=ben)
    if how == "one":
        client.post(address(Membership, "delete", member.pk), {"post": "yes"})
    else:
        data = {"action": "delete_selected", "_selected_action": [member.pk], "post": "yes"}
        client.post(address(Membership, "changelist"), data)
    assert project.events.filter(name="member.deleted", by=root.pk).exists()
    assert FormerMember.objects.filter(project=project, user=ben).exists()


def test_the_last_owner_stays_and_the_page_says_so(client, root, ana, project):
    owner = Membership.objects.get(project=project, user=ana)
    for view, data in [("change", {"role": "guest"}), ("delete", {"post": "yes"})]:
        answer = client.post(address(Membership, view, owner.pk), data, follow=True)
        assert "A project needs an owner" in answer.content.decode()
    owner.refresh_from_db()
    assert owner.role == "owner"


def test_revoking_as_an_action(client, root, ana, project):
    invitation, _ = Invitation.issue(project, role="member", by=ana)
    client.post(address(Invitation, "changelist"), {"action": "revoke", "_selected_action": [invitation.pk]})
    invitation.refresh_from_db()
    assert invitation.state == "revoked"
    assert client.get(address(Invitation, "changelist"), {"state": "closed"}).context["cl"].result_count == 1
    assert client.get(address(Invitation, "changelist"), {"state": "open"}).context["cl"].result_count > 0


def test_the_digest_of_an_invitation_cannot_be_written(client, root, ana, project):
    invitation, _ = Invitation.issue(project, role="member", by=ana)
    digest = invitation.digest
    client.post(address(Invitation, "change", invitation.pk), {"digest": "0" * 64, "role": "owner"})
    invitation.refresh_from_db()
    assert (invitation.digest, invitation.role) == (digest, "member")


def test_an_edited_task_is_announced_by_whoever_edited_it(client, root, furnished):
    from tasks.models import Task

    task = Task.objects.get()
    page = client.get(address(Task, "change", task.pk))
    form = page.context["adminform"].form
    data = {field.html_name: field.value() or "" for field in form}
    data |= {
        name: [getattr(row, "pk", row) for row in rows] for name, rows in data.items() if type(rows) is list
    }
    client.post(address(Task, "change", task.pk), {**data, "title": "Paint it blue"})
    name, by, row = newest(furnished)
    assert (name, by, row["title"]) == ("task.updated", root.pk, "Paint it blue")


# The log --------------------------------------------------------------------------------------------------


def test_nobody_writes_into_the_log(client, root, project):
    event = project.events.first()
    before = list(Event.objects.values())
    assert client.get(address(Event, "add")).status_code == 403
    assert client.post(address(Event, "add"), {"name": "task.created"}).status_code == 403
    assert client.post(address(Event, "change", event.pk), {"name": "task.created"}).status_code == 403
    assert client.post(address(Event, "delete", event.pk), {"post": "yes"}).status_code == 403
    data = {"action": "delete_selected", "_selected_action": [event.pk], "post": "yes"}
    client.post(address(Event, "changelist"), data)
    assert list(Event.objects.values()) == before
    assert not LogEntry.objects.exists()


def test_only_staff_come_in(client, ana, project):
    client.force_login(ana)
    assert client.get("/admin/").status_code == 302
    assert client.get(address(Project, "changelist")).status_code == 302


def test_the_first_page_carries_the_name(client, root):
    page = client.get("/admin/").content.decode()
    assert "Taskroom" in page and "Django administration" not in page


def test_a_staff_member_without_rights_changes_nothing(client, project):
    staff = person("staff", is_staff=True)
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(address(Project, "change", project.pk), {"name": "X"}).status_code == 403
    assert add(project, staff, "guest").role == "guest"
