"""The load: a process of its own, that opens sockets, publishes, asks, counts what arrives and measures itself.

`python -m bench.load` reads one JSON object a line, `{"do": ..., ...}`, and answers each with one. Its own CPU stands
in the answers as `client`, the share of one core: where it was the limit, a run says nothing about the server.
"""

import asyncio
import itertools
import json
import re
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from bench import events, requests
from bench.publishing import publisher
from bench.statistics import percentiles

OVERHEAD, STRIDE = events.OVERHEAD, events.STRIDE
ACTIVITY = b'{"type":"activity","state":"active"}'
SEQUENCE = re.compile(rb'\{"sequence":(\d+),"name"')
PATIENCE = 5.0  # seconds without any delivery until what is missing counts as lost
MANY, BREATH = (
    100,
    0.002,
)  # sockets a message, from which on the load pauses; seconds, little beside their turn
LONGEST = 30.0  # seconds until it does even if some still come


class Listener(WSListener):
    """One socket. What happens to its frames is its group's affair, and changes from run to run."""

    def __init__(self, group: "Group", project: int) -> None:
        self.group, self.project = group, project
        self.greeted = asyncio.get_running_loop().create_future()
        self.transport: WSTransport | None = None
        self.heard: list[int] = []

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        if not self.group.greets:
            self.greeted.set_result(None)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        flight = self.group.flight
        if flight is None:
            self.group.take(self, frame)
            return
        # Here and by size alone: each call more would be a tenth of what a delivery costs the load.
        number, rest = divmod(frame.payload_size - OVERHEAD, STRIDE)
        if not rest and number > 0:
            flight.deliveries += number
            if flight.deliveries >= flight.mark:
                flight.more()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.group.ended += 1
        if not self.greeted.done():
            self.greeted.set_exception(ConnectionError(f"closed: {transport.close_handshake}"))


class Group:
    """Sockets that were opened together, at one server."""

    def __init__(self, *, greets: bool) -> None:
        self.greets = greets  # whether a "hello" says where the log stands
        self.listeners: list[Listener] = []
        self.next: dict[int, int] = {}  # project -> the number of its next event
        self.take: Callable[[Listener, WSFrame], None] = self.look
        self.flight: Flight | None = None
        self.sent: dict[int, float] = {}
        self.delays: list[float] = []
        self.arrivals: dict[int, list[float]] = {}
        self.frames = self.ended = 0

    async def open(self, sockets: list[dict[str, Any]], at_once: int = 50) -> int:
        """How many could not be opened."""
        gate = asyncio.Semaphore(at_once)

        async def one(socket: dict[str, Any]) -> bool:
            async with gate:
                listener = Listener(self, socket["project"])
                self.next.setdefault(listener.project, 1)
                try:
                    async with asyncio.timeout(30):
                        await ws_connect(
                            lambda: listener, socket["url"], extra_headers=socket.get("headers"),
                            websocket_handshake_timeout=30, logger_name="bench",
                        )  # fmt: skip
                        await listener.greeted
                except Exception as error:
                    print(f"bench: a socket could not be opened: {error!r}", file=sys.stderr)
                    return False
                self.listeners.append(listener)
                return True

        opened = await asyncio.gather(*map(one, sockets))
        return opened.count(False)

    async def close(self) -> None:
        for listener in self.listeners:
            listener.transport.disconnect(graceful=False)
        await asyncio.gather(*(listener.transport.wait_disconnected() for listener in self.listeners))

    # What is done with frames ----------------------------------------------------------------------------

    def look(self, listener: Listener, frame: WSFrame) -> None:
        """Between runs: take the number of the greeting, say with each heartbeat what a page says."""
        self.frames += 1
        if frame.msg_type is not WSMsgType.TEXT:
            return
        if not listener.greeted.done():
            said = json.loads(frame.get_payload_as_bytes())
            if said["type"] == "hello":
                self.next[listener.project] = max(self.next[listener.project], said["sequence"] + 1)
                listener.greeted.set_result(None)
        elif frame.payload_size < 100 and b'"heartbeat"' in frame.get_payload_as_bytes():
            listener.transport.send(WSMsgType.TEXT, ACTIVITY)

    def time(self, listener: Listener, frame: WSFrame) -> None:
        """How long each event took from its publication."""
        now = time.perf_counter()
        for number in SEQUENCE.findall(frame.get_payload_as_bytes()):
            if (sent := self.sent.get(int(number))) is not None:
                self.delays.append(now - sent)

    def note(self, listener: Listener, frame: WSFrame) -> None:
        """Every number that each socket hears."""
        numbers = list(map(int, SEQUENCE.findall(frame.get_payload_as_bytes())))
        listener.heard += numbers
        self.frames += len(numbers)

    def stamp(self, listener: Listener, frame: WSFrame) -> None:
        """When each number was heard, by anyone."""
        now = time.perf_counter()
        for number in SEQUENCE.findall(frame.get_payload_as_bytes()):
            self.arrivals.setdefault(int(number), []).append(now)
            self.frames += 1


class Flight:
    """So many messages on their way at any time: the next one leaves when as much as one has arrived everywhere."""

    def __init__(self, group: Group, publish: Callable[[int, int], None], most: int) -> None:
        self.group, self.publish, self.most = group, publish, most
        self.projects = list(group.next)
        self.each = len(group.listeners) // len(self.projects)  # sockets that hear one message
        self.published = self.deliveries = 0
        self.over = False
        self.mark = 0

    def breathe(self) -> None:
        """Wait a moment between two looks at the sockets: more then lies ready in each, and is read at once."""
        if not self.over:
            time.sleep(BREATH)
            asyncio.get_running_loop().call_soon(self.breathe)

    def more(self) -> None:
        while not self.over and self.published - self.deliveries // self.each < self.most:
            project = self.projects[self.published % len(self.projects)]
            self.publish(project, self.group.next[project])
            self.group.next[project] += 1
            self.published += 1
        self.mark = (self.published - self.most + 1) * self.each if not self.over else 1 << 62


class Load:
    """The commands. All seconds are seconds, all `ms` milliseconds."""

    def __init__(self) -> None:
        self.groups: dict[str, Group] = {}

    async def open(
        self, group: str, sockets: list[dict[str, Any]], greets: bool = True, at_once: int = 50
    ) -> dict[str, Any]:
        self.groups[group] = Group(greets=greets)
        begun = time.perf_counter()
        failed = await self.groups[group].open(sockets, at_once)
        return {"failed": failed, "seconds": time.perf_counter() - begun}

    async def settle(self, group: str, quiet: float = 0.5, most: float = 10) -> dict[str, Any]:
        """Until the group has heard nothing for a while: everyone's coming has been told to everyone."""
        watched, end = self.groups[group], time.perf_counter() + most
        before = -1
        while before != watched.frames and time.perf_counter() < end:
            before = watched.frames
            await asyncio.sleep(quiet)
        return {"frames": watched.frames, "ended": watched.ended}

    async def close(self, group: str) -> dict[str, Any]:
        closing = self.groups.pop(group)
        await closing.close()
        return {}

    async def fan(
        self, group: str, seconds: float, flight: int, redis: str, speaks: str, prefix: str = ""
    ) -> dict[str, Any]:
        """`flight` messages on their way for so many seconds: deliveries a second, and what never arrived."""
        sockets = self.groups[group]
        publishing = await publisher(speaks, redis, prefix)
        run = sockets.flight = Flight(sockets, publishing.publish, flight)
        begun, cpu = time.perf_counter(), time.process_time()
        run.more()
        if run.each >= MANY:
            run.breathe()
        await asyncio.sleep(seconds)
        deliveries, elapsed, used = run.deliveries, time.perf_counter() - begun, time.process_time() - cpu
        run.over = True
        await self._arrived(lambda: run.deliveries, run.published * run.each)
        sockets.flight = None
        await publishing.close()
        return {
            "rate": deliveries / elapsed, "client": used / elapsed, "published": run.published,
            "lost": run.published * run.each - run.deliveries,
        }  # fmt: skip

    async def latency(
        self, group: str, seconds: float, rate: float, redis: str, speaks: str, prefix: str = ""
    ) -> dict[str, Any]:
        """`rate` messages a second: ms from the publication of each to its arrival at each socket."""
        sockets = self.groups[group]
        publishing = await publisher(speaks, redis, prefix)
        (project,) = sockets.next
        sockets.sent, sockets.delays, sockets.take = {}, [], sockets.time
        count = int(seconds * rate)
        begun, cpu = time.perf_counter(), time.process_time()
        for number in range(count):
            await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
            sequence = sockets.next[project]
            sockets.next[project] += 1
            sockets.sent[sequence] = time.perf_counter()
            publishing.publish(project, sequence)
        wanted = count * len(sockets.listeners)
        await self._arrived(lambda: len(sockets.delays), wanted)
        elapsed, used = time.perf_counter() - begun, time.process_time() - cpu
        sockets.take = sockets.look
        await publishing.close()
        return {**percentiles(sockets.delays), "client": used / elapsed, "lost": wanted - len(sockets.delays)}

    async def listen(self, group: str) -> dict[str, Any]:
        """From now on note every number that each socket hears."""
        sockets = self.groups[group]
        for listener in sockets.listeners:
            listener.heard.clear()
        sockets.frames, sockets.take = 0, sockets.note
        return {}

    async def ledger(self, group: str, first: int, count: int) -> dict[str, Any]:
        """What of `count` events from number `first` on was lost, doubled or out of order since `listen`."""
        sockets = self.groups[group]
        await self._arrived(lambda: sockets.frames, count * len(sockets.listeners))
        await asyncio.sleep(0.3)  # doubles come later
        sockets.take = sockets.look
        heard, wanted = [listener.heard for listener in sockets.listeners], set(range(first, first + count))
        return {
            "lost": sum(len(wanted.difference(each)) for each in heard),
            "doubled": sum(len(each) - len(set(each)) for each in heard),
            "disordered": sum(a > b for each in heard for a, b in itertools.pairwise(each)),
            "foreign": sum(len(set(each) - wanted) for each in heard),
        }

    async def through(
        self, group: str, url: str, headers: dict[str, str], path: str, seconds: float, rate: float
    ) -> dict[str, Any]:
        """`rate` messages a second posted over HTTP: ms from each request's begin until each socket has its event."""
        sockets = self.groups[group]
        sockets.arrivals, sockets.frames, sockets.take = {}, 0, sockets.stamp
        count = int(seconds * rate)
        client = await requests.Connection(url, headers).open()
        starts = []
        begun, cpu = time.perf_counter(), time.process_time()
        for number in range(count):
            await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
            starts.append(time.perf_counter())
            status, _ = await client.ask("POST", path, {"body": events.BODY})
            if status != 201:
                raise RuntimeError(f"a message was answered with {status}")
        await self._arrived(lambda: sockets.frames, count * len(sockets.listeners))
        elapsed, used = time.perf_counter() - begun, time.process_time() - cpu
        sockets.take = sockets.look
        client.close()
        # One writer, one after the other: the n-th number belongs to the n-th request.
        heard = [sockets.arrivals[number] for number in sorted(sockets.arrivals)]
        delays = [at - start for start, ats in zip(starts, heard, strict=False) for at in ats]
        return {
            **percentiles(delays), "client": used / elapsed, "lost": count * len(sockets.listeners) - len(delays),
        }  # fmt: skip

    async def storm(self, group: str, sockets: list[dict[str, Any]], at_once: int) -> dict[str, Any]:
        """Cut all sockets of the group and open them again, each until its greeting has come."""
        cut = self.groups[group]
        for listener in cut.listeners:
            listener.transport.underlying_transport.abort()
        back = self.groups[group] = Group(greets=True)
        begun, cpu = time.perf_counter(), time.process_time()
        failed = await back.open(sockets, at_once)
        elapsed, used = time.perf_counter() - begun, time.process_time() - cpu
        await asyncio.sleep(0.5)
        return {"failed": failed + back.ended, "rate": len(sockets) / elapsed, "client": used / elapsed}

    async def ask(self, **specification: Any) -> dict[str, Any]:
        return await requests.run(**specification)

    async def _arrived(self, number: Callable[[], int], wanted: int) -> None:
        """Until so much has come, or nothing more comes."""
        before, begun = -1, time.perf_counter()
        end = begun + PATIENCE
        while number() < wanted and time.perf_counter() < min(end, begun + LONGEST):
            if number() != before:
                before, end = number(), time.perf_counter() + PATIENCE
            await asyncio.sleep(0.005)


async def main() -> None:
    load, loop = Load(), asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=2**26)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        command = json.loads(line)
        doing: Callable[..., Awaitable[dict[str, Any]]] = getattr(load, command.pop("do"))
        print(json.dumps(await doing(**command)), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
