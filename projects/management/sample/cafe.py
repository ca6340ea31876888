"""The sample project: people, cards and talk, made with the same verbs as everything else."""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.models import User
from chat.models import Message, Room, RoomMembership
from projects.models import Membership, Project
from tasks.models import Activity, ChecklistItem, Comment, Dependency, Label, Task

STORY = tomllib.loads(Path(__file__).with_name("cafe.toml").read_text())

Cast = dict[str, User]


def people(password: str) -> Cast:
    """Ana, Ben and Gus by handle; whoever is missing is made."""
    return {who["handle"]: _person(who["handle"], who["name"], password) for who in STORY["people"]}


def make(cast: Cast, *, password: str) -> Project:
    """A new sample project of Ana's. Pages that are open see it appear at once, not piece by piece."""
    ana = cast["ana"]
    project = Project.objects.open(STORY["name"], key=STORY["key"], description=STORY["description"], by=ana)
    with project.quietly(by=ana):
        for who in STORY["people"][1:]:
            Membership(project=project, user=cast[who["handle"]], role=who["role"]).begin(by=ana)
        labels = {
            name: Label.objects.add_to(project, name, colour=colour, by=ana).pk
            for name, colour in STORY["labels"].items()
        }
        for card in STORY["tasks"]:
            _add_task(project, card, cast, labels, password)
        _link(project)
        _talk(project, cast)
        begun = _ago(STORY["begun"])
        project.memberships.update(joined_at=begun)
        Project.objects.filter(pk=project.pk).update(is_sample=True, created_at=begun)
    return project


def _add_task(
    project: Project, card: dict[str, Any], cast: Cast, labels: dict[str, int], password: str
) -> None:
    column = project.columns.all()[card["column"]]
    task, _ = Task.objects.add_to(
        project,
        card["title"],
        column=column,
        by=cast[card["by"]],
        description=card.get("description", "").replace("{password}", password),
        assignees={cast[handle].pk for handle in card.get("assignees", ())},
        labels={labels[name] for name in card.get("labels", ())},
        due_at=_evening(card["due"]) if "due" in card else None,
        priority=card.get("priority", "none"),
    )
    for text, ticked in card.get("checklist", {}).items():
        item, _ = ChecklistItem.objects.add_to(task, text, by=cast[card["by"]])
        if ticked:
            item.change(ticked=True, by=cast[card["by"]])
    for said in card.get("comments", ()):
        comment, _ = Comment.objects.add_to(task, said["body"], by=cast[said["by"]])
        Comment.objects.filter(pk=comment.pk).update(created_at=_ago(said["ago"]))
    changed = _ago(said["ago"] if "comments" in card else max(card["ago"] - 40, 1))
    completed = changed if column.done else None
    Task.objects.filter(pk=task.pk).update(
        created_at=_ago(card["ago"]), updated_at=changed, completed_at=completed
    )


def _link(project: Project) -> None:
    """What waits for what, by their titles; and all of it was long ago."""
    tasks = {task.title: task for task in project.tasks.select_related("created_by")}
    for card in STORY["tasks"]:
        for title in card.get("blocked_by", ()):
            task = tasks[card["title"]]
            Dependency.objects.add_to(task, tasks[title], by=task.created_by)
    for card in STORY["tasks"]:
        Activity.objects.filter(task=tasks[card["title"]]).update(created_at=_ago(card["ago"]))


def _talk(project: Project, cast: Cast) -> None:
    """Everybody is in all rooms; what was said stands in the order of the clock, over all of them."""
    channel = project.channels.first()
    rooms = {STORY["rooms"][0]["name"]: channel.rooms.first()}
    for told in STORY["rooms"][1:]:
        rooms[told["name"]] = channel.open_room(told["name"], by=cast["ana"])
    for room in rooms.values():
        for person in cast.values():
            room.join(user=person, by=person)
    said = [(told["name"], line) for told in STORY["rooms"] for line in told["messages"]]
    for name, line in sorted(said, key=lambda each: -each[1]["ago"]):
        message = rooms[name].post(line["body"], by=cast[line["by"]])
        Message.objects.filter(pk=message.pk).update(created_at=_ago(line["ago"]))
    for told in STORY["rooms"]:
        _read(rooms[told["name"]], told.get("unread", {}), cast)


def _person(handle: str, name: str, password: str) -> User:
    email = f"{handle}@example.com"
    if known := User.objects.filter(email=email).first():
        return known
    rights = {"is_staff": True, "is_superuser": True} if handle == "ana" else {}
    person = User.objects.create_user(email, handle, name, password, **rights)
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


def _read(room: Room, unread: dict[str, int], cast: Cast) -> None:
    newest = list(room.messages.order_by("-pk").values_list("pk", flat=True))
    for who, person in cast.items():
        RoomMembership.objects.filter(room=room, user=person).update(last_read=newest[unread.get(who, 0)])


def _ago(hours: float) -> datetime:
    return timezone.now() - timedelta(hours=hours)


def _evening(days: float) -> Any:
    return (timezone.now() + timedelta(days=days)).replace(hour=16, minute=0, second=0, microsecond=0)
