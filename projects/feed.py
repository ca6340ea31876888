"""The feed: ordered, gap-free events of each project, shared by all sockets of this process.

The log is the truth and the channel layer a nudge. A push in order is handed on as it came; a push that skips a
number, or a check every FEED_CHECK_SECONDS that finds the database ahead, makes the feed read the log. Nothing
here touches the database on the event loop: what has to be read is read in a few threads of the feed's own.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import Context
from typing import Any
from weakref import WeakKeyDictionary

from channels.layers import get_channel_layer
from django.conf import settings
from django.db import DatabaseError
from redis import RedisError

from projects import admission, metrics, wire
from projects.admission import SIGNED_OUT, Admission
from projects.frame import Frame
from projects.log import Line
from projects.models import Counter
from projects.outbox import Outbox
from projects.project_feed import ProjectFeed
from projects.push import PEOPLE, group_of
from projects.socket import BEATS, Socket
from projects.threads import Together, in_database

logger = logging.getLogger(__name__)

HANDSHAKES = 20  # at once, in one process
RESTARTING = 1012
DRAIN_PAUSE = 0.1  # seconds between two sockets at most, when few have to go
SECOND_LOOK = 1.0  # seconds after its arrival that a socket is asked once more what it was let in with


class Feed:
    """All of this process (more exactly: of its event loop)."""

    def __init__(self) -> None:
        self.projects: dict[int, ProjectFeed] = {}
        self._door = Together(admission.admit, most=HANDSHAKES)
        self._tasks: list[asyncio.Task] = []
        self._channel = ""
        self._listening = asyncio.Lock()
        self._rights_wanted = asyncio.Event()
        self._arrived = asyncio.Event()
        self._newcomers: set[Socket] = set()
        self._groups: set[str] = set()
        self._level_at = time.monotonic()  # when this feed last knew itself level with the log

    @property
    def sockets(self) -> list[Socket]:
        return [socket for project in self.projects.values() for socket in project.sockets]

    @property
    def lag(self) -> float:
        """Seconds since it was last level with the log; FEED_CHECK_SECONDS in health, 0 without sockets."""
        return time.monotonic() - self._level_at if self.projects else 0.0

    async def admit(self, scope: dict[str, Any], project_id: int) -> Admission:
        """Refused (see admission.py) for whoever may not come in."""
        return await self._door.ask(admission.claim(scope, project_id))

    def attach(
        self,
        admission: Admission,
        *,
        send: Callable[[str], Awaitable],
        close: Callable[[int, str], Awaitable],
        write: Callable[[bytes], bool] | None = None,
    ) -> Socket:
        """Put a socket into its project's feed, where it waits for `resume`. See `Outbox` for what it can do."""
        project = self.projects.get(admission.project_id)
        if project is None:
            project = self.projects[admission.project_id] = ProjectFeed(self, admission.project_id)
        socket = Socket(project, admission, Outbox(send, close, write))
        project.sockets.add(socket)
        self._newcomers.add(socket)
        self._arrived.set()
        metrics.SOCKETS_OPEN.inc()
        if not self._tasks:
            works = (
                self._receive,
                self._check,
                self._check_rights,
                self._look_again,
                self._beat,
                self._tell_lag,
            )
            self._level_at = time.monotonic()
            # In no context: these outlive the request whose id the first socket came with.
            self._tasks = [asyncio.create_task(self._supervise(work), context=Context()) for work in works]
        return socket

    def detach(self, socket: Socket) -> None:
        metrics.SOCKETS_OPEN.dec()
        socket.outbox.discard()
        if socket.looking_at is not None:
            asyncio.create_task(socket.viewing(None))  # noqa: RUF006 - bounded, and may be lost
        self._newcomers.discard(socket)
        project = socket.project
        project.sockets.discard(socket)
        if not project.sockets and self.projects.get(project.id) is project:
            del self.projects[project.id]
            asyncio.create_task(self._forget(project.id))  # noqa: RUF006 - nothing waits for it
        if not self.projects:
            for task in self._tasks:
                task.cancel()
            self._tasks, self._channel, self._groups, self._newcomers = [], "", set(), set()
            metrics.FEED_LAG.set(0)

    def close(self, socket: Socket, code: int, reason: str) -> None:
        """Nothing more is handed to the socket; it closes with the code."""
        socket.project.sockets.discard(socket)
        socket.outbox.shut(code, reason)

    async def drain(self, seconds: float) -> None:
        """Send the pages of all sockets elsewhere, spread over so many seconds, for this process ends."""
        sockets = self.sockets
        random.shuffle(sockets)
        for socket in sockets:
            self.close(socket, RESTARTING, "restart")
            await asyncio.sleep(min(seconds / len(sockets), DRAIN_PAUSE))

    # To the others ---------------------------------------------------------------------------------------

    async def tell_project(
        self, project_id: int, frame: dict[str, Any], *, audience: int | None = None, but: int | None = None
    ) -> None:
        """A frame that may be lost, to everyone in the project who may hear it, except one person."""
        message = {"type": "frame", "project": project_id, "audience": audience, "but": but}
        await self._send(group_of(project_id), {**message, "text": wire.text(frame)})

    async def tell_people(self, news: list[dict[str, Any]]) -> None:
        """What is new of people (each with `user`), to everyone who shares a project with them."""
        await self._send(PEOPLE, {"type": "about", "news": news})

    async def _send(self, group: str, message: dict[str, Any]) -> None:
        try:
            async with asyncio.timeout(1):
                await get_channel_layer().group_send(group, message)
        except Exception as error:  # Redis is away; what is lost here may be lost
            logger.debug("could not tell %s: %r", group, error)

    # From the others -------------------------------------------------------------------------------------

    async def listen(self, group: str) -> None:
        """Join a group of the channel layer. Without Redis the check of the log carries on alone."""
        async with self._listening:
            self._groups.add(group)
            if self._channel:
                await self._join(group)

    async def _join(self, group: str) -> None:
        try:
            async with asyncio.timeout(2):
                await get_channel_layer().group_add(group, self._channel)
        except Exception as error:
            logger.warning("could not listen to %s, pages lag until Redis is back: %r", group, error)

    async def _forget(self, project_id: int) -> None:
        async with self._listening:
            if project_id in self.projects or not self._channel:
                return
            self._groups.discard(group_of(project_id))
            try:
                async with asyncio.timeout(2):
                    await get_channel_layer().group_discard(group_of(project_id), self._channel)
            except Exception as error:
                logger.debug("could not leave a group: %r", error)

    async def _receive(self) -> None:
        layer = get_channel_layer()
        async with self._listening:
            self._channel = await layer.new_channel()
            self._groups |= {PEOPLE, *map(group_of, self.projects)}
            for group in self._groups:
                await self._join(group)
        while True:
            self._take(await layer.receive(self._channel))

    def _take(self, message: dict[str, Any]) -> None:
        match message:
            case {
                "type": "event",
                "project": id,
                "sequence": number,
                "name": name,
                "audience": audience,
                "tail": tail,
            }:
                if project := self.projects.get(id):
                    project.pushed(Line(number, name, audience, tail))
            case {"type": "frame", "project": id, "audience": audience, "but": but, "text": text}:
                if project := self.projects.get(id):
                    project.tell(text, audience=audience, but=but)
            case {"type": "about", "news": news}:
                for project in list(self.projects.values()):
                    project.about(news)
            case {"type": "own", "user": user, "text": text}:
                frame = Frame(text)
                for socket in self.sockets:
                    if socket.user_id == user:
                        socket.put(frame, ephemeral=True)
            case {"type": "me", "user": user, "invisible": invisible, "shares_typing": shares_typing}:
                for socket in self.sockets:
                    if socket.user_id == user:
                        change = socket.become(invisible=invisible, shares_typing=shares_typing)
                        asyncio.create_task(change)  # noqa: RUF006 - bounded, and checked with the rights
            case {"type": "signed_out", "user": user, "session": session}:
                theirs = [socket for socket in self.sockets if socket.user_id == user]
                for socket in theirs:
                    if session and socket.admission.session == session:
                        self.close(socket, SIGNED_OUT, "signed out")
                if theirs and not session:
                    self._rights_wanted.set()
            case {"type": "gone", "project": id}:
                if project := self.projects.get(id):
                    project.end("the project was deleted")

    # Looking for oneself ---------------------------------------------------------------------------------

    async def _check(self) -> None:
        """Compare the heads of all projects with the database: what no push brought is read now."""
        while True:
            known = {id: project for id, project in self.projects.items() if project.head >= 0}
            asked_at = time.monotonic()
            heads = await in_database(_heads, list(known))
            late = [p for id, p in known.items() if id in heads and heads[id][0] > p.head]
            if late:
                await asyncio.sleep(0.1)  # most of it is merely on its way
            for id, project in known.items():
                if id not in heads:
                    project.end("the project was deleted")
                elif heads[id][1] != project.epoch:
                    project.start_over()
                    self._rights_wanted.set()
                elif heads[id][0] > project.head:
                    project.repairs += 1
                    metrics.FEED_REPAIRS.inc()
                    project.behind(heads[id][0])
                    asked_at = self._level_at
            self._level_at = asked_at
            # At the end: after a failure nobody waits twice.
            await asyncio.sleep(settings.FEED_CHECK_SECONDS * random.uniform(0.8, 1.0))

    async def _tell_lag(self) -> None:
        while True:
            await asyncio.sleep(settings.FEED_CHECK_SECONDS)
            metrics.FEED_LAG.set(self.lag)

    async def _check_rights(self) -> None:
        """Sessions, accounts and memberships of all sockets, in a few queries: nobody outstays them."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(settings.FEED_RIGHTS_SECONDS):
                    await self._rights_wanted.wait()
            self._rights_wanted.clear()
            try:
                await self._end_outdated(self.sockets)
            except Exception:
                self._rights_wanted.set()  # whoever asked is still owed an answer
                raise

    async def _look_again(self) -> None:
        """Newcomers once more: what ended between their being let in and their sitting here reached nobody."""
        while True:
            await self._arrived.wait()
            await asyncio.sleep(SECOND_LOOK)
            self._arrived.clear()
            newcomers, self._newcomers = self._newcomers, set()
            try:
                await self._end_outdated([socket for socket in newcomers if not socket.outbox.closed])
            except Exception:
                self._newcomers |= newcomers
                self._arrived.set()
                raise

    async def _end_outdated(self, sockets: list[Socket]) -> None:
        verdicts = await in_database(admission.ended, [socket.admission for socket in sockets])
        for socket in sockets:
            if verdict := verdicts.get(socket.admission):
                self.close(socket, *verdict)
        await self._check_discretion([socket for socket in sockets if not socket.outbox.closed])

    async def _check_discretion(self, sockets: list[Socket]) -> None:
        """Who is invisible: the news of it may have been lost."""
        before = {socket: (socket.invisible, socket.shares_typing) for socket in sockets}
        now = await in_database(admission.discretion, {socket.user_id for socket in before})
        for socket, known in before.items():
            if socket.user_id in now and (socket.invisible, socket.shares_typing) == known:
                invisible, shares_typing = now[socket.user_id]
                await socket.become(invisible=invisible, shares_typing=shares_typing)

    async def _beat(self) -> None:
        """Every socket its heartbeat in time, but not all at once: each page answers with what its person does."""
        beat = 0
        while True:
            await asyncio.sleep(settings.FEED_HEARTBEAT_SECONDS / BEATS)
            beat = (beat + 1) % BEATS
            for socket in [each for each in self.sockets if each.beat == beat]:
                socket.put({"type": "heartbeat", "sequence": socket.number})

    async def _supervise(self, work: Callable[[], Awaitable]) -> None:
        """Start it again, whatever happens: without it every socket of the process would be silent."""
        while True:
            try:
                await work()
            except (DatabaseError, RedisError, OSError, TimeoutError) as error:
                logger.warning("the feed's %s tries again soon: %r", work.__name__, error)
            except Exception:
                logger.exception("the feed's %s failed and starts again", work.__name__)
            await asyncio.sleep(random.uniform(0.5, 1))


def _heads(project_ids: list[int]) -> dict[int, tuple[int, str]]:
    rows = Counter.objects.filter(project__in=project_ids).values_list("project_id", "sequence", "epoch")
    return {id: (sequence, str(epoch)) for id, sequence, epoch in rows}


def lag() -> float:
    """Seconds, of the worst feed in this process; asked from any thread."""
    return max((feed.lag for feed in list(_feeds.values())), default=0.0)


_feeds: WeakKeyDictionary[asyncio.AbstractEventLoop, Feed] = WeakKeyDictionary()


def feed() -> Feed:
    """The one feed of this process' event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _feeds:
        _feeds[loop] = Feed()
    return _feeds[loop]
