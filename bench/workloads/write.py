"""Changes over HTTP, straight to one web process with PostgreSQL's fsync on: how many it acknowledges."""

import random
from collections.abc import Callable
from typing import Any

from bench import events
from bench.measuring import Bench, Row, ratio
from bench.workloads.fan import reached

SECONDS = 2.0
CLIENTS = (1, 8, 32)


def write(bench: Bench) -> list[Row]:
    servers = bench.servers
    pid = servers.main.web.workers()[0]
    shapes = {"one project": [servers.data["real"]], "50 projects": servers.data["fifty"]}
    rows = []
    for clients in CLIENTS:
        takes: dict[str, Callable[[float], dict[str, Any]]] = {
            "R3": asking(bench, clients, [["GET", "/bench/empty", None]])
        }
        for shape, projects in shapes.items():
            for kind, asks in kinds(projects, bench.seed).items():
                takes[f"{kind}, {shape}"] = asking(bench, clients, asks)
        for take in takes.values():
            take(0.3)  # warm
        runs = bench.interleaved(
            {name: lambda t=take: t(SECONDS) for name, take in takes.items()}, dict.fromkeys(takes, pid)
        )
        name = "post a message, one project"
        profile = bench.profile(f"write-{clients}", pid, lambda n=name, t=takes: t[n](SECONDS))
        r3 = runs["R3"].median("rate")
        for name in takes:
            if name != "R3":
                rows.append(
                    row(name, clients, runs, r3, profile if name == "post a message, one project" else "")
                )
    return rows


def row(name: str, clients: int, runs: dict[str, Any], r3: float | None, profile: str) -> Row:
    own = runs[name]
    rate, p50, p99 = (own.median(figure) for figure in ("rate", "p50", "p99"))
    share = ratio(rate, r3)
    beside = {"R3": r3, "of R3": share, "p50 ms": p50, "p99 ms": p99, "p99/p50": ratio(p99, p50)}
    goal, met = "", None
    if name == "post a message, one project":
        goal = ">= 0.12 of R3, p99 <= 4 p50"
        met = reached(share, 0.12) and p99 <= 4 * p50
    elif name.startswith("post"):
        beside["of one project"] = ratio(rate, runs["post a message, one project"].median("rate"))
        goal, met = "<= 1.4 of one project", (beside["of one project"] or 9) <= 1.4
    refused = sum(sum(run.figures["refused"].values()) for run in own.all)
    return own.row(
        "write", f"{name}, {clients} clients", "/s", "rate", better="more", goal=goal, met=met,
        beside={key: value for key, value in beside.items() if value is not None},
        details={"not acknowledged": refused, "dominates": profile},
    )  # fmt: skip


def asking(bench: Bench, clients: int, asks: list[list[Any]]) -> Callable[[float], dict[str, Any]]:
    servers = bench.servers
    people = [servers.headers(servers.person(number)) for number in range(clients)]
    base = servers.main.web_url

    def take(seconds: float) -> dict[str, Any]:
        return bench.load.do(
            "ask", url=base, people=people, asks=asks, clients=clients, seconds=bench.seconds(seconds), seed=bench.seed,
            name=f"{random.getrandbits(48):x}",
        )  # fmt: skip

    return take


def kinds(projects: list[dict[str, Any]], seed: int) -> dict[str, list[list[Any]]]:
    """What is asked, by kind: all that the dice of a client choose from."""
    dice = random.Random(seed)
    moves, edits = [], []
    for project in projects:
        for task in project["tasks"][:100]:
            beside = dice.choice([each for each in project["tasks"][:100] if each != task])
            column = dice.choice(project["columns"])
            moves.append(["POST", f"/api/v1/tasks/{task}/move", {"column": column, "after": beside}])
            edits.append(["PATCH", f"/api/v1/tasks/{task}", {"title": "Paint the wall again {n}"}])
    return {
        "post a message": [
            ["POST", f"/api/v1/rooms/{each['room']}/messages", {"body": events.BODY, "client_id": "{n}"}]
            for each in projects
        ],
        "create a task": [
            ["POST", f"/api/v1/projects/{each['id']}/tasks", {"title": "Paint the wall", "client_id": "{n}"}]
            for each in projects
        ],
        "move a task": moves,
        "edit a task": edits,
    }
