"""Deeds: all that people do beside posting and planning, one after the other, each until it is known to be done.

What the last deed left of a thing is remembered, and the oracle asks for it: what was acknowledged stands (I5).
"""

import itertools
import random
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any

from tests.faults.house import Caller, Place
from tests.faults.writers import Write, insist

GONE = None
Thing = tuple[str, int]  # the section of a snapshot, or of SHEETS, and the id there

# What no snapshot holds, and where it is read: {section: path of the list of a task's}.
SHEETS = {"comments": "comments", "attachments": "attachments", "checklist_items": "checklist"}
A_FILE = ("plan.txt", b"A file of few words.\n")


class Stopped(Exception):
    """No further deed is to be done."""


class Doer:
    """The project's owner in a thread: scenes in an order of their own, again and again, `pause` seconds between deeds.

    `expected`: {thing: fields that it has now, or GONE}, as the acknowledged deeds left it.
    """

    def __init__(
        self, place: Place, *, url: str | None = None, pause: float = 0.05, patience: float = 60
    ) -> None:
        self.place, self.pause, self.patience = place, pause, patience
        self.deeds: list[Write] = []
        self.expected: dict[Thing, dict[str, Any] | None] = {}
        self.of: dict[Thing, int] = {}  # a part's task
        snapshot = place.snapshot()
        self._columns = [row["id"] for row in snapshot["columns"]]
        self._channel = next(row["id"] for row in snapshot["channels"] if not row["private"])
        self._caller = place.house.caller(place.owner, url)
        self._name = f"deed-{secrets.token_hex(4)}"
        self._numbers = itertools.count()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)

    def start(self) -> "Doer":
        self._thread.start()
        return self

    def finish(self) -> None:
        """No new deeds; the one under way is seen through."""
        self._stop.set()

    def join(self) -> None:
        self._thread.join(self.patience + 30)
        assert not self._thread.is_alive(), "a deed got no answer and no error"
        self._caller.close()

    def _work(self) -> None:
        scenes = [self._cards, self._several, self._parts, self._talk, self._order]
        try:
            for turn in itertools.count():
                for scene in random.sample(scenes, len(scenes)):
                    scene(turn)
        except Stopped:
            pass

    # One scene each ------------------------------------------------------------------------------------------

    def _cards(self, turn: int) -> None:
        """One is moved, another archived, a third thrown away; every other one comes back."""
        moved, archived, thrown = (self._task() for _ in range(3))
        self._move(moved, turn)
        self._do("POST", f"/tasks/{archived}/archive", leaves=("tasks", archived, GONE))
        self._do("DELETE", f"/tasks/{thrown}", leaves=("tasks", thrown, GONE))
        if turn % 2:
            self._do(
                "POST", f"/tasks/{archived}/unarchive", leaves=("tasks", archived, {"archived_at": None})
            )
            self._do("POST", f"/tasks/{thrown}/restore", leaves=("tasks", thrown, {"archived_at": None}))

    def _several(self, turn: int) -> None:
        """Moved, finished or archived as one act, half of which are taken back."""
        tasks = [self._task() for _ in range(3)]
        before = [self.expected[("tasks", task)] for task in tasks]
        goal = self._columns[turn % 2 + 1]
        how, after = [
            ({"action": "move", "column": goal}, {"column": goal}),
            ({"action": "change", "priority": "high"}, {"priority": "high"}),
            ({"action": "archive"}, GONE),
            ({"action": "delete"}, GONE),
        ][turn % 4]
        act = {"tasks": tasks, "client_id": self._key(), **how}
        answer = self._do("POST", f"/projects/{self.place.id}/tasks/bulk", act)
        for task in tasks:
            self._leave("tasks", task, after)
        if turn // 4 % 2 == 0:
            self._do("POST", f"/batches/{answer['undo']}/undo")
            for task, fields in zip(tasks, before, strict=True):
                self._leave("tasks", task, fields)

    def _parts(self, turn: int) -> None:
        """A task gets a checklist, a comment and a file, and loses some of it."""
        task = self._task()
        item = self._make("checklist_items", f"/tasks/{task}/checklist", "text", of=task)
        ticked = self._do("PATCH", f"/checklist_items/{item}", {"ticked": True})["ticked_at"]
        self._leave("checklist_items", item, {"ticked_at": ticked})
        comment = self._make("comments", f"/tasks/{task}/comments", "body", of=task)
        upload = self._do("POST", f"/projects/{self.place.id}/uploads", file=A_FILE)["id"]
        answer = self._do("POST", f"/tasks/{task}/attachments", {"upload": upload})
        file = answer["id"]
        self._leave("attachments", file, {"name": A_FILE[0]}, of=task)
        self._leave("tasks", task, {"attachment_count": 1, "comment_count": 1})
        if turn % 2:
            self._do("DELETE", f"/comments/{comment}", leaves=("comments", comment, GONE))
            self._do("DELETE", f"/attachments/{file}", leaves=("attachments", file, GONE))
            self._leave("tasks", task, {"attachment_count": 0, "comment_count": 0})

    def _talk(self, turn: int) -> None:
        """A word begins a thread, is answered there, reacted to, pinned; an answer is put better, or taken back."""
        path = f"/rooms/{self.place.room}/messages"
        root = self._make("messages", path, "body")
        answers = [self._make("messages", path, "body", thread=root) for _ in range(2)]
        self._leave("messages", root, {"reply_count": 2})
        self._do("POST", f"/messages/{root}/reactions", {"emoji": "👍"})
        who = {"emoji": "👍", "users": [self.place.owner.id]}
        self._leave("messages", root, {"reactions": [who]})
        pinned = self._do("POST", f"/messages/{root}/pin", {})["pinned_at"]
        self._leave("messages", root, {"pinned_at": pinned})
        better = f"{self._key()} put better"
        self._do("PATCH", f"/messages/{answers[0]}", {"body": better})
        self._leave("messages", answers[0], {"body": better})
        if turn % 2:
            self._do("DELETE", f"/messages/{answers[1]}", leaves=("messages", answers[1], GONE))
            self._leave("messages", root, {"reply_count": 1})
            self._do("DELETE", f"/messages/{root}/pin", leaves=("messages", root, {"pinned_at": None}))

    def _order(self, turn: int) -> None:
        """Who may do what, a member's role, a column and a channel as they are from now on."""
        place, odd, last = self.place, bool(turn % 2), self.place.people[-1].id
        self._do("PATCH", f"/projects/{place.id}/rights", {"guest": {"comment": odd}})
        role = {"role": "admin" if odd else "member"}
        self._do("PATCH", f"/projects/{place.id}/members/{last}", role, leaves=("members", last, role))
        column, colour = self._columns[0], {"colour": "teal" if odd else "red"}
        self._do("PATCH", f"/columns/{column}", colour, leaves=("columns", column, colour))
        topic = {"topic": self._key()}
        self._do("PATCH", f"/channels/{self._channel}", topic, leaves=("channels", self._channel, topic))

    # One deed --------------------------------------------------------------------------------------------------

    def _key(self) -> str:
        return f"{self._name}-{next(self._numbers)}"

    def _task(self) -> int:
        task = self._make("tasks", f"/projects/{self.place.id}/tasks", "title")
        self._leave("tasks", task, {"column": self._columns[0], "priority": "none"})
        return task

    def _move(self, task: int, turn: int) -> None:
        goal = {"column": self._columns[1 + turn % 2]}
        self._do("POST", f"/tasks/{task}/move", goal, leaves=("tasks", task, goal))

    def _make(self, section: str, path: str, field: str, *, of: int | None = None, **more: Any) -> int:
        """Something that has its client_id for its text; its id."""
        key = self._key()
        made = self._do("POST", path, {field: key, "client_id": key, **more})["id"]
        self._leave(section, made, {field: key}, of=of)
        return made

    def _leave(self, section: str, id: int, fields: dict[str, Any] | None, *, of: int | None = None) -> None:
        """From now on it is expected to have these fields, beside those that it had."""
        thing = (section, id)
        known = self.expected.get(thing) or {}
        self.expected[thing] = GONE if fields is GONE else {**known, **fields}
        if of is not None:
            self.of[thing] = of

    def _do(
        self, method: str, path: str, body: Any = None, *,
        file: tuple[str, bytes] | None = None, leaves: tuple[str, int, dict[str, Any] | None] | None = None,
    ) -> Any:  # fmt: skip
        """Until it is done, and what was answered. Stopped when there is to be no more of it, or nobody knows."""
        if self._stop.wait(self.pause * random.uniform(0.5, 1.5)):
            raise Stopped
        deed = Write(f"{method} {path}", "deed", self.place.owner.id, time.monotonic())
        self.deeds.append(deed)
        answer = insist(deed, self._request(method, path, body, file), patience=self.patience)
        if answer is None:
            raise Stopped
        if leaves:
            self._leave(*leaves)
        return answer.json if answer.text and answer.status < 300 else {}

    def _request(
        self, method: str, path: str, body: Any, file: tuple[str, bytes] | None
    ) -> Callable[[], Any]:
        if file:
            return lambda: self._caller.bring(f"/api/v1{path}", *file)
        return lambda: self._caller.call(method, f"/api/v1{path}", body)


def read_sheets(doer: Doer, caller: Caller) -> dict[str, dict[int, Any]]:
    """What no snapshot holds, as a page reads it now: {section: {id: row}}, of the doer's own things."""
    found: dict[str, dict[int, Any]] = {name: {} for name in (*SHEETS, "messages")}
    for section, task in {(section, task) for (section, _), task in doer.of.items()}:
        items = caller.ask("GET", f"/tasks/{task}/{SHEETS[section]}")["items"]
        found[section] |= {row["id"]: row for row in items}
    for section, id in list(doer.expected):
        if section == "messages":
            answer = caller.call("GET", f"/api/v1/messages/{id}")
            assert answer.status in (200, 404), answer.text
            if answer.status == 200:
                found["messages"][id] = answer.json
    return found
