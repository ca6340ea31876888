"""A world to try every route in: made once a file, and never changed, for each try is taken back."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import setup_databases, teardown_databases

from accounts.models import APIToken
from chat.models import Channel, direct
from projects.models import Invitation, Project, Upload
from tasks.bulk.acting import act
from tasks.models import Attachment, ChecklistItem, Column, Comment, Dependency, Label, Task, View
from tests.conftest import API, add, person, picture


@pytest.fixture(scope="session")
def test_database(django_db_setup, django_db_blocker) -> Any:
    """The tests' database, which pytest-django makes only when a test asks for `db`, and these do not."""
    with django_db_blocker.unblock():
        made = (
            []
            if connection.settings_dict["NAME"].startswith("test_")
            else setup_databases(0, interactive=False)
        )
        yield
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="module")
def world(test_database) -> Any:
    """(cast, objects): people by role, and ids by the names that stand in the paths of routes."""
    with transaction.atomic():
        cast = make_cast()
        yield cast, make_objects(cast)
        transaction.set_rollback(True)


def make_cast() -> dict[str, Any]:
    """`former` was a member once, `outsider` never; `other` is the one that things are done to."""
    names = {"owner": "ana", "member": "ben", "guest": "gus", "outsider": "cleo", "admin": "adam"}
    cast = {role: person(handle) for role, handle in names.items()}
    cast |= {"former": person("fred"), "other": person("mia")}
    project = Project.objects.open("Web", key="WEB", by=cast["owner"])
    for role in ("admin", "member", "guest"):
        add(project, cast[role], role)
    add(project, cast["other"], "guest")
    add(project, cast["former"], "member").remove(by=cast["owner"])
    return cast


def make_objects(cast: dict[str, Any]) -> dict[str, Any]:
    """One of each thing, made by Ana."""
    ana = cast["owner"]
    project = Project.objects.get()
    column, other = Column.objects.filter(project=project).order_by("position")[:2]
    task, deleted = (
        Task.objects.add_to(project, title, column=column, by=ana)[0] for title in ("One", "Two")
    )
    deleted.discard(by=ana)
    label = Label.objects.add_to(project, "urgent", colour="red", by=ana)
    comment, _ = Comment.objects.add_to(task, "Hm.", by=ana)
    room = project.rooms.get()
    room.channel.open_room("another", by=ana)  # the last one of a channel can't be deleted
    message = room.post("Hello", by=ana)
    channel = Channel.open(project, "Announcements", guests=True, by=ana)
    inner = Channel.open(project, "Members only", by=ana)
    still = Channel.open(
        project, "Only admins post", guests=True, may_post="admins", may_create_rooms="admins", by=ana
    )
    closed = Channel.open(project, "Of last year", guests=True, by=ana)
    closed.archive(by=ana)
    talk, _ = direct.between(project, [cast["member"].pk], by=ana)
    private = Channel.open(project, "Board", private=True, by=ana)
    private.add(cast["member"].pk, by=ana)
    secret = private.rooms.get().post("Nobody knows", by=ana)
    attached, also = (upload(project, ana) for _ in range(2))
    attachment, _ = Attachment.objects.add_to(task, attached.pk, by=ana)
    off, _ = Attachment.objects.add_to(task, also.pk, by=ana)
    off.discard(by=ana)
    secret_file = upload(project, ana)
    private.rooms.get().post("", attachments=[secret_file.pk], by=ana)
    invitation, token = Invitation.issue(project, role="guest", by=ana)
    batch = act(project, [task.pk], "change", priority="high", by=ana)
    view, own = (
        View.objects.add_to(project, name, query={}, shared=shared, by=ana)
        for name, shared in (("Ours", True), ("Mine", False))
    )
    waiting, blocking = (Task.objects.add_to(project, title, by=ana)[0] for title in ("Three", "Four"))
    Dependency.objects.add_to(task, blocking, by=ana)
    item, off_item = (ChecklistItem.objects.add_to(task, text, by=ana)[0] for text in ("Five", "Six"))
    off_item.discard(by=ana)
    rows = {
        "project": project, "column": column, "other_column": other, "task": task, "deleted_task": deleted,
        "label": label, "comment": comment, "channel": channel, "room": room, "message": message,
        "invitation": invitation, "user": cast["other"], "ben": cast["member"],
        "loose_upload": upload(project, ana), "upload": attached, "private_upload": secret_file,
        "attachment": attachment, "off_attachment": off,
        "checklist_item": item, "off_checklist_item": off_item, "other_task": waiting, "blocking_task": blocking,
        "other_channel": room.channel, "inner_channel": inner, "inner_room": inner.rooms.get(),
        "still_channel": still, "still_room": still.rooms.get(), "closed_channel": closed,
        "closed_room": closed.rooms.get(), "direct_channel": talk.channel, "direct_room": talk,
        "private_channel": private, "private_room": private.rooms.get(), "private_message": secret,
        "batch": batch, "view": view, "private_view": own,
    }  # fmt: skip
    return {f"{name}_id": row.pk for name, row in rows.items()} | {
        "token": token,
        "id": APIToken.issue(cast["other"], "theirs")[0].pk,
        "emoji": "\U0001f44d",
    }


def upload(project: Project, by: Any) -> Upload:
    """A picture that hangs nowhere yet."""
    return Upload.objects.get(pk=API(by).upload(project, "wall.png", picture()).json()["id"])
