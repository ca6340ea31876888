"""Snapshot, then events: applied to an older snapshot they give the newer one, for every event there is."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models.signals import post_init
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from chat.models import Message
from projects.live import Live, announce
from tasks.models import Attachment, Task
from tests.conftest import API, add, person, picture

SECTIONS = {
    "member": "members",
    "column": "columns",
    "label": "labels",
    "task": "tasks",
    "view": "views",
    "channel": "channels",
    "room": "rooms",
    "follow": "follows",
}
# Not in the snapshot: a page reads them where they are shown, and events keep them true from then on.
BESIDE = {
    "comment": "comments",
    "message": "messages",
    "attachment": "attachments",
    "checklist_item": "checklist",
}
PERSONAL = {"presence", "readings", "sequence", "me", "former"}


class Page:
    """What a page holds, and what events make of it."""

    def __init__(self, snapshot: dict[str, Any]) -> None:
        self.sequence = snapshot["sequence"]
        self.project = snapshot["project"]
        self.state = {
            name: {row["id"]: row for row in snapshot.get(name, [])}
            for name in (*SECTIONS.values(), *BESIDE.values())
        }
        self.names: set[str] = set()

    def apply(self, event: dict[str, Any]) -> None:
        noun, change = event["name"].split(".")
        self.names.add(event["name"])
        self.sequence = max(self.sequence, event["sequence"])
        if noun == "project":
            self.project = event["data"]
        elif section := (SECTIONS | BESIDE).get(noun):
            if change == "deleted" or (noun == "task" and event["data"]["archived_at"]):
                self.state[section].pop(event["data"]["id"], None)
            else:
                self.state[section][event["data"]["id"]] = event["data"]


def same(page: Page, fresh: dict[str, Any]) -> None:
    assert page.project == fresh["project"]
    for section in SECTIONS.values():
        assert page.state[section] == {row["id"]: row for row in fresh[section]}, section


def every_change(project: Any, ana: Any, ben: Any) -> list[Callable[[], Any]]:
    """One step for each thing that can happen in a project, over the API, as its owner and its member."""
    owner, member, made = API(ana), API(ben), {}

    def make(name: str, caller: API, path: str, body: Any) -> Callable[[], Any]:
        def step() -> Any:
            response = caller.post(path.format(**made), body() if callable(body) else body)
            assert response.status_code == 201, response.content
            made[name] = response.json()["id"]
            return response

        return step

    def do(caller: API, method: str, path: str, body: Any = None) -> Callable[[], Any]:
        def step() -> Any:
            response = caller.request(method, path.format(**made), body() if callable(body) else body)
            assert response.status_code in (200, 201, 204), response.content
            return response

        return step

    p = f"/projects/{project.pk}"
    guest = person("mona")
    room = project.rooms.first()

    def a_file() -> dict[str, Any]:
        return {"file": SimpleUploadedFile("wall.png", picture())}

    return [
        do(owner, "patch", p, {"name": "Website", "description": "**All** of it"}),
        lambda: add(project, guest, "guest"),
        do(owner, "patch", f"{p}/members/{guest.pk}", {"role": "member"}),
        make("column", owner, f"{p}/columns", {"name": "Review"}),
        do(owner, "patch", "/columns/{column}", {"name": "In review"}),
        make("label", owner, f"{p}/labels", {"name": "bug", "colour": "red"}),
        do(owner, "patch", "/labels/{label}", {"colour": "blue"}),
        make("task", member, f"{p}/tasks", lambda: {"title": "שלום 🎉", "labels": [made["label"]]}),
        do(member, "patch", "/tasks/{task}", {"assignees": [ben.pk, ana.pk]}),
        make("other", member, f"{p}/tasks", {"title": "Another", "description": "See WEB-1 and @ben"}),
        do(member, "patch", "/tasks/{task}", {"title": "Renamed", "due_at": "2030-01-01T12:00:00+02:00"}),
        do(member, "post", "/tasks/{task}/move", lambda: {"column": made["column"]}),
        do(member, "post", "/tasks/{task}/complete", {}),
        do(member, "post", "/tasks/{task}/reopen", {}),
        do(member, "post", "/tasks/{task}/archive", {}),
        do(member, "patch", "/tasks/{task}", {"priority": "low"}),
        do(member, "post", "/tasks/{task}/unarchive", {}),
        do(owner, "patch", "/columns/{column}", {"colour": "teal", "limit": 3, "limit_refuses": True}),
        make("comment", member, "/tasks/{task}/comments", {"body": "I see `it`"}),
        do(member, "patch", "/comments/{comment}", {"body": "I saw it"}),
        do(member, "delete", "/comments/{comment}"),
        make("kept", owner, "/tasks/{task}/comments", {"body": "Stays"}),
        make("upload", member, f"{p}/uploads", a_file),
        make("attachment", member, "/tasks/{task}/attachments", lambda: {"upload": made["upload"]}),
        do(member, "delete", "/attachments/{attachment}"),
        do(owner, "post", "/attachments/{attachment}/restore", {}),
        lambda: announce(Attachment.objects.get(pk=made["attachment"])),
        make("item", member, "/tasks/{task}/checklist", {"text": "Buy paint", "assignee": ben.pk}),
        make("next_item", member, "/tasks/{task}/checklist", lambda: {"text": "Paint", "before": made["item"]}),
        do(member, "patch", "/checklist_items/{item}", {"ticked": True}),
        do(member, "patch", "/checklist_items/{item}", {"text": "Buy much paint"}),
        do(member, "post", "/checklist_items/{item}/move", lambda: {"before": made["next_item"]}),
        do(member, "delete", "/checklist_items/{item}"),
        do(member, "post", "/checklist_items/{item}/restore", {}),
        do(owner, "post", "/checklist_items/{next_item}/convert", {}),
        do(owner, "post", "/tasks/{task}/dependencies", lambda: {"blocked_by": made["other"]}),
        do(owner, "delete", "/tasks/{other}/dependencies/{task}"),
        do(owner, "post", "/tasks/{task}/dependencies", lambda: {"blocks": made["other"]}),
        do(owner, "post", "/tasks/{task}/watch", {}),
        do(owner, "post", "/tasks/{task}/unwatch", {}),
        make("picture", member, f"{p}/uploads", a_file),
        make("seen", member, f"/rooms/{room.pk}/messages", lambda: {"attachments": [made["picture"]]}),
        do(member, "delete", "/tasks/{other}"),
        do(member, "post", "/tasks/{other}/restore", {}),
        do(member, "delete", "/tasks/{other}"),
        do(owner, "delete", "/labels/{label}"),
        do(member, "post", "/tasks/{task}/move", lambda: {"column": made["column"]}),
        lambda: owner.delete(f"/columns/{made['column']}?move_to={project.columns.order_by('position').first().pk}"),
        make("several", member, f"{p}/tasks", {"title": "One of several"}),
        do(member, "post", f"{p}/tasks/bulk", lambda: {"tasks": [made["several"], made["task"]], "action": "complete"}),
        do(member, "post", f"{p}/tasks/bulk", lambda: {"tasks": [made["several"]], "action": "delete"}),
        make("view", member, f"{p}/views", {"name": "Late", "query": {"due": "overdue"}}),
        do(member, "patch", "/views/{view}", {"shared": True}),
        make("ours", owner, f"{p}/views", {"name": "Ours", "shared": True}),
        do(owner, "patch", "/views/{ours}", {"name": "All of ours"}),
        do(owner, "patch", "/views/{ours}", {"shared": False}),
        do(owner, "patch", "/views/{ours}", {"name": "Mine"}),
        do(member, "patch", "/views/{view}", {"shared": False}),
        do(member, "delete", "/views/{view}"),
        make("channel", owner, f"{p}/channels", {"name": "Design", "topic": "Colours"}),
        do(owner, "patch", "/channels/{channel}", {"topic": "Colours and type", "may_post": "members"}),
        do(owner, "post", "/channels/{channel}/move", lambda: {"before": project.channels.get(name="General").pk}),
        do(owner, "post", "/channels/{channel}/archive"),
        do(owner, "post", "/channels/{channel}/restore"),
        make("room", owner, "/channels/{channel}/rooms", {"name": "logo"}),
        do(owner, "patch", "/rooms/{room}", {"name": "logos"}),
        do(member, "post", "/rooms/{room}/join", {}),
        make("message", member, "/rooms/{room}/messages", {"body": "**Hello** @ana", "client_id": "one"}),
        do(member, "patch", "/messages/{message}", {"body": "Hello"}),
        make("second", owner, "/rooms/{room}/messages", {"body": "Hi"}),
        do(owner, "delete", "/messages/{message}"),
        make("reply", member, "/rooms/{room}/messages", lambda: {"body": "Hi @ana", "thread": made["second"]}),
        do(member, "post", "/messages/{reply}/reactions", {"emoji": "👍🏽"}),
        do(owner, "post", "/messages/{second}/pin", {}),
        do(owner, "delete", "/messages/{second}/follow"),
        do(owner, "post", "/messages/{second}/follow", {}),
        do(member, "delete", "/messages/{second}/follow"),
        make("more", owner, "/rooms/{room}/messages", lambda: {"body": "More", "thread": made["reply"]}),
        do(owner, "delete", "/messages/{second}"),
        do(owner, "delete", "/messages/{more}"),
        make("forwarded", member, "/messages/{reply}/forward", lambda: {"room": made["room"]}),
        do(member, "post", "/rooms/{room}/leave", {}),
        make("spare", owner, "/channels/{channel}/rooms", {"name": "spare"}),
        do(owner, "delete", "/rooms/{spare}"),
        make("passing", owner, f"{p}/channels", {"name": "Passing", "guests": True}),
        do(owner, "delete", "/channels/{passing}"),
        do(owner, "delete", f"{p}/members/{guest.pk}"),
        do(owner, "post", f"{p}/archive", {}),
        do(owner, "post", f"{p}/restore", {}),
    ]  # fmt: skip


class Reader:
    """Ben, who asks for snapshots and events."""

    def __init__(self, project: Any, user: Any) -> None:
        self.api, self.path = API(user), f"/projects/{project.pk}"

    def snapshot(self) -> dict[str, Any]:
        return self.api.get(f"{self.path}/snapshot").json()

    def events(self, after: int) -> list[dict[str, Any]]:
        answer = self.api.get(f"{self.path}/events", after=after).json()
        assert "reset" not in answer
        return answer["events"]

    def beside(self, section: str, of: str, where: int) -> dict[int, Any]:
        items = self.api.get(f"/{of}s/{where}/{section}").json()["items"]
        return {row["id"]: row for row in items}


@pytest.fixture
def reader(project, ben) -> Reader:
    return Reader(project, ben)


def test_events_after_a_snapshot_give_the_next_snapshot(project, ana, ben, reader):
    page = Page(reader.snapshot())
    for step in every_change(project, ana, ben):
        step()
        for event in reader.events(page.sequence):
            page.apply(event)
        same(page, reader.snapshot())
    for of, section in (
        ("task", "comments"),
        ("room", "messages"),
        ("task", "attachments"),
        ("task", "checklist"),
    ):
        for where in page.state[f"{of}s"]:
            rows = page.state[section].items()
            held = {id: row for id, row in rows if row[of] == where and not row.get("thread")}
            assert reader.beside(section, of, where) == held
    nouns = {model.noun for model in Live.__subclasses__()} - {"channel_member"}
    everything = {f"{noun}.{change}" for noun in nouns for change in ("created", "updated", "deleted")}
    # The project was there before; its end leaves no log, and closes the page.
    assert everything - page.names == {"project.created", "project.deleted", "follow.updated"}


def test_applying_all_of_the_log_at_once_and_twice_changes_nothing(project, ana, ben, reader):
    page = Page(reader.snapshot())
    start = page.sequence
    for step in every_change(project, ana, ben):
        step()
    events = reader.events(start)
    for event in [*events, *events, *events]:
        page.apply(event)
    same(page, reader.snapshot())


def test_what_was_deleted_for_good_left_no_text_in_the_log(project, ana, ben, reader):
    for step in every_change(project, ana, ben):
        step()
    log = "".join(project.events.values_list("tail", flat=True))
    assert "I saw it" not in log and "Hello" not in log
    assert "Stays" in log


def test_the_snapshot_takes_as_many_queries_for_much_as_for_little(project, ana, ben, reader):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert reader.snapshot()["project"]["id"] == project.pk
        return len(queries)

    reader.snapshot()
    few = count()
    owner = API(ana)
    for number in range(15):
        add(project, person(f"extra{number}"), "member")
        owner.post(f"/projects/{project.pk}/tasks", {"title": f"Task {number}", "assignees": [ben.pk]})
        owner.post(f"/channels/{project.channels.first().pk}/rooms", {"name": f"room {number}"})
    assert count() == few


def test_what_there_is_much_of_is_read_as_rows_and_not_as_objects(project, ana, ben, reader):
    """An object and a schema for each of 5,000 tasks took a second."""
    owner, room = API(ana), project.rooms.first()
    for number in range(3):
        owner.post(f"/projects/{project.pk}/tasks", {"title": f"Task {number}", "assignees": [ben.pk]})
        owner.post(f"/rooms/{room.pk}/messages", {"body": f"Message {number}"})
    made: list[type] = []

    def note(sender: type, **_: Any) -> None:
        made.append(sender)

    post_init.connect(note)
    try:
        assert len(reader.snapshot()["tasks"]) == 3
        assert len(owner.get(f"/projects/{project.pk}/tasks").json()["items"]) == 3
        assert len(owner.get(f"/rooms/{room.pk}/messages").json()["items"]) == 3
    finally:
        post_init.disconnect(note)
    assert User in made
    assert not {Task, Message} & set(made)
