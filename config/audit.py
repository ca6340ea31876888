"""`script/audit`: known holes in what Taskroom is made of, as pip-audit and npm know them.

Fails on a hole. Where a database cannot be asked, says so and fails nothing: a test run needs no line to the world.
"""

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from config import node

PROBE = "Django"  # asked about first, alone: whoever knows nothing of it knows nothing
LIMIT = 20  # seconds for the first question, and for npm's only one
LONGEST = 300  # seconds for all packages, once the database has answered


class Unreachable(Exception):
    """The database gave no answer; the text says what came instead."""


def python_holes() -> list[str]:
    """One line a known hole in the installed packages."""
    with TemporaryDirectory() as directory:
        probe = Path(directory) / "requirements.txt"
        probe.write_text(f"{PROBE}=={version(PROBE)}\n")
        first = _pip_audit("--no-deps", "--disable-pip", "-r", str(probe), limit=LIMIT)
    if not any("vulns" in each for each in first):
        raise Unreachable("it knows nothing of the package that it was asked about first")
    found = _pip_audit("--local", limit=LONGEST)
    for each in found:
        if "skip_reason" in each:
            print(f"audit: {each['name']} is unknown to the database")
    return [
        f"{each['name']} {each['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'none yet'}"
        for each in found
        for hole in each.get("vulns", [])
    ]


def _pip_audit(*arguments: str, limit: float) -> list[dict[str, Any]]:
    options = ["--timeout", "5", "--progress-spinner", "off", "--format", "json"]
    answer = _run([sys.executable, "-m", "pip_audit", *options, *arguments], limit)
    return answer.get("dependencies", [])


def javascript_holes() -> list[str]:
    """One line a known hole in what package-lock.json names."""
    answer = _run([sys.executable, "-m", "config.node", "npm", "audit", "--json", "--fetch-retries=0"], LIMIT)
    if "vulnerabilities" not in answer:
        raise Unreachable(str(answer.get("message") or answer.get("error") or "no answer"))
    return [
        f"{name}: {hole['severity']}, {hole['range']}" for name, hole in answer["vulnerabilities"].items()
    ]


def _run(command: list[str], limit: float) -> dict[str, Any]:
    try:
        done = subprocess.run(command, cwd=node.BASE_DIR, capture_output=True, text=True, timeout=limit)
        return json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise Unreachable(f"no answer within {limit:.0f} s") from None
    except ValueError:
        raise Unreachable((done.stderr.strip().splitlines() or ["no answer"])[-1]) from None


def main() -> int:
    holes = []
    for name, ask in {"pip-audit": python_holes, "npm audit": javascript_holes}.items():
        try:
            found = ask()
            print(f"audit: {name} knows of {len(found)} holes")
            holes += found
        except Unreachable as why:
            print(f"audit: {name} skipped, its database cannot be asked: {why}")
    for hole in holes:
        print(f"audit: {hole}")
    return 1 if holes else 0


if __name__ == "__main__":
    raise SystemExit(main())
