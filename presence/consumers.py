"""The one socket of a project's page. To be connected is to be present."""

import asyncio
import logging
import re
import time
from typing import Any
from urllib.parse import parse_qs

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer

from presence import frames
from presence.attendance import Seat, attendance
from projects import metrics
from projects.admission import NOT_UNDERSTOOD, Refused
from projects.feed import feed
from projects.socket import Socket

logger = logging.getLogger(__name__)

TOO_MANY, TRY_LATER = 4429, 1013
ABNORMAL, FORBIDDEN = 1006, 403  # no close frame came; the handshake was refused
PATIENCE = 5  # frames that are not understood


class ProjectConsumer(AsyncWebsocketConsumer):
    """Lets the page in, hands its socket to the project's feed, and takes from it what may be lost."""

    channel_layer = None  # the feed listens once for all sockets of the process

    socket: Socket | None = None
    seat: Seat | None = None
    telling: asyncio.Task | None = None
    code: int | None = None  # that it was closed with, by the peer or before there was an outbox

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.scope, self.base_send = scope, send
        self.budget, self.misses, self.began = frames.Budget(), 0, time.monotonic()
        self.untold: dict[str, int | None] = {}  # what one does, not told to the others yet
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            pass
        finally:
            self.go()

    async def dispatch(self, message: dict[str, Any]) -> None:
        # Channels' own waits for the one thread of everybody's database work, of which there is none here; and its
        # loop keeps a task a socket and makes one a frame, to listen to a channel layer as well.
        await getattr(self, message["type"].replace(".", "_"))(message)

    async def connect(self) -> None:
        try:
            admission = await feed().admit(self.scope, self.scope["url_route"]["kwargs"]["project"])
            after = position(self.scope["query_string"])
            await self.accept()
            write = self.scope.get("extensions", {}).get("taskroom.frame", {}).get("write")
            self.socket = feed().attach(admission, send=self.send, close=self.close, write=write)
            await self.socket.resume(after)
            self.seat = attendance().join(self.socket)
        except Refused as refused:
            await self.refuse(refused.code, refused.reason)
        except Exception as error:  # the database is away, for one
            logger.warning("a socket could not be opened: %r", error)
            await self.refuse(TRY_LATER, "try again later")

    async def refuse(self, code: int | None, reason: str) -> None:
        self.code = code or FORBIDDEN
        if self.socket is None and code is not None:
            await self.accept()  # a browser learns the code only of an accepted socket
        await self.close(code, reason)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.seat is None or self.socket.outbox.closed:
            return
        if not self.budget.spend():
            feed().close(self.socket, TOO_MANY, "too many frames")
            return
        try:
            frame = frames.decode(text_data)
        except frames.BadFrame as error:
            self.miss(str(error))
        else:
            self.handlers[frame.type](self, frame.value)

    def activity(self, state: str) -> None:
        attendance().note(self.seat, state)

    def typing(self, room: int) -> None:
        self.tell("typing", room)

    def viewing(self, task: int | None) -> None:
        self.tell("viewing", task)

    def ping(self, _: None) -> None:
        self.socket.put({"type": "pong"})

    handlers = {"activity": activity, "typing": typing, "viewing": viewing, "ping": ping}

    def tell(self, what: str, value: int | None) -> None:
        """In the background, so that the next frame waits for nothing; one at a time, the last of each kind."""
        self.untold[what] = value
        if not self.telling or self.telling.done():
            self.telling = asyncio.create_task(self.tell_all())

    async def tell_all(self) -> None:
        while self.untold:
            what = next(iter(self.untold))
            await getattr(self.socket, what)(self.untold.pop(what))

    def miss(self, why: str) -> None:
        self.socket.put({"type": "error", "detail": why})
        self.misses += 1
        if self.misses >= PATIENCE:
            feed().close(self.socket, NOT_UNDERSTOOD, "not understood")

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        self.code = self.code or message.get("code")
        raise StopConsumer

    def go(self) -> None:
        self.untold.clear()
        if self.seat:
            attendance().leave(self.seat)
        if self.socket:
            feed().detach(self.socket)
        self.note_end()

    def note_end(self) -> None:
        code = (self.socket and self.socket.outbox.code) or self.code or ABNORMAL
        metrics.socket_closed(code)
        fields = {
            "project": self.scope["url_route"]["kwargs"]["project"],
            "code": code,
            "seconds": round(time.monotonic() - self.began, 1),
            "user": self.socket and self.socket.user_id,
        }
        level = logging.WARNING if code in (FORBIDDEN, 4401, 4403) else logging.INFO
        logger.log(level, "socket closed", extra={"fields": fields})


def position(query: bytes) -> int | None:
    """`after` of the address: the last event that the page has, None where it asks for none."""
    try:
        values = parse_qs(query.decode("ascii"), keep_blank_values=True, max_num_fields=20).get("after")
    except ValueError:
        values = [""]
    if values is None:
        return None
    if not re.fullmatch(r"-?[0-9]{1,18}", values[-1]):
        raise Refused(NOT_UNDERSTOOD, "after is a number")
    return int(values[-1])
