"""One message, many sockets: how many deliveries a second leave a live process.

The load publishes as a web process does after its commit (projects/push.py), with the next number each, into the same
Redis for all; the log itself is not written, for no feed reads it while nothing is missing. So this measures the way
from Redis to the sockets alone; `write` and `end-to-end` measure the rest.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from bench.measuring import Bench, Row, Runs, ratio

FLIGHT = 16  # messages on their way at any time
SECONDS = 3.0


def two_hundred(bench: Bench) -> list[Row]:
    return fan(bench, "fan.200", bench.count(200, 20), off=0.45)


def thousand(bench: Bench) -> list[Row]:
    return fan(bench, "fan.1000", bench.count(1000, 40), off=0.40)


def fan(bench: Bench, id: str, count: int, *, off: float) -> list[Row]:
    with contenders(bench, "fan", count) as (takes, pids):
        for take in takes.values():
            take(0.3)  # warm
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
    bench: Bench, project: str, count: int
) -> Iterator[tuple[dict[str, Callable[[float], dict[str, Any]]], dict[str, int]]]:
    """Taskroom with coalescing on and off, R1 and R2, each with `count` sockets open: by name what runs it for so
    many seconds, and the process that is measured."""
    servers, load = bench.servers, bench.load
    projects = [servers.data[project]]
    with ExitStack() as open_:
        off = open_.enter_context(servers.taskroom("off", FEED_TOGETHER_SECONDS="0"))
        r1, r1_pid = open_.enter_context(servers.reference("bare"))
        r2, r2_pid = open_.enter_context(servers.reference("textbook"))
        groups = {
            "on": (servers.sockets(servers.main.live_url, projects, count), "taskroom", servers.main.prefix),
            "R1": (servers.plain_sockets(r1, projects, count), "bare", ""),
            "off": (servers.sockets(off.live_url, projects, count), "taskroom", off.prefix),
            "R2": (servers.plain_sockets(r2, projects, count), "textbook", ""),
        }
        for name, (sockets, speaks, _) in groups.items():
            opened(load, name, sockets, greets=speaks == "taskroom")
            open_.callback(load.do, "close", group=name)
        pids = {
            "on": servers.main.live.workers()[0],
            "off": off.live.workers()[0],
            "R1": r1_pid,
            "R2": r2_pid,
        }

        def running(name: str) -> Callable[[float], dict[str, Any]]:
            _, speaks, prefix = groups[name]
            return lambda seconds: load.do(
                "fan", group=name, seconds=bench.seconds(seconds), flight=FLIGHT, redis=servers.redis.url,
                speaks=speaks, prefix=prefix,
            )  # fmt: skip

        yield {name: running(name) for name in groups}, pids


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
