"""One project in this process: how far its log has been handed on, to which sockets, and who may hear what."""

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any

from django.conf import settings

from projects import access, log, metrics, numbers, wire
from projects.admission import NOT_A_MEMBER
from projects.frame import Batch, Frame
from projects.log import Line, Reading
from projects.models import Membership
from projects.numbers import Numbers
from projects.push import group_of
from projects.ring import Ring
from projects.socket import Socket
from projects.threads import in_database

if TYPE_CHECKING:
    from projects.feed import Feed

logger = logging.getLogger(__name__)

NEWS_TOGETHER = 0.25  # seconds: what is new of people so soon after other news goes out as one frame

# Events after which somebody may hear more, or less, than before.
RIGHTS = ("member.", "channel.", "channel_member.", "circle.", "project.reset")


class ProjectFeed:
    """One project in this process: how far its log has been handed on, its sockets, and who may hear what."""

    def __init__(self, feed: "Feed", project_id: int) -> None:
        self.feed, self.id = feed, project_id
        self.numbers = Numbers(-1, "")  # as of the last event handed on; -1 until it is known
        self.sockets: set[Socket] = set()
        self.members: set[int] = set()
        self.audiences: dict[int, set[int]] = {}  # user -> private channels, and what is for them alone
        self.rooms: dict[int, int | None] = {}  # room -> private channel
        self.repairs = 0  # how often the check had to find what a push should have brought
        self._wanted = -1
        self._start: asyncio.Task | None = None
        self._reading: asyncio.Task | None = None
        self._refreshing: asyncio.Task | None = None
        self._ring = Ring()
        self._batch: list[Line] = []
        self._flushed_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._news: dict[int, dict[str, Any]] = {}  # user -> what is new of them
        self._told_at = 0.0
        self._telling: asyncio.TimerHandle | None = None

    @property
    def head(self) -> int:
        """Sequence of the last event handed on."""
        return self.numbers.head

    @property
    def epoch(self) -> str:
        return self.numbers.epoch

    # Beginning -------------------------------------------------------------------------------------------

    async def ready(self) -> None:
        """Wait until the feed knows where the log stands. One start for all who wait."""
        if self._start is None or (self._start.done() and self._start.exception()):
            self._start = asyncio.create_task(self._begin())
        await asyncio.shield(self._start)

    async def _begin(self) -> None:
        # Listen first, then look: what is committed in between arrives as a push.
        await self.feed.listen(group_of(self.id))
        self.numbers, rights = await in_database(lambda: (numbers.of(self.id), _rights(self.id)))
        self.members, self.audiences, self.rooms = rights
        if self._wanted > self.head:
            self.behind(self._wanted)

    # Events come in --------------------------------------------------------------------------------------

    def pushed(self, line: Line) -> None:
        if line.sequence == self.head + 1 and self._reading is None and self.head >= 0:
            if line.name.startswith(RIGHTS):
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
                    await self._refresh(silent=any(line.name == "project.reset" for line in lines))
                self._hand_on(lines)
        except Exception:
            logger.exception("the log of project %s could not be read; the next check tries again", self.id)
        finally:
            self._reading = None

    def _hand_on(self, lines: list[Line]) -> None:
        for line in lines:
            self.numbers.count(line.audience, head=line.sequence)
        if any(line.name == "project.reset" for line in lines):
            self._ring.clear()
            self._batch.clear()
            for socket in list(self.sockets):
                socket.start_afresh()
            return
        for line in lines:
            self._ring.add(line)
        self._batch += lines
        wait = self._flushed_at + settings.FEED_TOGETHER_SECONDS - time.monotonic()
        if wait <= 0:
            self._flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(wait, self._flush)

    def _flush(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        lines, self._batch = self._batch, []
        if lines:
            batch = Batch(lines)
            metrics.DELIVERIES.inc(sum(socket.hear(batch) for socket in list(self.sockets)))
            # From the end: to a thousand sockets a flush itself takes as long as what it is to gather. Not the
            # loop's own clock, which stands still meanwhile.
            self._flushed_at = time.monotonic()

    def recent(self, user_id: int, after: int) -> Reading | None:
        """What `log.read` would give, out of memory; None where that does not reach back far enough."""
        last = self.last_for(user_id)
        if after > last or numbers.turn_in(after) != numbers.turn_in(last):
            return None
        lines = self._ring.last(last - after, self.heard_by(user_id))
        return None if lines is None else Reading(self.head, last, lines=lines)

    def start_over(self) -> None:
        """The log went back, after a restore: what pages hold is of a future that did not happen."""
        if self._reading is None:  # else the next check finds it again
            self._reading = asyncio.create_task(self._begin_anew())

    async def _begin_anew(self) -> None:
        try:
            now = await in_database(numbers.of, self.id)
            await self._refresh(silent=True)  # who may hear what went back as well
            self.numbers, self._wanted = now, now.head
            self._ring.clear()
            self._batch.clear()
            for socket in list(self.sockets):
                socket.start_afresh()
        except Exception as error:
            logger.warning("project %s could not start over; the next check tries again: %r", self.id, error)
        finally:
            self._reading = None

    # Who may hear what -----------------------------------------------------------------------------------

    def heard_by(self, user_id: int) -> set[int]:
        """The audiences that the person is in."""
        return self.audiences.get(user_id) or {access.audience_of(user_id)}

    def last_for(self, user_id: int) -> int:
        """The number of the last event handed on, as the person counts."""
        return self.numbers.last_for(self.heard_by(user_id))

    def refresh_soon(self) -> None:
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._refresh(silent=True))

    async def _refresh(self, *, silent: bool = False) -> None:
        self._flush()  # what came before the change is heard by the rights of before
        now, rights = await in_database(lambda: (numbers.of(self.id), _rights(self.id)))
        self.numbers.turns, self.numbers.turned = now.turns, now.turned
        self.members, self.audiences, self.rooms = rights
        for socket in list(self.sockets):
            if socket.user_id not in self.members:
                self.feed.close(socket, NOT_A_MEMBER, "no longer a member")
            elif not silent and socket.turn not in (
                None,
                self.numbers.turn_of(self.heard_by(socket.user_id)),
            ):
                socket.start_afresh()

    def tell(self, text: str, *, audience: int | None, but: int | None) -> None:
        frame = Frame(text)
        for socket in list(self.sockets):
            if socket.user_id == but:
                continue
            if audience is None or audience in self.heard_by(socket.user_id):
                socket.outbox.put(frame, ephemeral=True)

    def about(self, news: list[dict[str, Any]]) -> None:
        """Pass on what is new of its people: a thousand who arrive together would else be a million frames."""
        self._news.update({each["user"]: each for each in news if each["user"] in self.members})
        if self._news and self._telling is None:
            loop = asyncio.get_running_loop()
            self._telling = loop.call_at(max(loop.time(), self._told_at + NEWS_TOGETHER), self._tell_news)

    def _tell_news(self) -> None:
        self._telling, self._told_at = None, asyncio.get_running_loop().time()
        news, self._news = list(self._news.values()), {}
        frame = {"type": "people", "presence": news} if len(news) > 1 else {"type": "presence", **news[0]}
        self.tell(wire.text(frame), audience=None, but=None)

    def end(self, reason: str) -> None:
        for socket in list(self.sockets):
            self.feed.close(socket, NOT_A_MEMBER, reason)


def _rights(project_id: int) -> tuple[set[int], dict[int, set[int]], dict[int, int | None]]:
    members = set(Membership.objects.filter(project_id=project_id).values_list("user_id", flat=True))
    private = access.private_audiences(project_id)
    audiences = {user: circles | {access.audience_of(user)} for user, circles in private.items()}
    return members, audiences, access.room_audiences(project_id)
