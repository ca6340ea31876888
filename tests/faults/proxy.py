"""A line that fails as lines do: slow, stalled, half open, half closed, cut, or losing the answer.

Every method may be called from any thread; each takes effect on open connections and on those to come.
"""

import asyncio
import contextlib
import socket
import struct
from pathlib import Path

from tests.faults.background import Background

CHUNK = 64 * 1024
ABORT = struct.pack("ii", 1, 0)  # SO_LINGER of no time: the peer gets a reset, not a farewell


class Proxy:
    """TCP on loopback in front of `target`: ("127.0.0.1", port), or the path of a unix socket."""

    def __init__(self, background: Background, target: tuple[str, int] | Path) -> None:
        self.background, self.target = background, target
        self.port = 0
        self.delay = 0.0  # seconds that each piece waits, in either direction
        self.answers_to_lose = 0  # the next so many connections die with the first byte of an answer
        self.lost = 0
        self._open = asyncio.Event()
        self._lines: set[Line] = set()
        self._server: asyncio.Server | None = None

    @property
    def connections(self) -> int:
        return len(self._lines)

    def start(self) -> "Proxy":
        self.background.run(self._listen())
        return self

    def stop(self) -> None:
        self.background.run(self._stop())

    def stall(self) -> None:
        """Nothing passes any more; both sides believe that the other is there."""
        self.background.loop.call_soon_threadsafe(self._open.clear)

    def flow(self) -> None:
        self.background.loop.call_soon_threadsafe(self._open.set)

    def cut(self) -> None:
        """Every open connection is reset; new ones pass."""
        self.background.run(self._each("abort"))

    def half_close(self) -> None:
        """The server hears that the clients will say no more; what it says still arrives."""
        self.background.run(self._each("half_close"))

    def refuse(self) -> None:
        """Nobody listens here any more, and every open connection is reset."""
        self.background.run(self._stop())

    async def _listen(self) -> None:
        self._open.set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        await self._each("abort")

    async def _each(self, what: str) -> None:
        for line in list(self._lines):
            getattr(line, what)()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if isinstance(self.target, Path):
                beyond = await asyncio.open_unix_connection(self.target)
            else:
                beyond = await asyncio.open_connection(*self.target)
        except OSError:
            writer.transport.abort()
            return
        line = Line(self, (reader, writer), beyond)
        self._lines.add(line)
        try:
            await line.run()
        finally:
            self._lines.discard(line)

    async def opened(self) -> None:
        await self._open.wait()


class Line:
    """One connection from a client to the server."""

    def __init__(self, proxy: Proxy, client: tuple, server: tuple) -> None:
        self.proxy, self.client, self.server = proxy, client, server

    async def run(self) -> None:
        ways = [
            asyncio.create_task(self._pass(self.client[0], self.server[1], answer=False)),
            asyncio.create_task(self._pass(self.server[0], self.client[1], answer=True)),
        ]
        try:
            await asyncio.wait(ways)
        finally:
            for way in ways:
                way.cancel()
            self.abort(gently=True)

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answer: bool
    ) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while data := await reader.read(CHUNK):
                if answer and self.proxy.answers_to_lose > 0:
                    self.proxy.answers_to_lose -= 1
                    self.proxy.lost += 1
                    self.abort()
                    return
                if self.proxy.delay:
                    await asyncio.sleep(self.proxy.delay)
                await self.proxy.opened()
                writer.write(data)
                await writer.drain()
            await self.proxy.opened()
            if answer:
                writer.close()  # the server is gone: nothing more can come of this connection
                self.server[1].close()
            elif writer.can_write_eof():
                writer.write_eof()

    def half_close(self) -> None:
        with contextlib.suppress(OSError, RuntimeError):
            self.server[1].write_eof()

    def abort(self, *, gently: bool = False) -> None:
        for _, writer in (self.client, self.server):
            if not gently and (raw := writer.get_extra_info("socket")) and raw.family != socket.AF_UNIX:
                with contextlib.suppress(OSError):
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
            writer.transport.abort()
