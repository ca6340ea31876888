"""The machine a figure was measured on, and how much of it others took meanwhile."""

import os
import platform
import threading
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Self

import psutil

TICK = os.sysconf("SC_CLK_TCK")
MOST_OTHERS = 0.15  # of all cores: a run in which others and the hypervisor took more is marked
PARTS = (
    "django",
    "channels",
    "channels-redis",
    "uvicorn",
    "uvloop",
    "gunicorn",
    "psycopg",
    "redis",
    "picows",
)


def facts() -> dict[str, Any]:
    models = [line for line in _read("/proc/cpuinfo").splitlines() if line.startswith("model name")]
    return {
        "cores": os.cpu_count(),
        "cpu": models[0].partition(":")[2].strip() if models else platform.processor(),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "kernel": platform.release(),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in PARTS},
        "load": [round(each, 2) for each in os.getloadavg()],
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


class Watch:
    """`with Watch(pids) as watch`: afterwards `others` and `stolen`, shares of all cores, and `used(pid)` of one core.

    Ours are this process, the given ones, and all below them. What the kernel does on interrupts is nobody's.
    """

    def __init__(self, pids: list[int] | None = None) -> None:
        self.pids = pids or []
        self.others = self.stolen = self.seconds = 0.0

    def __enter__(self) -> Self:
        self._before = self._look()
        return self

    def __exit__(self, *_: object) -> None:
        (at, cores, stolen, ours), (then, cores_then, stolen_then, ours_then) = self._look(), self._before
        self.seconds = at - then
        room = self.seconds * (os.cpu_count() or 1)
        self._used = {pid: ticks - ours_then.get(pid, 0.0) for pid, ticks in ours.items()}
        self.others = max(0.0, cores - cores_then - sum(self._used.values())) / room
        self.stolen = max(0.0, stolen - stolen_then) / room

    @property
    def marked(self) -> bool:
        return self.others + self.stolen > MOST_OTHERS

    def used(self, pid: int) -> float:
        """Of one core, what this process itself took."""
        return self._used.get(pid, 0.0) / self.seconds

    def _look(self) -> tuple[float, float, float, dict[int, float]]:
        user, nice, system, _, _, _, _, stolen = _cpu_times()
        return time.monotonic(), user + nice + system, stolen, {pid: _seconds(pid) for pid in self._ours()}

    def _ours(self) -> set[int]:
        found = set()
        for pid in (os.getpid(), *self.pids):
            try:
                found |= {pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))}
            except psutil.Error:
                continue
        return found


class Peak:
    """`with Peak(pid) as peak`: afterwards `most`, the most memory that was seen meanwhile, ten times a second."""

    def __init__(self, pid: int) -> None:
        self.pid, self.most = pid, 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while True:
            self.most = max(self.most, memory(self.pid))
            if self._over.wait(0.1):
                return


def memory(pid: int) -> int:
    """Bytes that are the process' own, or its share of what it has with others (PSS)."""
    for line in _read(f"/proc/{pid}/smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return psutil.Process(pid).memory_info().rss


def _cpu_times() -> list[float]:
    first = _read("/proc/stat").partition("\n")[0].split()[1:9]
    return [int(each) / TICK for each in first] if len(first) == 8 else [0.0] * 8


def _seconds(pid: int) -> float:
    """With its children that have ended."""
    fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICK if fields else 0.0


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
