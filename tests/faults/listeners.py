"""Listeners: pages without a browser. They resume as the contract says and keep a ledger of all they heard."""

import asyncio
import json
import random
import time
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.faults.house import Person, Place
from tests.faults.showing import apply, state_of

SILENCE = 2.4  # heartbeats without a frame after which the link is dead (the browser: 60 s at 25 s)
LEAVING = 15  # seconds: a little less than others are told after that somebody left
SIGNED_OUT, NOT_A_MEMBER, RESTART = 4401, 4403, (1001, 1012)


@dataclass
class Heard:
    """One event that was applied: when, and over which connection (counted from 1)."""

    sequence: int
    name: str
    key: str | None  # the client_id of what it is about
    at: float
    connection: int


@dataclass
class Connection:
    opened: float
    closed: float | None = None
    code: int | None = None


@dataclass
class Skip:
    """A snapshot stood for these events."""

    after: int
    upto: int
    at: float


@dataclass
class Ledger:
    """All that one listener applied, and what should not have come."""

    start: int = 0  # the snapshot that it began with
    heard: list[Heard] = field(default_factory=list)
    doubled: list[int] = field(default_factory=list)
    disordered: list[int] = field(default_factory=list)
    skipped: list[Skip] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    departures: list[tuple[int, float]] = field(
        default_factory=list
    )  # who was said to be offline from now on
    frames: int = 0

    @property
    def sequences(self) -> list[int]:
        return [each.sequence for each in self.heard]

    def covered(self, sequence: int) -> bool:
        return any(skip.after < sequence <= skip.upto for skip in self.skipped)


class Listener:
    """One person's page: `position` is the last event that it has, `state` what it would show."""

    def __init__(
        self, place: Place, person: Person, *, url: str | None = None, by_session: bool = False
    ) -> None:
        self.place, self.person, self.by_session = place, person, by_session
        self.url = (url or place.house.url).replace("http", "ws", 1)
        self.ledger = Ledger()
        self.ended: int | None = None  # the code after which it does not come back
        self.live = False
        self.position = -1
        self.epoch: str | None = None
        self.state: dict[str, Any] = {}
        self.line: ClientConnection | None = None
        self._stopped = False
        self._failures = 0
        self._task: asyncio.Task | None = None

    def here(self, at: float) -> bool:
        """Whether the person was connected then, or so shortly before that others need not know."""
        lines = self.ledger.connections
        return any(line.opened < at and (line.closed is None or at < line.closed + LEAVING) for line in lines)

    # From the test's thread --------------------------------------------------------------------------------

    def start(self, after: int | None = None) -> "Listener":
        """From a snapshot of now; or from `after` on, with an empty page."""
        if after is None:
            self._take(self.place.snapshot(self.person))
        else:
            self.position = after
        self.ledger.start = self.position
        background = self.place.house.background
        background.loop.call_soon_threadsafe(self._begin)
        return self

    def _begin(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        self._stopped = True
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    # The line ----------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        while not self._stopped and self.ended is None:
            code = await self._connect()
            self.live = False
            if code in (NOT_A_MEMBER, SIGNED_OUT):
                self.ended = code
                return
            if code in RESTART:
                pause = 0.2 + random.random() * 4.8
            else:
                pause = random.random() * min(30, 0.5 * 2**self._failures)
                self._failures += 1
            await asyncio.sleep(pause)

    async def _connect(self) -> int | None:
        """One connection to its end; the close code, None where there was none."""
        headers = {"Authorization": f"Bearer {self.person.token}"}
        if self.by_session:
            house = self.place.house
            headers = {
                "Cookie": f"{house.cookie}={self.person.session}",
                "Origin": self.url.replace("ws", "http", 1),
            }
        address = f"{self.url}/ws/projects/{self.place.id}/?after={self.position}"
        kept: Connection | None = None
        try:
            self.line = await connect(
                address, additional_headers=headers, open_timeout=6, ping_interval=None, close_timeout=2,
                max_size=None, compression=None, proxy=None,
            )  # fmt: skip
            kept = Connection(time.monotonic())
            self.ledger.connections.append(kept)
            silence = 60.0
            while True:
                async with asyncio.timeout(silence):
                    frame = json.loads(await self.line.recv())
                if frame["type"] == "hello":
                    silence = frame["heartbeat"] * SILENCE
                await self._hear(frame)
        except (OSError, WebSocketException, TimeoutError):
            code = self.line.close_code if kept and self.line else None
            if kept:
                kept.code = code
            return code
        finally:
            if kept:
                kept.closed = time.monotonic()
            if self.line:
                self.line.transport.abort()
                self.line = None

    # What comes --------------------------------------------------------------------------------------------

    async def _hear(self, frame: dict[str, Any]) -> None:
        self.ledger.frames += 1
        match frame:
            case {"type": "hello", "epoch": epoch, "sequence": sequence}:
                if self.epoch is not None and epoch != self.epoch:
                    await self._start_afresh()
                self.epoch = epoch
                if sequence <= self.position:
                    self._is_live()
            case {"type": "events", "events": events}:
                for event in events:
                    if event["name"] == "project.reset":
                        await self._start_afresh()
                    else:
                        self._apply(event)
            case {"type": "reset"}:
                await self._start_afresh()
                self._is_live()
            case {"type": "presence", "user": user, "status": "offline"}:
                self.ledger.departures.append((user, time.monotonic()))
            case {"type": "caught_up"} | {"type": "heartbeat"}:
                self._is_live()

    def _is_live(self) -> None:
        self.live, self._failures = True, 0

    async def _start_afresh(self) -> None:
        before = self.position
        snapshot = await asyncio.to_thread(self._fetch)
        self._take(snapshot)
        if self.position > before:
            self.ledger.skipped.append(Skip(before, self.position, time.monotonic()))

    def _fetch(self) -> dict[str, Any]:
        for patience in range(40):
            try:
                return self.place.snapshot(self.person)
            except (AssertionError, OSError):
                time.sleep(0.25 + patience * 0.05)
        return self.place.snapshot(self.person)

    def _apply(self, event: dict[str, Any]) -> None:
        sequence, data = event["sequence"], event["data"]
        if sequence <= self.position:
            if self.ledger.covered(sequence):
                return  # the snapshot was newer than what was on its way
            known = sequence in {each.sequence for each in self.ledger.heard}
            (self.ledger.doubled if known else self.ledger.disordered).append(sequence)
            return
        self.position = sequence
        self.ledger.heard.append(
            Heard(
                sequence, event["name"], data.get("client_id"), time.monotonic(), len(self.ledger.connections)
            )
        )
        if self.state:
            apply(self.state, event["name"], data)

    def _take(self, snapshot: dict[str, Any]) -> None:
        self.position = snapshot["sequence"]
        self.epoch = snapshot.get("epoch", self.epoch)
        self.state = state_of(snapshot)
