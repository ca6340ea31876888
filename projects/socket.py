"""One open page, as the feed sees it."""

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.conf import settings

from projects import log, metrics, numbers, wire
from projects.admission import Admission
from projects.frame import Batch, Frame, events
from projects.log import Line, Reading
from projects.outbox import Outbox
from projects.threads import in_database

if TYPE_CHECKING:
    from projects.project_feed import ProjectFeed

CHUNK = 100  # events in one frame of a replay
BEATS = 10  # in which heartbeats leave


class Socket:
    """One open page: what it was let in with, how far it has come, and its outbox."""

    def __init__(self, project: "ProjectFeed", admission: Admission, outbox: Outbox) -> None:
        self.project, self.admission, self.outbox = project, admission, outbox
        self.user_id = admission.user_id
        self.beat = random.randrange(BEATS)
        self.looking_at: int | None = None  # a task
        self.invisible, self.shares_typing = admission.invisible, admission.shares_typing
        self.on_discretion: Callable[[], None] = lambda: None  # called when one of the two changes
        self.position = 0  # the last event of the log it has, or has been told to skip
        self.number = 0  # how its person counts that one: see numbers.py
        self._waiting: list[Line] | None = []  # events that arrive during its replay; None once it is live
        self._greeted = self._outdated = False  # outdated: what it may hear changed during its replay

    def put(self, frame: dict[str, Any] | Frame, *, ephemeral: bool = False) -> None:
        if not self._greeted:
            return  # the first frame is "hello"; all that matters is in the replay after it
        self.outbox.put(frame if isinstance(frame, Frame) else Frame(wire.text(frame)), ephemeral=ephemeral)

    async def resume(self, after: int | None) -> None:
        """Say hello, send what happened after `after` (None: from now on), then go live."""
        await self.project.ready()
        self._greeted = True
        self.number = self.project.last_for(self.user_id)
        hello = {"type": "hello", "sequence": self.number, "epoch": self.project.epoch}
        self.put({**hello, "heartbeat": settings.FEED_HEARTBEAT_SECONDS, "me": self._me()})
        if after is None:
            self.position = self.project.head
            metrics.LIVE.inc()
        elif recent := self.project.recent(self.user_id, after):
            self._replay(recent)
            metrics.RING.inc()
        else:
            reading = await in_database(log.read, self.project.id, after=after, user_id=self.user_id)
            if self._outdated:
                reading = Reading(self.project.head, self.project.last_for(self.user_id), reset=True)
            self._replay(reading)
            (metrics.RESET if reading.reset else metrics.REPLAY).inc()
        waiting, self._waiting = self._waiting, None
        if waiting:
            self.hear(Batch(waiting))

    def _replay(self, reading: Reading) -> None:
        self.position, self.number = reading.head, reading.last
        if reading.reset:
            self.put({"type": "reset", "sequence": reading.last})
            return
        for start in range(0, len(reading.lines), CHUNK):
            self.put(events(reading.lines[start : start + CHUNK], reading.before + start))
        self.put({"type": "caught_up", "sequence": reading.last})

    def hear(self, batch: Batch) -> int:
        """Take over from the feed what this socket may hear and does not have: so many events."""
        if self._waiting is not None:
            self._waiting += batch.lines
            return 0
        frame, count = batch.part(self.position, self.project.heard_by(self.user_id), self.number)
        self.position = max(self.position, batch.last)
        self.number += count
        if frame:
            self.outbox.put(frame)
        return count

    @property
    def turn(self) -> int | None:
        """The turn that it counts in; None before it was greeted."""
        return numbers.turn_in(self.number) if self._greeted else None

    def start_afresh(self) -> None:
        """What it may hear has changed, or the log has: only a snapshot can say how things stand."""
        self.position, self.number = self.project.head, self.project.last_for(self.user_id)
        if self._waiting is not None:
            self._waiting.clear()
            self._outdated = True
        else:
            self.put({"type": "reset", "sequence": self.number})

    # What its person does, as the others see it --------------------------------------------------------

    async def become(self, *, invisible: bool, shares_typing: bool) -> None:
        """Its person turned invisible, for one: to the others that is as if this page closed, or opened again."""
        was_invisible, was = self.invisible, (self.invisible, self.shares_typing)
        self.invisible, self.shares_typing = invisible, shares_typing
        if was == (invisible, shares_typing):
            return
        self.put({"type": "me", **self._me()})
        self.on_discretion()
        if was_invisible != invisible and self.looking_at is not None:
            await self._tell_viewing(None if invisible else self.looking_at)

    def _me(self) -> dict[str, bool]:
        return {"invisible": self.invisible, "shares_typing": self.shares_typing}

    async def typing(self, room_id: int) -> None:
        if self.invisible or not self.shares_typing:
            return
        rooms = self.project.rooms
        if room_id not in rooms:
            self.project.refresh_soon()  # a room of this very moment; the next frame comes in 4 s
            return
        audience = rooms[room_id]
        if audience is None or audience in self.project.heard_by(self.user_id):
            await self._tell({"type": "typing", "user": self.user_id, "room": room_id}, audience)

    async def viewing(self, task_id: int | None) -> None:
        self.looking_at = task_id
        if not self.invisible:
            await self._tell_viewing(task_id)

    async def _tell_viewing(self, task_id: int | None) -> None:
        await self._tell({"type": "viewing", "user": self.user_id, "task": task_id}, None)

    async def _tell(self, frame: dict[str, Any], audience: int | None) -> None:
        await self.project.feed.tell_project(self.project.id, frame, audience=audience, but=self.user_id)
