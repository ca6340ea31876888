"""Runs, taken in turns, and the rows of the table that come of them."""

import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench import profiling
from bench.machine import Watch
from bench.servers import Servers
from bench.statistics import median

MOST_CLIENT = 0.8  # of a core: a run in which the load took more is refused


@dataclass
class Row:
    """One line of the table. `value` is the median of `runs`; `better`: "more", "less", or "" for what is only said."""

    id: str
    what: str
    unit: str
    value: float | None
    better: str = ""
    runs: list[float] = field(default_factory=list)
    beside: dict[str, float] = field(default_factory=dict)  # references and ratios, by name
    goal: str = ""
    met: bool | None = None
    marked: int = 0  # runs in which others took too much of the machine
    refused: int = 0  # runs in which the load was the limit
    details: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class Run:
    """What one run said, and what the machine said of it."""

    figures: dict[str, float]
    others: float
    stolen: float
    marked: bool
    server: float  # of one core, the measured process

    @property
    def refused(self) -> bool:
        return self.figures.get("client", 0.0) > MOST_CLIENT


class Runs:
    """All runs of one contender."""

    def __init__(self, runs: list[Run]) -> None:
        self.all = runs
        self.marked, self.refused = (sum(getattr(r, name) for r in runs) for name in ("marked", "refused"))
        self.valid = [run for run in runs if not run.refused]

    def values(self, name: str) -> list[float]:
        return [run.figures[name] for run in self.valid]

    def median(self, name: str) -> float | None:
        return median(self.values(name)) if self.valid else None

    def worst(self, name: str) -> float:
        return max(run.figures[name] for run in self.all)

    def row(self, id: str, what: str, unit: str, figure: str, **more: Any) -> Row:
        details = {
            "client": round(max(run.figures.get("client", 0.0) for run in self.all), 2),
            "server": round(max(run.server for run in self.all), 2),
            "others": round(max(run.others for run in self.all), 3),
            "stolen": round(max(run.stolen for run in self.all), 3),
            **more.pop("details", {}),
        }
        row = Row(id, what, unit, self.median(figure), runs=self.values(figure), marked=self.marked,
                  refused=self.refused, details=details, **more)  # fmt: skip
        if row.value is None:
            row.met = None
        return row


class Bench:
    """What every workload is given: the servers, how often and how long to run, where profiles go."""

    def __init__(
        self, servers: Servers, *, runs: int, quick: bool, profiles: Path | None, seed: int = 1
    ) -> None:
        self.servers, self.runs, self.quick, self.profiles, self.seed = servers, runs, quick, profiles, seed
        self.load = servers.load

    def seconds(self, seconds: float) -> float:
        return min(seconds, 0.4) if self.quick else seconds

    def count(self, count: int, quick: int) -> int:
        return quick if self.quick else count

    def once(self, take: Callable[[], dict[str, Any]], pid: int | None = None) -> Run:
        with Watch(self.servers.pids) as watch:
            figures = take()
        server = watch.used(pid) if pid else 0.0
        return Run(figures, watch.others, watch.stolen, watch.marked, server)

    def interleaved(
        self, contenders: dict[str, Callable[[], dict[str, Any]]], pids: dict[str, int] | None = None,
        runs: int | None = None,
    ) -> dict[str, Runs]:  # fmt: skip
        """Each contender in turn, and that `runs` times; `pids`: the process that each one measures."""
        pids, taken = pids or {}, {name: [] for name in contenders}
        for _ in range(runs or self.runs):
            for name, take in contenders.items():
                taken[name].append(self.once(take, pids.get(name)))
        return {name: Runs(runs) for name, runs in taken.items()}

    def profile(self, name: str, pid: int, take: Callable[[], dict[str, Any]]) -> str:
        """One run more under py-spy, where profiles are wanted, that counts nowhere; what took most of the time."""
        if self.profiles is None:
            return ""
        self.profiles.mkdir(parents=True, exist_ok=True)
        with profiling.Recording(pid, self.profiles / f"{name}.txt") as recording:
            take()
        return recording.most()


def ratio(one: float | None, other: float | None) -> float | None:
    return one / other if one is not None and other else None


def say(*words: Any) -> None:
    """What goes on, beside the table."""
    if not os.environ.get("BENCH_SILENT"):
        print(*words, file=sys.stderr, flush=True)
