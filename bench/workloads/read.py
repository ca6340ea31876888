"""Reading: a page of a long history, and a large board, straight from the web process."""

import time
from typing import Any

from bench.measuring import Bench, Row, ratio
from bench.statistics import percentiles
from config.stack import BASE_DIR

SECONDS = 2.0
BOARD = (BASE_DIR / "bench" / "reference" / "board.sql").read_text()


def page(bench: Bench) -> list[Row]:
    history = bench.servers.data["history"]
    oldest, newest = history["messages"]
    path = f"/api/v1/rooms/{history['room']}/messages?limit=50"
    runs = bench.interleaved({
        "end": lambda: getting(bench, path),
        "middle": lambda: getting(bench, f"{path}&before={(oldest + newest) // 2}"),
    }, dict.fromkeys(("end", "middle"), bench.servers.main.web.workers()[0]))  # fmt: skip
    profile = bench.profile("read.page", bench.servers.main.web.workers()[0], lambda: getting(bench, path))
    end, middle = (runs[name].median("p50") for name in ("end", "middle"))
    times = ratio(max(end, middle), min(end, middle))
    total = f"{newest - oldest + 1:,}"
    return [runs["middle"].row(
        "read.page", f"50 of {total} messages, in the middle", "ms", "p50", better="less", goal="<= 2, middle to end",
        met=times <= 2, beside={"at the end": end, "ratio": times},
        details={"dominates": profile},
    )]  # fmt: skip


def board(bench: Bench) -> list[Row]:
    history = bench.servers.data["history"]
    pid = bench.servers.main.web.workers()[0]
    with bench.servers.connection() as connection:
        connection.execute("SET jit = off")

        def aggregated() -> dict[str, Any]:
            times = []
            end = time.perf_counter() + bench.seconds(SECONDS)
            while time.perf_counter() < end:
                at = time.perf_counter()
                connection.execute(BOARD, [history["id"]], binary=False).fetchall()
                times.append(time.perf_counter() - at)
            return percentiles(times)

        def snapshot() -> dict[str, Any]:
            return getting(bench, f"/api/v1/projects/{history['id']}/snapshot")

        snapshot()
        runs = bench.interleaved({"snapshot": snapshot, "R4": aggregated}, {"snapshot": pid})
        profile = bench.profile("read.board", pid, snapshot)
    own, r4 = runs["snapshot"].median("p50"), runs["R4"].median("p50")
    count = bench.servers.sizes["board"]
    return [runs["snapshot"].row(
        "read.board", f"snapshot with {count:,} tasks", "ms", "p50", better="less", goal="<= 2 of R4",
        met=own / r4 <= 2, beside={"R4": r4, "of R4": own / r4}, details={"dominates": profile},
    )]  # fmt: skip


def getting(bench: Bench, path: str) -> dict[str, Any]:
    """By one client, one after the other."""
    servers = bench.servers
    figures = bench.load.do(
        "ask", url=servers.main.web_url, people=[servers.headers(servers.data["ana"])], asks=[["GET", path, None]],
        clients=1, seconds=bench.seconds(SECONDS), seed=bench.seed,
    )  # fmt: skip
    if figures["refused"]:
        raise SystemExit(f"bench: {path} was answered with {figures['refused']}")
    return figures
