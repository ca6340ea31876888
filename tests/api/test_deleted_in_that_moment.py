"""Somebody deletes just what a request is about, after it was found: a clear refusal, nothing half-done, told once."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from chat.models import Channel
from projects.models import Project
from tasks.models import Attachment, ChecklistItem, Column, Comment, Label, View
from tests.conftest import API
from tests.tasks.conftest import make_task
from tests.waiting import meanwhile

pytestmark = pytest.mark.django_db(transaction=True)

Request = tuple[str, str, Any]
GONE = (404, 409, 422)
NOTHING_TO_DO = (*GONE, 200)  # it changes nothing that is gone


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def anas(ana) -> API:
    return API(ana)


def wrong(
    anas: API, project: Project, make: Callable[[], Any], requests: Callable[[Any], list]
) -> Iterator[str]:
    """Each of the requests about what `make` makes, (what deletes it, thing): what was not as it should be."""
    end, thing = make()
    for number in range(len(requests(thing))):
        if number:
            end, thing = make()
        *request, statuses = (*requests(thing)[number], GONE)[:4]
        entries, tasks = project.audit_entries.count(), project.tasks.active().count()
        answer = meanwhile(end, partial(anas.request, *request))
        if answer.status_code not in statuses:
            yield f"{request} was answered {answer.status_code}"
        if project.audit_entries.count() > entries + 1:
            yield f"{request} was told twice"
        if project.tasks.active().count() > tasks:
            yield f"{request} left a task"


def test_a_project(project, ana, anas):
    def make():
        it = Project.objects.open("Another", by=ana)
        task = make_task(it, by=ana)
        return it.delete, (it, task, it.rooms.get().post("Hello", by=ana))

    def requests(things) -> list[Request]:
        it, task, message = things
        p, t, m, r = (f"/{n}/{pk}" for n, pk in (("projects", it.pk), ("tasks", task.pk), ("messages", message.pk),
                                                  ("rooms", message.room_id)))  # fmt: skip
        return [
            ("post", f"{p}/tasks", {"title": "x"}), ("patch", t, {"title": "x"}),
            ("post", f"{t}/move", {"column": task.column_id}), ("post", f"{t}/comments", {"body": "x"}),
            ("post", f"{t}/checklist", {"text": "x"}), ("post", f"{p}/labels", {"name": "x"}),
            ("post", f"{p}/tasks/bulk", {"tasks": [task.pk], "action": "complete"}),
            ("post", f"{p}/channels", {"name": "x"}), ("post", f"{r}/messages", {"body": "x"}),
            ("post", f"{r}/messages", {"body": "x", "thread": message.pk}), ("post", f"{m}/pin", {}),
            ("delete", m, None), ("post", f"{p}/invitations", {"role": "guest"}), ("patch", p, {"name": "x"}),
            ("patch", f"{p}/rights", {"member": {"chat": False}}),
        ]  # fmt: skip

    assert not list(wrong(anas, project, make, requests))


def test_a_task(project, ana, anas):
    other = make_task(project, by=ana)

    def make():
        task = make_task(project, by=ana)
        item, _ = ChecklistItem.objects.add_to(task, "Item", by=ana)
        return partial(task.discard, by=ana), (task, item)

    def requests(things) -> list[Request]:
        task, item = things
        t, i = f"/tasks/{task.pk}", f"/checklist_items/{item.pk}"
        return [
            ("patch", t, {"title": "x"}), ("delete", t, None), ("post", f"{t}/move", {"column": task.column_id}),
            ("post", f"{t}/complete", {}), ("post", f"{t}/comments", {"body": "x"}),
            ("post", f"{t}/checklist", {"text": "x"}), ("patch", i, {"ticked": True}), ("post", f"{i}/convert", {}),
            ("post", f"{t}/dependencies", {"blocked_by": other.pk}), ("post", f"{t}/watch", {}),
            ("post", f"{t}/archive", {}), ("post", f"{t}/attachments", {"upload": anas.upload(project).json()["id"]}),
            ("post", f"/projects/{project.pk}/tasks/bulk", {"tasks": [task.pk, other.pk], "action": "complete"}),
        ]  # fmt: skip

    assert not list(wrong(anas, project, make, requests))
    assert not Attachment.objects.exists() and not Comment.objects.exists()
    other.refresh_from_db()
    assert other.completed_at is None, "all or nothing"


def test_what_stands_around_a_task(project, ana, anas):
    todo, doing, _done = project.columns.order_by("position")
    task = make_task(project, by=ana)
    tasks = f"/projects/{project.pk}/tasks"

    def column():
        made = Column.objects.add_to(project, "Later", by=ana)
        return partial(made.remove, move_to=todo, by=ana), made

    def label():
        made = Label.objects.add_to(project, "Bug", by=ana)
        return partial(made.remove, by=ana), made

    def view():
        made = View.objects.add_to(project, "Mine", query={}, by=ana)
        return partial(made.remove, by=ana), made

    def comment():
        made, _ = Comment.objects.add_to(task, "Hm", by=ana)
        return partial(made.remove, by=ana), made

    def item():
        made, _ = ChecklistItem.objects.add_to(task, "Item", by=ana)
        return partial(made.discard, by=ana), made

    for make, requests in (
        (column, lambda it: [
            ("post", tasks, {"title": "x", "column": it.pk}), ("post", f"/tasks/{task.pk}/move", {"column": it.pk}),
            ("post", f"{tasks}/bulk", {"tasks": [task.pk], "action": "move", "column": it.pk}),
            ("patch", f"/columns/{it.pk}", {"name": "x"}), ("post", f"/columns/{it.pk}/move", {"after": todo.pk}),
            ("delete", f"/columns/{it.pk}?move_to={todo.pk}", None),
            ("delete", f"/columns/{doing.pk}?move_to={it.pk}", None),
        ]),
        (label, lambda it: [
            ("patch", f"/labels/{it.pk}", {"name": "x"}), ("delete", f"/labels/{it.pk}", None),
            ("patch", f"/tasks/{task.pk}", {"labels": [it.pk]}), ("post", tasks, {"title": "x", "labels": [it.pk]}),
            ("post", f"{tasks}/bulk", {"tasks": [task.pk], "action": "label", "add": [it.pk]}),
        ]),
        (view, lambda it: [("patch", f"/views/{it.pk}", {"name": "x"}), ("delete", f"/views/{it.pk}", None)]),
        (comment, lambda it: [("patch", f"/comments/{it.pk}", {"body": "x"}), ("delete", f"/comments/{it.pk}", None)]),
        (item, lambda it: [
            ("patch", f"/checklist_items/{it.pk}", {"ticked": True}), ("post", f"/checklist_items/{it.pk}/move", {}),
            ("post", f"/checklist_items/{it.pk}/convert", {}), ("delete", f"/checklist_items/{it.pk}", None),
        ]),
    ):  # fmt: skip
        assert not list(wrong(anas, project, make, requests))


def test_where_people_talk_and_what_they_say(project, ana, anas):
    usual = project.rooms.get()

    def channel():
        made = Channel.open(project, "Plans", by=ana)
        return partial(made.remove, by=ana), made

    def room():
        made = usual.channel.open_room("more", by=ana)
        made.post("Hello", by=ana)
        return partial(made.remove, by=ana), made

    def message():
        made = usual.post("Hello", by=ana)
        return partial(made.remove, by=ana), made

    for make, requests in (
        (channel, lambda it: [
            ("patch", f"/channels/{it.pk}", {"topic": "x"}), ("delete", f"/channels/{it.pk}", None),
            ("post", f"/channels/{it.pk}/rooms", {"name": "x"}), ("post", f"/channels/{it.pk}/archive", {}),
            ("post", f"/channels/{it.pk}/move", {}),
            ("post", f"/rooms/{it.rooms.get().pk}/join", {}, NOTHING_TO_DO),
        ]),
        (room, lambda it: [
            ("patch", f"/rooms/{it.pk}", {"name": "x"}), ("delete", f"/rooms/{it.pk}", None),
            ("post", f"/rooms/{it.pk}/messages", {"body": "x"}),
            ("post", f"/rooms/{it.pk}/messages", {"body": "x", "thread": it.messages.get().pk}),
            ("post", f"/messages/{usual.messages.first().pk}/forward", {"room": it.pk}),
            ("post", f"/rooms/{it.pk}/unread", {"message": it.messages.get().pk}, NOTHING_TO_DO),
        ]),
        (message, lambda it: [
            ("patch", f"/messages/{it.pk}", {"body": "x"}), ("delete", f"/messages/{it.pk}", None),
            ("post", f"/messages/{it.pk}/pin", {}), ("post", f"/messages/{it.pk}/follow", {}),
            ("post", f"/messages/{it.pk}/reactions", {"emoji": "👍"}),
            ("post", f"/rooms/{usual.pk}/messages", {"body": "x", "thread": it.pk}),
        ]),
    ):  # fmt: skip
        usual.post("Stays", by=ana)
        assert not list(wrong(anas, project, make, requests))
