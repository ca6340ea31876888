"""`script/bench [ID ...]`: measure, print the table, write it as JSON, compare with an earlier one."""

import argparse
import signal
import sys
import time
from pathlib import Path

from bench import machine, report
from bench.measuring import Bench, say
from bench.servers import Servers
from bench.workloads import WORKLOADS
from config.stack import BASE_DIR

FULL = {"messages": 1_000_000, "board": 5000, "page": 500}
QUICK = {"messages": 2000, "board": 50, "page": 20}


def main() -> None:
    arguments = parse()
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, lambda *_: sys.exit(130))
    facts, rows = machine.facts(), []
    wanted = [id for id in WORKLOADS if chosen(id, arguments.ids)]
    with Servers(arguments.data, QUICK if arguments.quick else FULL) as servers:
        bench = Bench(servers, runs=arguments.runs, quick=arguments.quick, profiles=arguments.profile)
        for id in wanted:
            begun = time.monotonic()
            rows += WORKLOADS[id](bench)
            say(f"{id}: {time.monotonic() - begun:.0f} s")
            report.write(arguments.json, facts, rows)  # what there is, should a later one fail
    parts = [report.heading(facts), report.table(rows), report.dominating(rows)]
    print(*filter(None, parts), sep="\n\n")
    if arguments.compare:
        print("\n" + report.compare(arguments.compare, rows))
    print(f"\nWritten to {arguments.json}")


def chosen(id: str, ids: list[str]) -> bool:
    return not ids or any(id == each or id.startswith(f"{each}.") for each in ids)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench", description="Measure Taskroom.")
    parser.add_argument("ids", nargs="*", metavar="ID", help=f"only these: {', '.join(WORKLOADS)}")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="of each contender (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="small and short: whether all of it still works")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="where the figures go (bench/results/TIME.json)"
    )
    parser.add_argument(
        "--compare", type=Path, metavar="OLD.json", help="say what got better or worse since then"
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="where the database lies (.data-bench)")
    parser.add_argument("--profile", type=Path, metavar="DIR", help="also say where the time goes, by py-spy")
    arguments = parser.parse_args()
    for id in arguments.ids:
        if not any(chosen(each, [id]) for each in WORKLOADS):
            parser.error(f"there is no workload {id}")
    if arguments.compare and not arguments.compare.exists():
        parser.error(f"{arguments.compare} is not there")
    arguments.data = arguments.data or BASE_DIR / (".data-bench-quick" if arguments.quick else ".data-bench")
    name = time.strftime("%Y%m%d-%H%M%S.json", time.gmtime())
    arguments.json = arguments.json or BASE_DIR / "bench" / "results" / name
    if arguments.quick:
        arguments.runs = 1
    return arguments


if __name__ == "__main__":
    main()
