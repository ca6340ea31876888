"""What sockets cost that only stay, and what happens when all of them come back at once."""

from typing import Any

from bench import machine
from bench.measuring import Bench, Row, Runs
from bench.workloads.fan import opened

ALL_AT_ONCE = 128
WINDOW = 26.0  # seconds: every socket gets a heartbeat, and answers it


def idle(bench: Bench) -> list[Row]:
    """Each run on a process of its own, which has held no socket before."""
    sizes = (bench.count(1000, 50), bench.count(5000, 100))
    taken: dict[int, list[Any]] = {size: [] for size in sizes}
    profile = ""
    for _ in range(bench.runs):
        with bench.servers.taskroom("idle") as stack, bench.servers.client() as load:
            pid, before, held = stack.live.workers()[0], 0, 0
            opened(load, "warm", bench.servers.sockets(stack.live_url, bench.servers.data["fifty"], 50))
            load.do("close", group="warm")
            before = machine.memory(pid)
            everybody = bench.servers.sockets(stack.live_url, bench.servers.data["fifty"], max(sizes))
            for size in sizes:
                opened(load, f"idle-{size}", everybody[held:size])
                held = size
                grown = (machine.memory(pid) - before) / 1024 / size
                run = bench.once(
                    lambda w=load: w.do("settle", group=f"idle-{sizes[0]}", **staying(bench)), pid
                )
                run.figures |= {"memory": grown, "cpu": run.server * 100 * 10_000 / size}
                taken[size].append(run)
            if not profile:
                profile = bench.profile(
                    "idle", pid, lambda w=load: w.do("settle", group=f"idle-{sizes[0]}", **staying(bench))
                )
    rows = []
    for size in sizes:
        runs = Runs(taken[size])
        memory = runs.row(
            "idle", f"memory a socket, {size} sockets", "KiB", "memory", better="less", goal="<= 40 KiB"
        )
        memory.met = memory.value <= 40
        cpu = runs.row(
            "idle", f"of a core for 10,000, measured at {size}", "%", "cpu", better="less", goal="<= 4 %",
            details={"dominates": profile if size == max(sizes) else ""},
        )  # fmt: skip
        cpu.met = cpu.value <= 4
        rows += [memory, cpu]
    return rows


def staying(bench: Bench) -> dict[str, float]:
    seconds = bench.seconds(WINDOW)
    return {"quiet": seconds, "most": seconds}


def storm(bench: Bench) -> list[Row]:
    """While requests go on at a second load, forty a second."""
    servers, load = bench.servers, bench.load
    count = bench.count(1000, 50)
    sockets = servers.sockets(servers.main.live_url, [servers.data["fan"]], count)
    opened(load, "storm", sockets)
    people = [servers.headers(servers.person(number)) for number in range(4)]
    with servers.client() as asking:

        def take() -> dict[str, Any]:
            asking.begin(
                "ask", url=servers.main.web_url, people=people, asks=[["GET", "/api/v1/me", None]], clients=4, rate=10,
                seconds=max(bench.seconds(4.0), 1.0), seed=bench.seed,
            )  # fmt: skip
            figures = load.do("storm", group="storm", sockets=sockets, at_once=ALL_AT_ONCE)
            return {**figures, "p95": asking.end()["p95"]}

        pid = servers.main.live.workers()[0]
        runs = bench.interleaved({"storm": take}, {"storm": pid})["storm"]
        profile = bench.profile("storm", pid, take)
    load.do("close", group="storm")
    failed = runs.worst("failed")
    rows = [
        runs.row("storm", f"{count} sockets back, {ALL_AT_ONCE} at once", "/s", "rate", better="more",
                 goal=">= 500/s, 0 failures", beside={"failures": failed}, details={"dominates": profile}),
        runs.row("storm", "p95 of HTTP meanwhile", "ms", "p95", better="less", goal="< 1000 ms"),
    ]  # fmt: skip
    rows[0].met = rows[0].value is not None and rows[0].value >= 500 and not failed
    rows[1].met = rows[1].value is not None and rows[1].value < 1000
    return rows
