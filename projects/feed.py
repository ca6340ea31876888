"""The feed: ordered, gap-free events of each project, shared by all sockets of this process.

The log is the truth and the channel layer a nudge. A push in order is handed on as it came; a push that skips a
number, or a check every FEED_CHECK_SECONDS that finds the database ahead, makes the feed read the log. Nothing
here touches the database on the event loop: what has to be read is read in a few threads of the feed's own.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from channels.layers import get_channel_layer
from django.conf import settings
from django.db import DatabaseError, connections
from redis import RedisError

from projects import access, admission, log, wire
from projects.admission import NOT_A_MEMBER, SIGNED_OUT, Admission
from projects.log import Line, Reading
from projects.models import Counter, Membership
from projects.outbox import Outbox
from projects.push import PEOPLE, group_of

logger = logging.getLogger(__name__)
T = TypeVar("T")

TOGETHER = 0.015  # seconds: what arrives so soon after a frame goes out as one frame
HANDSHAKES = 20  # at once, in one process
CHUNK = 100  # events in one frame of a replay

# Events after which somebody may hear more, or less, than before.
RIGHTS = ("member.created", "member.deleted", "channel.", "channel_member.")

_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="feed")


async def in_database(function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run synchronous code that uses the database in the feed's threads; its connection goes back to the pool."""

    def run() -> T:
        try:
            return function(*args, **kwargs)
        finally:
            connections.close_all()

    return await asyncio.get_running_loop().run_in_executor(_threads, run)


class Socket:
    """One open page: what it was let in with, how far it has come, and its outbox."""

    def __init__(self, project: "ProjectFeed", admission: Admission, outbox: Outbox) -> None:
        self.project, self.admission, self.outbox = project, admission, outbox
        self.user_id = admission.user_id
        self.position = 0  # the last event it has, or has been told to skip
        self._waiting: list[Line] | None = []  # events that arrive during its replay; None once it is live

    def put(self, frame: dict[str, Any] | str, *, ephemeral: bool = False) -> None:
        self.outbox.put(frame if isinstance(frame, str) else wire.text(frame), ephemeral=ephemeral)

    async def resume(self, after: int | None) -> None:
        """Say hello, send what happened after `after` (None: from now on), then go live."""
        head = await self.project.ready()
        hello = {"type": "hello", "sequence": head, "epoch": self.project.epoch}
        self.put({**hello, "heartbeat": settings.FEED_HEARTBEAT_SECONDS})
        if after is None:
            self.position = self.project.head
        else:
            self._replay(await self._read(after))
        waiting, self._waiting = self._waiting, None
        self.hear(waiting, {})

    async def _read(self, after: int) -> Reading:
        audiences = self.project.audiences.get(self.user_id, set())
        return await in_database(log.read, self.project.id, after=after, audiences=audiences)

    def _replay(self, reading: Reading) -> None:
        self.position = reading.last
        if reading.reset:
            self.put({"type": "reset", "sequence": reading.last})
            return
        for start in range(0, len(reading.lines), CHUNK):
            self.put(_frame([line.text for line in reading.lines[start : start + CHUNK]]))
        self.put({"type": "caught_up", "sequence": reading.last})

    def hear(self, lines: list[Line], frames: dict[tuple[int, ...], str]) -> None:
        """Take over from the feed what this socket may hear and does not have; `frames` keeps texts by content."""
        if self._waiting is not None:
            self._waiting += lines
            return
        audiences = self.project.audiences.get(self.user_id, ())
        mine = tuple(
            index
            for index, line in enumerate(lines)
            if line.sequence > self.position and (line.audience is None or line.audience in audiences)
        )
        if lines:
            self.position = max(self.position, lines[-1].sequence)
        if mine:
            if mine not in frames:
                frames[mine] = _frame([lines[index].text for index in mine])
            self.put(frames[mine])

    def start_afresh(self, head: int) -> None:
        """What it may hear has changed, or the log has: only a snapshot can say how things stand."""
        self.position = head
        if self._waiting is not None:
            self._waiting.clear()
        self.put({"type": "reset", "sequence": head})

    # What its person does, as the others see it --------------------------------------------------------

    async def typing(self, room_id: int) -> None:
        rooms = self.project.rooms
        if room_id not in rooms:
            self.project.refresh_soon()  # a room of this very moment; the next frame comes in 4 s
            return
        audience = rooms[room_id]
        if audience is None or audience in self.project.audiences.get(self.user_id, ()):
            await self._tell({"type": "typing", "user": self.user_id, "room": room_id}, audience)

    async def viewing(self, task_id: int | None) -> None:
        await self._tell({"type": "viewing", "user": self.user_id, "task": task_id}, None)

    async def _tell(self, frame: dict[str, Any], audience: int | None) -> None:
        await self.project.feed.tell_project(self.project.id, frame, audience=audience, but=self.user_id)


class ProjectFeed:
    """One project in this process: how far its log has been handed on, its sockets, and who may hear what."""

    def __init__(self, feed: "Feed", project_id: int) -> None:
        self.feed, self.id = feed, project_id
        self.head = -1  # sequence of the last event handed on; -1 until it is known
        self.epoch = ""
        self.sockets: set[Socket] = set()
        self.members: set[int] = set()
        self.audiences: dict[int, set[int]] = {}  # user -> private channels
        self.rooms: dict[int, int | None] = {}  # room -> private channel
        self.repairs = 0  # how often the check had to find what a push should have brought
        self._wanted = -1
        self._start: asyncio.Task | None = None
        self._reading: asyncio.Task | None = None
        self._refreshing: asyncio.Task | None = None
        self._batch: list[Line] = []
        self._flushed_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    # Beginning -------------------------------------------------------------------------------------------

    async def ready(self) -> int:
        """Wait until the feed knows where the log stands; its head. One start for all who wait."""
        if self._start is None or (self._start.done() and self._start.exception()):
            self._start = asyncio.create_task(self._begin())
        await asyncio.shield(self._start)
        return self.head

    async def _begin(self) -> None:
        # Listen first, then look: what is committed in between arrives as a push.
        await self.feed.listen(group_of(self.id))
        rights, (head, epoch) = await in_database(lambda: (_rights(self.id), _head(self.id)))
        self.members, self.audiences, self.rooms = rights
        self.head, self.epoch = head, str(epoch)
        if self._wanted > self.head:
            self.behind(self._wanted)

    # Events come in --------------------------------------------------------------------------------------

    def pushed(self, line: Line) -> None:
        if line.sequence == self.head + 1 and self._reading is None and self.head >= 0:
            if line.name.startswith(RIGHTS) or line.name == "project.reset":
                self.behind(line.sequence)  # these take the slow path, which waits for the new rights
            else:
                self._hand_on([line])
        elif line.sequence > self.head:
            self.behind(line.sequence)

    def behind(self, sequence: int) -> None:
        """The log has come to `sequence`: read up to there. One reader at a time."""
        self._wanted = max(self._wanted, sequence)
        if self._reading is None and self.head >= 0:
            self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            while self.head < self._wanted and self.sockets:
                lines = await in_database(log.lines_after, self.id, self.head, log.MOST_EVENTS)
                if not lines:
                    break
                if any(line.name.startswith(RIGHTS) for line in lines):
                    # Nothing is handed on by rights of yesterday, neither this nor what comes after it.
                    await self._refresh(silent=all(line.name == "channel.created" for line in lines
                                                   if line.name.startswith(RIGHTS)))  # fmt: skip
                self._hand_on(lines)
        except Exception:
            logger.exception("the log of project %s could not be read; the next check tries again", self.id)
        finally:
            self._reading = None

    def _hand_on(self, lines: list[Line]) -> None:
        self.head = lines[-1].sequence
        if any(line.name == "project.reset" for line in lines):
            self._batch.clear()
            for socket in list(self.sockets):
                socket.start_afresh(self.head)
            return
        self._batch += lines
        wait = self._flushed_at + TOGETHER - asyncio.get_running_loop().time()
        if wait <= 0:
            self._flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(wait, self._flush)

    def _flush(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        self._flushed_at = asyncio.get_running_loop().time()
        lines, self._batch = self._batch, []
        frames: dict[tuple[int, ...], str] = {}
        for socket in list(self.sockets):
            socket.hear(lines, frames)

    def start_over(self, head: int, epoch: str) -> None:
        """The log went back, after a restore: what pages hold is of a future that did not happen."""
        self.head = self._wanted = head
        self.epoch = epoch
        self._batch.clear()
        for socket in list(self.sockets):
            socket.start_afresh(head)

    # Who may hear what -----------------------------------------------------------------------------------

    def refresh_soon(self) -> None:
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._refresh(silent=True))

    async def _refresh(self, *, silent: bool = False) -> None:
        self._flush()  # what came before the change is heard by the rights of before
        earlier = self.audiences
        self.members, self.audiences, self.rooms = await in_database(_rights, self.id)
        for socket in list(self.sockets):
            if socket.user_id not in self.members:
                self.feed.close(socket, NOT_A_MEMBER, "no longer a member")
            elif not silent and earlier.get(socket.user_id, set()) != self.audiences.get(
                socket.user_id, set()
            ):
                socket.start_afresh(self.head)

    def tell(self, text: str, *, audience: int | None, but: int | None) -> None:
        for socket in list(self.sockets):
            if socket.user_id == but:
                continue
            if audience is None or audience in self.audiences.get(socket.user_id, ()):
                socket.put(text, ephemeral=True)

    def end(self, reason: str) -> None:
        for socket in list(self.sockets):
            self.feed.close(socket, NOT_A_MEMBER, reason)


class Feed:
    """All of this process (more exactly: of its event loop)."""

    def __init__(self) -> None:
        self.projects: dict[int, ProjectFeed] = {}
        self._handshakes = asyncio.Semaphore(HANDSHAKES)
        self._tasks: list[asyncio.Task] = []
        self._channel = ""
        self._listening = asyncio.Lock()
        self._rights_wanted = asyncio.Event()
        self._groups: set[str] = set()

    in_database = staticmethod(in_database)

    @property
    def sockets(self) -> list[Socket]:
        return [socket for project in self.projects.values() for socket in project.sockets]

    async def admit(self, scope: dict[str, Any], project_id: int) -> Admission:
        """Refused (see admission.py) for whoever may not come in."""
        admission.check_origin(scope)
        async with self._handshakes:
            return await in_database(admission.admit, scope, project_id)

    def attach(
        self,
        admission: Admission,
        *,
        send: Callable[[str], Awaitable],
        close: Callable[[int, str], Awaitable],
    ) -> Socket:
        """Put a socket into its project's feed, where it waits for `resume`."""
        project = self.projects.get(admission.project_id)
        if project is None:
            project = self.projects[admission.project_id] = ProjectFeed(self, admission.project_id)
        socket = Socket(project, admission, Outbox(send, close))
        project.sockets.add(socket)
        if not self._tasks:
            works = (self._receive, self._check, self._check_rights, self._beat)
            self._tasks = [asyncio.create_task(self._supervise(work)) for work in works]
        return socket

    def detach(self, socket: Socket) -> None:
        socket.outbox.discard()
        project = socket.project
        project.sockets.discard(socket)
        if not project.sockets and self.projects.get(project.id) is project:
            del self.projects[project.id]
            asyncio.create_task(self._forget(project.id))  # noqa: RUF006 - nothing waits for it
        if not self.projects:
            for task in self._tasks:
                task.cancel()
            self._tasks, self._channel, self._groups = [], "", set()

    def close(self, socket: Socket, code: int, reason: str) -> None:
        """Nothing more is handed to the socket; it closes with the code."""
        socket.project.sockets.discard(socket)
        socket.outbox.shut(code, reason)

    # To the others ---------------------------------------------------------------------------------------

    async def tell_project(
        self, project_id: int, frame: dict[str, Any], *, audience: int | None = None, but: int | None = None
    ) -> None:
        """A frame that may be lost, to everyone in the project who may hear it, except one person."""
        message = {"type": "frame", "project": project_id, "audience": audience, "but": but}
        await self._send(group_of(project_id), {**message, "text": wire.text(frame)})

    async def tell_people(self, user_id: int, frame: dict[str, Any]) -> None:
        """A frame about a person, to everyone who shares a project with them."""
        await self._send(PEOPLE, {"type": "about", "user": user_id, "text": wire.text(frame)})

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
                "text": text,
            }:
                if project := self.projects.get(id):
                    project.pushed(Line(number, name, audience, text))
            case {"type": "frame", "project": id, "audience": audience, "but": but, "text": text}:
                if project := self.projects.get(id):
                    project.tell(text, audience=audience, but=but)
            case {"type": "about", "user": user, "text": text}:
                for project in list(self.projects.values()):
                    if user in project.members:
                        project.tell(text, audience=None, but=None)
            case {"type": "own", "user": user, "text": text}:
                for socket in self.sockets:
                    if socket.user_id == user:
                        socket.put(text, ephemeral=True)
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
            await asyncio.sleep(settings.FEED_CHECK_SECONDS * random.uniform(0.8, 1.0))
            known = {id: project for id, project in self.projects.items() if project.head >= 0}
            heads = await in_database(_heads, list(known))
            late = [p for id, p in known.items() if id in heads and heads[id][0] > p.head]
            if late:
                await asyncio.sleep(0.1)  # most of it is merely on its way
            for id, project in known.items():
                if id not in heads:
                    project.end("the project was deleted")
                elif heads[id][1] != project.epoch:
                    project.start_over(*heads[id])
                elif heads[id][0] > project.head:
                    project.repairs += 1
                    project.behind(heads[id][0])

    async def _check_rights(self) -> None:
        """Sessions, accounts and memberships of all sockets, in a few queries: nobody outstays them."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(settings.FEED_RIGHTS_SECONDS):
                    await self._rights_wanted.wait()
            self._rights_wanted.clear()
            verdicts = await in_database(admission.ended, [socket.admission for socket in self.sockets])
            for socket in self.sockets:
                if verdict := verdicts.get(socket.admission):
                    self.close(socket, *verdict)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(settings.FEED_HEARTBEAT_SECONDS)
            for project in list(self.projects.values()):
                text = wire.text({"type": "heartbeat", "sequence": project.head})
                for socket in list(project.sockets):
                    socket.put(text)

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


def _frame(texts: list[str]) -> str:
    return f'{{"type":"events","events":[{",".join(texts)}]}}'


def _head(project_id: int) -> tuple[int, Any]:
    return Counter.objects.values_list("sequence", "epoch").get(project=project_id)


def _heads(project_ids: list[int]) -> dict[int, tuple[int, str]]:
    rows = Counter.objects.filter(project__in=project_ids).values_list("project_id", "sequence", "epoch")
    return {id: (sequence, str(epoch)) for id, sequence, epoch in rows}


def _rights(project_id: int) -> tuple[set[int], dict[int, set[int]], dict[int, int | None]]:
    members = set(Membership.objects.filter(project_id=project_id).values_list("user_id", flat=True))
    return members, access.private_audiences(project_id), access.room_audiences(project_id)


_feeds: WeakKeyDictionary[asyncio.AbstractEventLoop, Feed] = WeakKeyDictionary()


def feed() -> Feed:
    """The one feed of this process' event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _feeds:
        _feeds[loop] = Feed()
    return _feeds[loop]
