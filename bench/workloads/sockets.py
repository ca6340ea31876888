"""What else is asked of sockets: how late they hear, that they hear all, what a peer who never reads costs them, what
several processes and many projects do."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

from bench import machine
from bench.measuring import Bench, Row, ratio
from bench.workloads.fan import SECONDS, Target, fanning, opened, reached, target_of

LISTEN = 4.0  # seconds
RATE = 10  # messages a second
LONG = 8.0  # seconds: the kernel takes up to 4 MiB for a peer before its server notices
TOO_SLOW = (4408).to_bytes(2, "big")


def latency(bench: Bench) -> list[Row]:
    return [row for count in (bench.count(200, 20), bench.count(1000, 40)) for row in late(bench, count)]


def late(bench: Bench, count: int) -> list[Row]:
    with ExitStack() as open_:
        takes, pids = {}, {}
        for name in ("on", "R1"):
            target = target_of(bench, name, open_)
            sockets = target.sockets(bench, [bench.servers.data["fan"]], count)
            opened(bench.load, name, sockets, greets=target.speaks == "taskroom")
            open_.callback(bench.load.do, "close", group=name)
            takes[name] = lambda n=name, t=target: bench.load.do(
                "latency", group=n, seconds=bench.seconds(LISTEN), rate=RATE, **t.publishing(bench)
            )
            pids[name] = target.pid
        runs = bench.interleaved(takes, pids)
    rows = []
    for figure, most in (("p50", 1.6), ("p99", 2.0)):
        own, r1 = runs["on"].median(figure), runs["R1"].median(figure)
        times, goal = ratio(own, r1), f"<= {most:g} of R1"
        met = times is not None and times <= most
        if figure == "p99" and count >= 1000:
            goal, met = f"{goal}, < 60 ms", met and own < 60
        rows.append(runs["on"].row(
            "fan.latency", f"{figure} from push to socket, N = {count}", "ms", figure, better="less", goal=goal,
            met=met, beside=known({"R1": r1, "of R1": times}), details={"lost": runs["on"].worst("lost")},
        ))  # fmt: skip
    return rows


def burst(bench: Bench) -> list[Row]:
    servers, load, real = bench.servers, bench.load, bench.servers.data["real"]
    count, messages = bench.count(200, 20), bench.count(500, 60)
    opened(load, "burst", servers.sockets(servers.main.live_url, [real], count))

    def take() -> dict[str, Any]:
        load.do("listen", group="burst")
        first = servers.django("burst", project=real["id"], count=messages)["first"]
        return load.do("ledger", group="burst", first=first, count=messages)

    runs = bench.interleaved({"on": take})["on"]
    load.do("close", group="burst")
    wrong = {name: runs.worst(name) for name in ("lost", "doubled", "disordered", "foreign")}
    return [runs.row(
        "fan.burst", f"lost of {messages} messages at once, N = {count}", "", "lost", better="less",
        goal="0 lost, doubled, disordered", met=not any(wrong.values()), beside=wrong,
    )]  # fmt: skip


def stall(bench: Bench) -> list[Row]:
    """Fifty sockets, with and without one beside them that shook hands and never reads."""
    servers, load = bench.servers, bench.load
    count = bench.count(50, 10)
    with ExitStack() as open_:
        target = target_of(bench, "on", open_)
        run = fanning(bench, "stall", target, [servers.data["fan"]], count, open_)
        run(1.0)  # what it takes once, it has taken
        with deaf(servers.sockets(target.url, [servers.data["fan"]], 1)[0]):
            run(1.0)

        def with_it() -> dict[str, Any]:
            before = machine.memory(target.pid)
            with deaf(servers.sockets(target.url, [servers.data["fan"]], 1)[0]) as peer:
                load.do("settle", group="stall")
                with machine.Peak(target.pid) as peak:
                    figures = run(LONG)
                let_go = ended(peer)
            return {**figures, "growth": (peak.most - before) / 2**20, "let go": let_go}

        runs = bench.interleaved(
            {"without": lambda: run(LONG), "with": with_it}, dict.fromkeys(("without", "with"), target.pid)
        )
    share = ratio(runs["with"].median("rate"), runs["without"].median("rate"))
    growth = runs["with"].row(
        "fan.stall", "memory that a deaf one costs at most", "MiB", "growth", better="less", goal="<= 1 MiB",
        beside=known({"let go": runs["with"].median("let go")}),
    )  # fmt: skip
    growth.value = runs["with"].worst("growth")  # what it takes once, it takes the next time without growing
    # A peer that never held the server up shows nothing.
    growth.met = growth.value <= 1 if growth.value is not None and growth.beside.get("let go") else None
    return [
        runs["with"].row(
            "fan.stall", f"deliveries to {count} beside a deaf one", "/s", "rate", better="more",
            goal=">= 0.8 of without", met=reached(share, 0.8), details={"lost": runs["with"].worst("lost")},
            beside=known({"without": runs["without"].median("rate"), "of without": share}),
        ),
        growth,
    ]  # fmt: skip


def two(bench: Bench) -> list[Row]:
    """The same sockets on one live process and on two, each with what coalescing is set to, and without."""
    count, rows = bench.count(1000, 40), []
    for how, environment in (("on", {}), ("off", {"FEED_TOGETHER_SECONDS": "0"})):
        with ExitStack() as open_:
            takes, pids = {}, {}
            for processes in (1, 2):
                name = f"{how}-{processes}"
                stack = open_.enter_context(bench.servers.taskroom(name, live=processes, **environment))
                pids[name] = stack.live.workers()[0]
                target = Target("taskroom", pids[name], url=stack.live_url, prefix=stack.prefix)
                projects = [bench.servers.data["fan"]]
                takes[name] = fanning(bench, name, target, projects, count, open_)
            for take in takes.values():
                take(0.5)
            runs = bench.interleaved({name: lambda t=take: t(SECONDS) for name, take in takes.items()}, pids)
        one, both = runs[f"{how}-1"].median("rate"), runs[f"{how}-2"]
        times, lost = ratio(both.median("rate"), one), both.worst("lost")
        rows.append(both.row(
            "fan.two", f"deliveries by two processes, N = {count}, coalescing {how}", "/s", "rate", better="more",
            goal="0 lost, >= 1.2 of one process", met=reached(times, 1.2) and not lost,
            beside=known({"one": one, "of one": times, "lost": lost}),
        ))  # fmt: skip
    return rows


def projects(bench: Bench) -> list[Row]:
    """Without coalescing, which would hold back four sockets of one project more than two hundred of fifty."""
    spread = bench.servers.data["fifty"][: bench.count(50, 5)]
    count = 4 * len(spread)
    with ExitStack() as open_:
        target = target_of(bench, "off", open_)
        takes = {
            "many": fanning(bench, "many", target, spread, count, open_),
            "one": fanning(bench, "one", target, [bench.servers.data["fan"]], 4, open_),
        }
        for take in takes.values():
            take(0.3)
        runs = bench.interleaved(
            {name: lambda t=take: t(SECONDS) for name, take in takes.items()},
            dict.fromkeys(takes, target.pid),
        )
    one = runs["one"].median("rate")
    share = ratio(runs["many"].median("rate"), one)
    return [runs["many"].row(
        "fan.projects", f"deliveries to {count} sockets over {len(spread)} projects, coalescing off", "/s", "rate",
        better="more", goal=">= 0.7 of 4 sockets in one", met=reached(share, 0.7),
        beside=known({"4 in one": one, "of it": share}), details={"lost": runs["many"].worst("lost")},
    )]  # fmt: skip


@contextmanager
def deaf(target: dict[str, Any]) -> Iterator[socket.socket]:
    """A peer that shakes hands and never reads; its own kernel holds next to nothing for it."""
    address = urlsplit(target["url"])
    headers = {
        "Host": address.netloc, "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", **target["headers"],
    }  # fmt: skip
    with closing(socket.socket()) as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.connect((address.hostname, address.port))
        lines = [
            f"GET {address.path} HTTP/1.1",
            *(f"{name}: {value}" for name, value in headers.items()),
            "",
            "",
        ]
        peer.sendall("\r\n".join(lines).encode())
        if not peer.recv(12).endswith(b"101"):
            raise SystemExit("bench: the deaf socket was refused")
        yield peer


def ended(peer: socket.socket) -> int:
    """1 when the server has given the peer up: behind all that waited for it stands a close frame of 4408."""
    peer.settimeout(1)
    tail = b""
    try:
        while data := peer.recv(1 << 20):
            tail = (tail + data)[-200:]
    except OSError:
        pass
    return int(TOO_SLOW in tail)


def known(figures: dict[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in figures.items() if value is not None}
