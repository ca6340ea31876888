"""The whole way, through nginx: from the begin of a request until the sockets have its event."""

from contextlib import ExitStack
from typing import Any

from bench.measuring import Bench, Row, ratio
from bench.workloads.fan import opened, target_of
from bench.workloads.sockets import known

SECONDS, RATE = 4.0, 5


def end_to_end(bench: Bench) -> list[Row]:
    servers, load, real = bench.servers, bench.load, bench.servers.data["real"]
    count = bench.count(200, 20)
    writer = servers.headers(servers.person(0))
    seconds = max(bench.seconds(SECONDS), 1.0)

    def through() -> dict[str, Any]:
        return load.do(
            "through", group="through", url=servers.main.url, headers=writer, seconds=seconds, rate=RATE,
            path=f"/api/v1/rooms/{real['room']}/messages",
        )  # fmt: skip

    def empty() -> dict[str, Any]:
        return load.do(
            "ask", url=servers.main.url, people=[writer], asks=[["GET", "/bench/empty", None]], clients=1,
            seconds=seconds, rate=RATE, seed=bench.seed,
        )  # fmt: skip

    with ExitStack() as open_:
        r1 = target_of(bench, "R1", open_)
        groups = {
            "through": servers.sockets(servers.main.url, [real], count),
            "R1": r1.sockets(bench, [real], count),
        }
        for name, sockets in groups.items():
            opened(load, name, sockets, greets=name != "R1")
            open_.callback(load.do, "close", group=name)

        def bare() -> dict[str, Any]:
            return load.do("latency", group="R1", seconds=seconds, rate=RATE, **r1.publishing(bench))

        through()  # whoever speaks for the first time joins the room: an event more
        runs = bench.interleaved({"through": through, "R1": bare, "R3": empty})
    rows = []
    for figure in ("p50", "p99"):
        own, r1, r3 = (runs[name].median(figure) for name in ("through", "R1", "R3"))
        times = ratio(own, (r1 or 0) + (r3 or 0))
        rows.append(runs["through"].row(
            "end-to-end", f"{figure} from POST to {count} sockets", "ms", figure, better="less",
            goal="<= 2.5 (R1 + R3)", met=times is not None and times <= 2.5,
            beside=known({"R1": r1, "R3": r3, "of both": times}), details={"lost": runs["through"].worst("lost")},
        ))  # fmt: skip
    return rows
