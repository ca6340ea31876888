"""The sockets of this process as the roster hears of them: one task tells Redis for all, and no socket waits for it.

Arrivals, departures and what people do are noted at once and told together; whoever was not told for nearly
PRESENCE_BEAT_SECONDS is told anew, every PRESENCE_SWEEP_SECONDS the roster is asked whose time has come. What changed
goes to everyone who shares a project with the person. Without Redis notes wait; back again, all is told within a sweep.
"""

import asyncio
import logging
import random
import secrets
import time
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db.models import Q
from redis.exceptions import RedisError

from accounts.models import User
from presence import roster
from presence.roster import Change
from projects import metrics, wire
from projects.feed import feed
from projects.frame import Frame
from projects.project_feed import ProjectFeed
from projects.socket import Socket
from projects.threads import in_database

logger = logging.getLogger(__name__)

TOO_MANY, RESTARTING = 4429, 1012
OLDEST = (
    6 * 3600,
    12 * 3600,
)  # seconds: a socket this old is asked to come again, so that processes can be renewed
TOGETHER = 0.1  # seconds: what is noted so soon after other notes is told together
SEEN_AGAIN = timedelta(minutes=1)


@dataclass(eq=False)
class Seat:
    """One socket's place: `state` is what its page said last."""

    socket: Socket
    connection: str = field(default_factory=lambda: secrets.token_hex(8))
    state: str = "here"
    until: float = field(default_factory=lambda: time.monotonic() + random.uniform(*OLDEST))
    told_at: float = 0.0  # when Redis last heard of it

    @property
    def user(self) -> int:
        return self.socket.user_id

    @property
    def standing(self) -> str:
        # Repeating "active" would count as input that nobody made.
        return "here" if self.state == "active" else self.state


class Attendance:
    """All seats of one event loop, and the task that speaks for them."""

    def __init__(self) -> None:
        self.seats: set[Seat] = set()
        self._notes: dict[tuple[Seat, str], None] = {}  # what to tell, in order
        self._left: dict[Seat, float] = {}  # who has gone, and when to stop saying so
        self._newcomers: set[Seat] = set()
        # (project, None or somebody invisible who looked) -> user -> as last read
        self._known: dict[tuple[int, int | None], dict[int, dict[str, Any]]] = {}
        self._noted = asyncio.Event()
        self._task: asyncio.Task | None = None
        self._writes: set[asyncio.Task] = set()

    def join(self, socket: Socket) -> Seat:
        """The socket is open from now on."""
        seat = Seat(socket)
        self.seats.add(seat)
        self._newcomers.add(seat)
        socket.on_discretion = lambda: self.note(seat, seat.standing, urgent=True)
        self.note(seat, "here", urgent=True)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work(), context=Context())
        return seat

    def note(self, seat: Seat, state: str, *, urgent: bool = False) -> None:
        """Its page says how active its person is. That they still are can wait for the next sweep; that they still are
        not is what the next beat says anyway."""
        if urgent or state != seat.state:
            self._noted.set()
        elif state != "active":
            return
        seat.state = state
        self._notes.pop((seat, state), None)
        self._notes[seat, state] = None

    def leave(self, seat: Seat) -> None:
        if seat in self.seats:
            self.seats.discard(seat)
            self._newcomers.discard(seat)
            self._left[seat] = time.monotonic() + settings.PRESENCE_EXPIRY_SECONDS
            self._noted.set()

    # The task --------------------------------------------------------------------------------------------

    async def _work(self) -> None:
        """Runs for as long as there are seats, and until the last to leave has been seen off."""
        beat_at, check_at, alone_since, away = 0.0, 0.0, None, False
        # Asked last of all is who is here: somebody may have come in while it paused.
        while (
            self.seats
            or alone_since is None
            or time.monotonic() - alone_since < settings.PRESENCE_EXPIRY_SECONDS * 1.5
        ):
            alone_since = None if self.seats else alone_since or time.monotonic()
            began_at = time.monotonic()
            try:
                if time.monotonic() >= beat_at:
                    self._part()
                    await self._beat([(seat, seat.standing) for seat in self._untold()])
                    beat_at = time.monotonic() + settings.PRESENCE_BEAT_SECONDS / 8 * random.uniform(0.9, 1.0)
                await self._tell_notes()
                await self._publish(await roster.sweep())
                await self._greet()
                if time.monotonic() >= check_at:
                    await self._check()
                    check_at = time.monotonic() + settings.PRESENCE_EXPIRY_SECONDS / 2 * random.uniform(
                        0.9, 1.0
                    )
                away = False
            except (RedisError, OSError) as error:
                if not away:
                    logger.warning("presence waits for Redis: %s", error)
                metrics.PRESENCE_ERRORS.inc()
                beat_at, away = 0.0, True
                for seat in self.seats:
                    seat.told_at = 0.0  # nobody knows what Redis still has
            except Exception:  # whatever it is: without this task everyone here would seem to leave
                logger.exception("presence failed and goes on")
            await self._pause(listening=not away)
            await asyncio.sleep(max(0, began_at + TOGETHER - time.monotonic()))

    async def _pause(self, *, listening: bool) -> None:
        """Until something is noted, at most to the next sweep."""
        seconds = settings.PRESENCE_SWEEP_SECONDS * random.uniform(0.7, 1.3)
        if not listening:
            await asyncio.sleep(seconds)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._noted.wait()

    async def _tell_notes(self) -> None:
        self._noted.clear()
        notes, self._notes = self._notes, {}
        try:
            await self._beat([(seat, state) for seat, state in notes if seat in self.seats])
        except BaseException:
            earlier = {note: None for note in notes if note not in self._notes}
            self._notes = {**earlier, **self._notes}
            raise
        while some := list(self._left.items())[: roster.TOGETHER]:
            gone = [(seat.user, seat.connection) for seat, until in some if time.monotonic() < until]
            await self._publish(await roster.depart(gone))
            for seat, _ in some:
                del self._left[seat]

    def _untold(self) -> list[Seat]:
        """Those whose turn comes before this is asked again, every eighth of a beat."""
        before = time.monotonic() - settings.PRESENCE_BEAT_SECONDS * 7 / 8
        return [seat for seat in self.seats if seat.told_at <= before]

    async def _beat(self, states: list[tuple[Seat, str]]) -> None:
        began_at = time.monotonic()
        answer = await roster.beat(
            (seat.user, seat.connection, "invisible" if seat.socket.invisible else state)
            for seat, state in states
        )
        for seat, _ in states:
            seat.told_at = began_at
        for seat in {seat for seat, _ in states if seat.connection in answer.refused}:
            self._dismiss(seat, TOO_MANY, "too many connections")
        await self._publish(answer.changed)

    def _part(self) -> None:
        for seat in list(self.seats):
            if seat.socket.outbox.closed:
                self.leave(seat)  # its peer may never say so
            elif time.monotonic() > seat.until:
                self._dismiss(seat, RESTARTING, "come again")

    def _dismiss(self, seat: Seat, code: int, reason: str) -> None:
        self.leave(seat)
        feed().close(seat.socket, code, reason)

    # To the others ---------------------------------------------------------------------------------------

    async def _publish(self, changes: list[Change]) -> None:
        if changes:
            await feed().tell_people([change._asdict() for change in changes])
        if gone := {change.user: change.last_seen for change in changes if change.status == "offline"}:
            self._writes.add(write := asyncio.create_task(_remember(gone)))  # the database may take a while
            write.add_done_callback(self._writes.discard)

    async def _greet(self) -> None:
        """A page that has come, or come back, learns how everybody stands: it missed what was told before."""
        newcomers, self._newcomers = self._newcomers, set()
        for project in {seat.socket.project for seat in newcomers}:
            frame = Frame(_people(await roster.read(project.members)))
            for seat in newcomers:
                if seat.socket.project is project:
                    seat.socket.put(frame, ephemeral=True)

    async def _check(self) -> None:
        """Tell again what changed since the last look: a frame about it may have been lost on its way here.

        Everybody invisible looks for themselves alone: whoever comes would else hear that somebody has looked before.
        """
        known, self._known = self._known, {}
        for project, lookers in self._lookers().items():
            people = await roster.read(project.members)
            for looker, sockets in lookers.items():
                before = known.get((project.id, looker), people)
                self._known[project.id, looker] = people
                changed = {user: now for user, now in people.items() if _differ(now, before.get(user))}
                frame = Frame(_people(changed))
                for socket in sockets if changed else ():
                    socket.put(frame, ephemeral=True)

    def _lookers(self) -> dict[ProjectFeed, dict[int | None, list[Socket]]]:
        """Project -> the sockets of all who are visible (None), and of each invisible user."""
        lookers: dict[ProjectFeed, dict[int | None, list[Socket]]] = {}
        for seat in self.seats:
            looker = seat.user if seat.socket.invisible else None
            lookers.setdefault(seat.socket.project, {}).setdefault(looker, []).append(seat.socket)
        return lookers


def _differ(now: dict[str, Any], before: dict[str, Any] | None) -> bool:
    return before is None or now["status"] != before["status"]


def _people(people: dict[int, dict[str, Any]]) -> str:
    rows = [{"user": user, **standing} for user, standing in people.items()]
    return wire.text({"type": "people", "presence": rows})


async def _remember(gone: dict[int, str]) -> None:
    try:
        await in_database(_write_last_seen, gone)
    except Exception as error:
        logger.warning("could not note when people were last seen: %r", error)


def _write_last_seen(gone: dict[int, str]) -> None:
    """For the day when Redis has forgotten. Once a minute at most, however often a line breaks."""
    for user, text in gone.items():
        moment = datetime.fromisoformat(text)
        stale = Q(last_seen_at=None) | Q(last_seen_at__lt=moment - SEEN_AGAIN)
        User.objects.filter(stale, pk=user).update(last_seen_at=moment)


_attendances: WeakKeyDictionary[asyncio.AbstractEventLoop, Attendance] = WeakKeyDictionary()


def attendance() -> Attendance:
    """The one of this process' event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _attendances:
        _attendances[loop] = Attendance()
    return _attendances[loop]
