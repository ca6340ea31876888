"""The table, and what got better or worse since an earlier one."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench.measuring import Row

NOISE = 0.05  # a smaller change says nothing


def heading(facts: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items() if version)
    load = " ".join(map(str, facts["load"]))
    return (
        f"{facts['at']}  {facts['cores']} cores, {facts['cpu']}, {facts['memory']}, Linux {facts['kernel']},"
        f" load {load}\nPython {facts['python']}, {versions}"
    )


def table(rows: Iterable[Row]) -> str:
    lines = [["id", "what", "median", "beside", "goal", "", "others"]]
    for row in rows:
        beside = ", ".join(f"{name} {number(value)}" for name, value in row.beside.items())
        lines.append([row.id, row.what, value_of(row), beside, row.goal, verdict(row), watched(row)])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def dominating(rows: Iterable[Row]) -> str:
    """Where the time went, for the rows that were profiled."""
    lines = [
        f"{row.id}  {row.what}: {row.details['dominates']}" for row in rows if row.details.get("dominates")
    ]
    return "\n".join(["Most of the time went into", *lines]) if lines else ""


def value_of(row: Row) -> str:
    return "refused" if row.value is None else f"{number(row.value)} {row.unit}".strip()


def verdict(row: Row) -> str:
    return {True: "met", False: "BELOW", None: ""}[row.met]


def watched(row: Row) -> str:
    """The worst run's share of the machine that others and the hypervisor took; * where that marks it."""
    if "others" not in row.details:
        return ""
    words = [f"{row.details['others'] + row.details['stolen']:.0%}"]
    if row.marked:
        words.append(f"* in {row.marked}")
    if row.refused:
        words.append(f"load was the limit in {row.refused}")
    return " ".join(words)


def number(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def write(path: Path, facts: dict[str, Any], rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {"machine": facts, "rows": [row.as_json() for row in rows]}
    path.write_text(json.dumps(document, indent=1) + "\n")


def compare(old: Path, rows: list[Row]) -> str:
    """Each row that both have: how it stood, how it stands, and which of the two is better."""
    earlier = {(each["id"], each["what"]): each for each in json.loads(old.read_text())["rows"]}
    lines = []
    for row in rows:
        before = (earlier.get((row.id, row.what)) or {}).get("value")
        if before and row.value is not None:
            lines.append(
                f"{row.id}  {row.what}: {number(before)} -> {number(row.value)} {row.unit}  {change(before, row)}"
            )
    return "\n".join(lines) or "nothing to compare"


def change(before: float, row: Row) -> str:
    share = row.value / before - 1
    if abs(share) < NOISE:
        return "as before"
    better = {"more": share > 0, "less": share < 0}.get(row.better)
    return f"{share:+.0%}" + {True: " better", False: " WORSE", None: ""}[better]
