"""What is on its way to one socket: bounded, so that a peer who never reads costs little and is let go."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable

from projects import metrics
from projects.frame import Frame

logger = logging.getLogger(__name__)

MOST_FRAMES = 256
MOST_BYTES = 512 * 1024
PATIENCE = 20  # seconds for one frame to leave
TOO_SLOW = 4408


class Outbox:
    """Frames leave in order, one after the other. A full box loses typing and presence first, then the socket.

    `write`, where the server has one (config/websocket.py), writes a frame that can leave at once, which costs no task
    and no queue, or says that it can't. `send` waits until the peer has taken enough of what was written before.
    """

    high_water = 0  # bytes: the most that ever waited in one of this process

    def __init__(
        self,
        send: Callable[[str], Awaitable],
        close: Callable[[int, str], Awaitable],
        write: Callable[[bytes], bool] | None = None,
    ) -> None:
        self._send, self._close, self._write = send, close, write or _cannot
        self._frames: deque[tuple[Frame, bool]] = deque()
        self._bytes = 0
        self._writer: asyncio.Task | None = None
        self.closed = False
        self.code: int | None = None  # that we closed it with

    def put(self, frame: Frame, *, ephemeral: bool = False) -> None:
        if self.closed:
            return
        if self._writer is None and self._write(frame.line):
            return
        if self._full(frame):
            if ephemeral:
                return
            self._drop_ephemera()
            if self._full(frame):
                self.shut(TOO_SLOW, "too slow")
                return
        self._frames.append((frame, ephemeral))
        self._bytes += len(frame.line)
        if self._bytes > Outbox.high_water:
            Outbox.high_water = self._bytes
            metrics.OUTBOX_HIGH_WATER.set(self._bytes)
        if self._writer is None:
            self._writer = asyncio.create_task(self._empty())

    def shut(self, code: int, reason: str) -> None:
        """Close the socket once what already waits has left; at once where the peer is too slow for that."""
        if self.closed:
            return
        self.closed, self.code = True, code
        if code == TOO_SLOW:
            self.discard()
        asyncio.create_task(self._finish(code, reason))  # noqa: RUF006 - ends by itself, within PATIENCE

    def discard(self) -> None:
        """The socket is gone: nothing more leaves."""
        self.closed = True
        self._frames.clear()
        if self._writer:
            self._writer.cancel()

    def _full(self, frame: Frame) -> bool:
        return len(self._frames) >= MOST_FRAMES or (
            self._frames and self._bytes + len(frame.line) > MOST_BYTES
        )

    def _drop_ephemera(self) -> None:
        self._frames = deque(frame for frame in self._frames if not frame[1])
        self._bytes = sum(len(frame.line) for frame, _ in self._frames)

    async def _empty(self) -> None:
        try:
            while self._frames:
                frame, _ = self._frames.popleft()
                self._bytes -= len(frame.line)
                async with asyncio.timeout(PATIENCE):
                    await self._send(frame.text)
        except TimeoutError:
            self.shut(TOO_SLOW, "too slow")
        except (
            Exception
        ) as error:  # the peer went away in the middle of a frame: each server says so differently
            logger.debug("a frame could not be sent: %r", error)
            self.closed = True
            self._frames.clear()
        finally:
            self._writer = None

    async def _finish(self, code: int, reason: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                if self._writer:
                    await asyncio.wait([self._writer])
                await self._close(code, reason)
        except Exception as error:
            logger.debug("a socket could not be closed: %r", error)


def _cannot(line: bytes) -> bool:
    return False
