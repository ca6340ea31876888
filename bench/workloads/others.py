"""The same as was measured of others on the same two cores, through nginx: two web processes, one live."""

from contextlib import ExitStack
from typing import Any

from bench import events
from bench.measuring import Bench, Row
from bench.workloads.fan import opened, reached
from bench.workloads.read import board
from bench.workloads.write import kinds

SECONDS, CLIENTS = 3.0, 16

# id of the row -> what was measured of whom, from, to
EJABBERD = {100: (103, 182), 500: (44, 50)}  # acknowledged messages a second, archive in PostgreSQL
PLANKA_CARDS, PLANE_CARDS = (28, 101), (11, 22)  # operations a second
PLANKA_BOARD, PLANE_BOARD = 302, 2800  # ms, 5,000 cards


def others(bench: Bench) -> list[Row]:
    servers = bench.servers
    rows = []
    with ExitStack() as open_:
        stack = open_.enter_context(servers.taskroom("others", web=2, live=1))
        project = servers.data["others"]
        people = [servers.headers(servers.person(number)) for number in range(CLIENTS)]

        def ask(asks: list[list[Any]], run: int) -> dict[str, Any]:
            return bench.load.do(
                "ask", url=stack.url, people=people, asks=asks, clients=CLIENTS, seconds=bench.seconds(SECONDS),
                seed=bench.seed + run, name=f"others-{run}-{id(rows)}",
            )  # fmt: skip

        message = [["POST", f"/api/v1/rooms/{project['room']}/messages", {"body": events.BODY}]]
        for receivers, (least, most) in EJABBERD.items():
            count = bench.count(receivers, receivers // 10)
            opened(bench.load, "others", servers.sockets(stack.url, [project], count, each=1))
            ask(message, 0)
            runs = bench.interleaved({"messages": lambda: ask(message, 1)})["messages"]
            bench.load.do("close", group="others")
            row = runs.row(
                "others", f"messages acknowledged, {count} receivers", "/s", "rate", better="more",
                goal=f">= {2 * most} (2 ejabberd)",
                beside={"ejabberd from": least, "to": most, "p99 ms": runs.median("p99") or 0},
            )  # fmt: skip
            row.met = reached(row.value, 2 * most)
            rows.append(row)
        cards = [
            each for kind, asks in kinds([project], bench.seed).items() if "task" in kind for each in asks
        ]
        creating = [each for each in cards if each[1].endswith("/tasks")] * 100  # as often as each other kind
        ask(cards + creating, 0)
        numbers = iter(range(1, 1000))
        runs = bench.interleaved({"cards": lambda: ask(cards + creating, next(numbers))})["cards"]
        row = runs.row(
            "others", "cards made, moved, edited", "/s", "rate", better="more",
            goal=f">= {5 * PLANKA_CARDS[1]} (5 Planka)",
            beside={"Planka from": PLANKA_CARDS[0], "to": PLANKA_CARDS[1], "Plane from": PLANE_CARDS[0],
                    "Plane to": PLANE_CARDS[1], "p99 ms": runs.median("p99") or 0},
        )  # fmt: skip
        row.met = reached(row.value, 5 * PLANKA_CARDS[1])
        rows.append(row)
    (row,) = board(bench)
    row.id, row.beside = "others", {"Planka": PLANKA_BOARD, "Plane": PLANE_BOARD}
    row.goal, row.met = f"<= {PLANKA_BOARD / 10:g} ms (a tenth of Planka)", row.value <= PLANKA_BOARD / 10
    return [*rows, row]
