"""One run: writers and listeners of one project around a fault, and the oracle's verdict on it."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Self

from tests.faults.deeds import Doer
from tests.faults.house import Place
from tests.faults.listeners import Listener
from tests.faults.oracle import Finding, Oracle, count
from tests.faults.writers import Write, Writer
from tests.waiting import eventually

# Seconds: a loaded machine takes its time, a lost event never comes.
PATIENCE = float(os.environ.get("TASKROOM_FAULTS_PATIENCE", 90))


@dataclass
class Row:
    """One line of the table that script/faults prints."""

    fault: str
    finding: Finding
    converged: float

    def cells(self) -> list[str]:
        found = self.finding
        counts = [found.writes, found.acknowledged, found.lost, found.doubled, found.disordered]
        times = [found.longest_gap, self.converged, found.behind_p99, found.behind]
        return [self.fault, *map(str, counts), *(f"{seconds:.2f}" for seconds in times)]


HEADINGS = [
    "fault",
    "writes",
    "acknowledged",
    "lost",
    "doubled",
    "disordered",
    "longest gap s",
    "to converge s",
    "p99 s",
    "behind s",
]


class Run:
    """`with run: ...` starts the listeners and writers and waits until each of them has heard something.

    `deeds`: beside the writers the owner does all else that one can do in a project, so many seconds apart; see
    deeds.py. None: nothing of it.
    """

    def __init__(
        self, place: Place, fault: str, table: list[Row], *, writers: int = 4, listeners: int = 8,
        deeds: float | None = 0.05, url: str | None = None, writers_url: str | None = None, by_session: bool = False,
        **how: Any,
    ) -> None:  # fmt: skip
        self.place, self.house, self.fault_name, self.table = place, place.house, fault, table
        people = place.people
        self.listeners = [
            Listener(place, people[n % len(people)], url=url, by_session=by_session) for n in range(listeners)
        ]
        self.writers = [
            Writer(place, people[n % len(people)], url=writers_url or url, **how) for n in range(writers)
        ]
        busy = writers and deeds is not None
        self.doer = Doer(place, url=writers_url or url, pause=deeds) if busy else None
        self.extra: list[Write] = []  # what the test itself wrote
        self.before = self.house.resources()
        self.fault_ended: float | None = None
        self.heads_then: dict[int, int] = {}
        self.stalled = False  # whether lines hang for so long that their people are offline
        self.hears: Callable[[Listener], set[int]] | None = None

    def __enter__(self) -> Self:
        for listener in self.listeners:
            listener.start()
        eventually(lambda: all(listener.live for listener in self.listeners), PATIENCE)
        for each in self._busy:
            each.start()
        if self.writers:
            self.more(2 * len(self.writers))
            if self.listeners:
                eventually(lambda: all(listener.ledger.heard for listener in self.listeners), PATIENCE)
        return self

    def __exit__(self, kind: type | None, *_: Any) -> None:
        for each in self._busy:
            each.finish()
        if kind is not None:
            self.close()

    @property
    def writes(self) -> list[Write]:
        return [write for writer in self.writers for write in list(writer.writes)] + self.extra

    @property
    def deeds(self) -> list[Write]:
        return list(self.doer.deeds) if self.doer else []

    @property
    def _busy(self) -> list[Writer | Doer]:
        return [*self.writers, *([self.doer] if self.doer else [])]

    @property
    def acknowledged(self) -> int:
        return sum(write.acknowledged is not None for write in self.writes)

    def more(self, count: int) -> None:
        """Wait until so many further writes are acknowledged."""
        wanted = self.acknowledged + count
        eventually(lambda: self.acknowledged >= wanted, PATIENCE)

    def deeds_done(self, count: int) -> None:
        """Wait until so many deeds are done since the begin."""
        eventually(lambda: len(self.deeds) > count, PATIENCE)

    def during(self, seconds: float) -> None:
        """Let the load go on while a fault lasts."""
        time.sleep(seconds)

    @contextlib.contextmanager
    def fault(self) -> Iterator[None]:
        """What is done in here is the fault; its end is where convergence is measured from."""
        yield
        self.fault_ended = time.monotonic()
        self.heads_then = {person.id: self.head_for(person) for person in self.place.people}

    def head(self) -> int:
        with self.house.postgres.connect() as connection:
            found = connection.execute(
                "SELECT sequence FROM projects_counter WHERE project_id = %s", [self.place.id]
            )
            return found.fetchone()[0]

    def names(self) -> set[str]:
        """Of all events in the log."""
        with self.house.postgres.connect() as connection:
            found = connection.execute(
                "SELECT DISTINCT name FROM projects_event WHERE project_id = %s", [self.place.id]
            )
            return {name for (name,) in found}

    def head_for(self, person: Any, channels: set[int] | None = None) -> int:
        """The head as the person counts, who hears these private channels."""
        return count(self.house, self.place.id, {-person.id, *(channels or ())})

    def settle(self) -> None:
        """The writers see their last write through, and every listener reaches the head of the log."""
        for each in self._busy:
            each.finish()
        for each in self._busy:
            each.join()
        heads = {
            listener: self.head_for(listener.person, self._heard_by(listener)) for listener in self.listeners
        }
        with contextlib.suppress(AssertionError):  # the oracle says it better
            eventually(lambda: all(self._there(*each) for each in heads.items()), PATIENCE)

    def judge(self, *, behind: float | None = None, whole: bool = True, answers: bool = True) -> Finding:
        """Fails on anything wrong. `behind`: the promised bound, s; `answers`: every write is known to be done."""
        try:
            self.settle()
            oracle = Oracle(self.place, hears=self.hears)
            found = oracle.judge(
                self.writes, self.listeners, whole=whole, doer=self.doer, stalled=self.stalled
            )
        finally:
            self.close()
        found.wrong += self.house.left_behind(self.before)
        self.table.append(Row(self.fault_name, found, self._converged()))
        if behind is not None and found.behind > behind:
            found.wrong.append(
                f"a connected listener was {found.behind:.1f} s behind; promised are {behind} s"
            )
        if answers:
            said = [*self.writes, *self.deeds]
            open_ones = [write for write in said if write.acknowledged is None and not write.refused]
            found.wrong += [f"{write.key} was never answered: {write.answers}" for write in open_ones]
        assert not found.wrong, "\n".join(found.wrong[:20])
        assert found.acknowledged, "nothing was written: this proves nothing"
        return found

    def close(self) -> None:
        for each in self._busy:
            each.finish()
        for listener in self.listeners:
            self.house.background.run(listener.stop())

    def _there(self, listener: Listener, head: int) -> bool:
        return listener.ended is not None or listener.position >= head

    def _heard_by(self, listener: Listener) -> set[int]:
        return self.hears(listener) if self.hears else set()

    def _converged(self) -> float:
        """Seconds from the end of the fault until everyone had all that was written until then."""
        if self.fault_ended is None:
            return 0.0
        moments = [
            heard.at
            for listener in self.listeners
            for heard in listener.ledger.heard
            if heard.sequence <= self.heads_then.get(listener.person.id, 0)
        ]
        moments += [skip.at for listener in self.listeners for skip in listener.ledger.skipped]
        return max(0.0, max(moments, default=0.0) - self.fault_ended)
