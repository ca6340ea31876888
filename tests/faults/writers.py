"""Writers: people who post and plan over HTTP, again and again until they know what became of it."""

import http.client
import itertools
import random
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.faults.house import Answer, Caller, Person, Place
from tests.machine import clock

PAUSE = 0.25  # seconds before a write is tried again
KNOWN_REFUSALS = {400, 401, 403, 404, 409, 413, 422}


@dataclass
class Write:
    """One thing said once, however often it was sent; `key` is its client_id and stands in its text."""

    key: str
    kind: str  # "message" or "task"; or "deed", which has no text (see deeds.py)
    by: int
    sent: float
    answers: list[int | str] = field(default_factory=list)  # a status, or the name of what went wrong, a try
    acknowledged: float | None = None
    refused: bool = False
    id: int | None = None

    @property
    def first_try(self) -> bool:
        return self.acknowledged is not None and len(self.answers) == 1

    @property
    def waited(self) -> float:
        return clock.between(self.sent, self.acknowledged) if self.acknowledged is not None else 0.0


class Writer:
    """One person in a thread: a message, a message, a task, and so on, `pause` seconds apart."""

    def __init__(
        self, place: Place, person: Person, *, pause: float = 0.05, patience: float = 60, size: int = 120,
        url: str | None = None, retries: bool = True,
    ) -> None:  # fmt: skip
        self.place, self.person, self.pause, self.patience, self.size = place, person, pause, patience, size
        self.retries = retries
        self.writes: list[Write] = []
        self._caller = place.house.caller(person, url)
        self._name = f"{person.handle}-{secrets.token_hex(4)}"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)

    def start(self) -> "Writer":
        self._thread.start()
        return self

    def finish(self) -> None:
        """No new writes; the one under way is seen through."""
        self._stop.set()

    def join(self) -> None:
        self._thread.join(self.patience + 30)
        assert not self._thread.is_alive(), "a writer got no answer and no error"
        self._caller.close()

    def _work(self) -> None:
        for number in itertools.count():
            if self._stop.is_set():
                return
            kind = "task" if number % 4 == 3 else "message"
            write = Write(f"{self._name}-{number}", kind, self.person.id, time.monotonic())
            self.writes.append(write)
            see_through(
                write, self._caller, self.place, size=self.size, patience=self.patience, retries=self.retries
            )
            self._stop.wait(self.pause * random.uniform(0.5, 1.5))


def see_through(
    write: Write, caller: Caller, place: Place, *, size: int = 120, patience: float = 60, retries: bool = True
) -> Write:
    """Send it until it is acknowledged or refused, for `patience` seconds; without `retries` once."""
    path, body = request_of(write, place, size)
    answer = insist(write, lambda: caller.call("POST", path, body), patience=patience, retries=retries)
    if write.acknowledged is not None:
        write.id = answer.json["id"]
    return write


def insist(
    write: Write, ask: Callable[[], Answer], *, patience: float = 60, retries: bool = True
) -> Answer | None:
    """Ask until something is known, and note it: the answer that settled it, None when nobody knows in time.

    What is asked of somebody who may have done it already can be refused for that: a deed is then done.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            answer = ask()
        except (OSError, http.client.HTTPException) as error:
            write.answers.append(type(error).__name__)
        else:
            write.answers.append(answer.status)
            done_before = write.kind == "deed" and len(write.answers) > 1 and answer.status in (404, 409)
            if 200 <= answer.status < 300 or done_before:
                write.acknowledged = time.monotonic()
                return answer
            if answer.status in KNOWN_REFUSALS:
                write.refused = True
                return None
            if answer.status == 429:
                time.sleep(min(float(answer.headers.get("Retry-After", 1)), 5))
        if not retries or time.monotonic() > deadline:
            return None
        time.sleep(PAUSE * random.uniform(0.5, 1.5))


def request_of(write: Write, place: Place, size: int = 120) -> tuple[str, dict[str, Any]]:
    if write.kind == "task":
        return f"/api/v1/projects/{place.id}/tasks", {"title": write.key, "client_id": write.key}
    text = f"{write.key} ".ljust(size, "x")
    return f"/api/v1/rooms/{place.room}/messages", {"body": text, "client_id": write.key}
