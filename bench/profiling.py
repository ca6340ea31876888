"""py-spy beside a run: where a process' time goes."""

import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Self


class Recording:
    """`with Recording(pid, path) as recording`: stacks in `path`, one a line with its samples; then `most()`."""

    def __init__(self, pid: int, path: Path) -> None:
        self.pid, self.path = pid, path

    def __enter__(self) -> Self:
        program = Path(sys.executable).parent / "py-spy"
        self.process = subprocess.Popen(
            [program, "record", "--pid", str(self.pid), "--rate", "200", "--format", "raw", "--output", self.path,
             "--duration", "3600", "--nonblocking"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)

    def most(self, count: int = 6) -> str:
        """The functions in which most samples ended, each with its share."""
        ends: Counter[str] = Counter()
        for line in self.path.read_text().splitlines() if self.path.exists() else ():
            stack, _, samples = line.rpartition(" ")
            ends[stack.rpartition(";")[2]] += int(samples)
        whole = ends.total() or 1
        return ", ".join(f"{name} {number / whole:.0%}" for name, number in ends.most_common(count))
