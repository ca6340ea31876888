"""One message, many sockets: how many deliveries a second leave a live process.

The load publishes as a web process does after its commit (projects/push.py), with the next number each, into the same
Redis for all; the log itself is not written, for no feed reads it while nothing is missing. So this measures the way
from Redis to the sockets alone; `write` and `end-to-end` measure the rest.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from bench.measuring import Bench, Row, Runs, ratio

FLIGHT = 16  # messages on their way at any time
SECONDS = 3.0

Take = Callable[[float], dict[str, Any]]  # seconds -> figures


def two_hundred(bench: Bench) -> list[Row]:
    return fan(bench, "fan.200", bench.count(200, 20), off=0.45)


def thousand(bench: Bench) -> list[Row]:
    return fan(bench, "fan.1000", bench.count(1000, 40), off=0.40)


def fan(bench: Bench, id: str, count: int, *, off: float) -> list[Row]:
    with contenders(bench, "fan", count) as (takes, pids):
        for name in ("on", "R1", "off"):
            takes[name](0.3)  # warm
        runs = bench.interleaved({name: lambda t=take: t(SECONDS) for name, take in takes.items()}, pids)
        profiles = {
            name: bench.profile(f"{id}-{name}", pids[name], lambda n=name: takes[n](SECONDS))
            for name in ("on", "off")
        }
    rate = {name: each.median("rate") for name, each in runs.items()}
    rows = []
    for name, least in (("on", 1.0), ("off", off)):
        r1, r2 = ratio(rate[name], rate["R1"]), ratio(rate[name], rate["R2"])
        rows.append(runs[name].row(
            id, f"deliveries, coalescing {name}", "/s", "rate", better="more", beside=beside(rate, r1, r2),
            goal=f">= {least:g} of R1" + (", >= 10 R2" if name == "on" else ""),
            met=reached(r1, least) and (name == "off" or reached(r2, 10)),
            details={"lost": runs[name].worst("lost"), "dominates": profiles[name], **load_of(runs, "R1")},
        ))  # fmt: skip
    return rows


@contextmanager
def contenders(
    bench: Bench, project: str, count: int, names: tuple[str, ...] = ("on", "R1", "off", "R2")
) -> Iterator[tuple[dict[str, Take], dict[str, int]]]:
    """Taskroom with coalescing on and off, R1 and R2, each with `count` sockets open: by name what runs it for so
    many seconds, and the process that is measured."""
    with ExitStack() as open_:
        takes, pids = {}, {}
        for name in names:
            target = target_of(bench, name, open_)
            takes[name] = fanning(bench, name, target, [bench.servers.data[project]], count, open_)
            pids[name] = target.pid
        yield takes, pids


@dataclass
class Target:
    """A server that is measured: how the load finds it, and speaks to it through Redis."""

    speaks: str
    pid: int
    url: str = ""
    port: int = 0
    prefix: str = ""

    def sockets(self, bench: Bench, projects: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
        servers = bench.servers
        return servers.sockets(self.url, projects, count) if self.url else servers.plain_sockets(
            self.port, projects, count
        )  # fmt: skip

    def publishing(self, bench: Bench) -> dict[str, str]:
        return {"redis": bench.servers.redis.url, "speaks": self.speaks, "prefix": self.prefix}


def target_of(bench: Bench, name: str, open_: ExitStack) -> Target:
    """on, off: Taskroom with coalescing as set, and without; R1, R2."""
    if name in ("R1", "R2"):
        module = {"R1": "bare", "R2": "textbook"}[name]
        port, pid = open_.enter_context(bench.servers.reference(module))
        return Target(module, pid, port=port)
    stack = bench.servers.main
    if name == "off":
        stack = open_.enter_context(bench.servers.taskroom("off", FEED_TOGETHER_SECONDS="0"))
    return Target("taskroom", stack.live.workers()[0], url=stack.live_url, prefix=stack.prefix)


def fanning(
    bench: Bench, group: str, target: Target, projects: list[dict[str, Any]], count: int, open_: ExitStack
) -> Take:
    """Opens the sockets; what then runs for so many seconds."""
    opened(bench.load, group, target.sockets(bench, projects, count), greets=target.speaks == "taskroom")
    open_.callback(bench.load.do, "close", group=group)
    return lambda seconds: bench.load.do(
        "fan", group=group, seconds=bench.seconds(seconds), flight=FLIGHT, **target.publishing(bench)
    )


def opened(load: Any, group: str, sockets: list[dict[str, Any]], *, greets: bool = True) -> None:
    """SystemExit when not all of them opened."""
    failed = load.do("open", group=group, sockets=sockets, greets=greets)["failed"]
    if failed:
        raise SystemExit(f"bench: {failed} of {len(sockets)} sockets could not be opened")
    load.do("settle", group=group)


def beside(rate: dict[str, float | None], r1: float | None, r2: float | None) -> dict[str, float]:
    figures = {"R1": rate["R1"], "of R1": r1, "R2": rate["R2"], "of R2": r2}
    return {name: value for name, value in figures.items() if value is not None}


def load_of(runs: dict[str, Runs], name: str) -> dict[str, Any]:
    """What the load took in the runs of a reference, and whether it was the limit there."""
    client = max(run.figures["client"] for run in runs[name].all)
    return {f"client of {name}": round(client, 2), f"{name} refused": runs[name].refused}


def reached(value: float | None, least: float) -> bool:
    return value is not None and value >= least
