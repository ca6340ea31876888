"""Seconds of a machine that is free: what is promised within seconds is held against these, however many others work
beside the tests. While six wait for two processors, a second is a third of one; with nothing else to do it is a second.
"""

import os
import threading
import time
from bisect import bisect
from pathlib import Path

LOAD = Path("/proc/loadavg")
OFTEN = 0.1


def share() -> float:
    """How much of its due speed each process has just now, but for the one that asks; 1 where nobody can say."""
    try:
        running = int(LOAD.read_text().split()[3].partition("/")[0]) - 1
    except (OSError, ValueError):
        return 1.0
    processors = len(os.sched_getaffinity(0))
    return min(1.0, processors / max(1, running))


class Clock:
    """Looks at the machine from its making on, and knows of any moment of `time.monotonic()` since then."""

    def __init__(self) -> None:
        self._moments, self._seconds = [time.monotonic()], [0.0]
        threading.Thread(target=self._watch, name="clock", daemon=True).start()

    def between(self, begin: float, end: float) -> float:
        return self._at(end) - self._at(begin)

    def since(self, begin: float) -> float:
        return self.between(begin, time.monotonic())

    def _watch(self) -> None:
        while True:
            time.sleep(OFTEN)
            now, passed = time.monotonic(), share()
            self._seconds.append(self._seconds[-1] + (now - self._moments[-1]) * passed)
            self._moments.append(now)  # last: whoever asks looks here first

    def _at(self, moment: float) -> float:
        """Between two looks and after the last in proportion; the last look's share goes on."""
        before = max(0, bisect(self._moments, moment) - 1)
        after = min(before + 1, len(self._moments) - 1)
        begin, end = self._moments[before], self._moments[after]
        if begin == end:
            return self._seconds[before] + (moment - begin) * share()
        pace = (self._seconds[after] - self._seconds[before]) / (end - begin)
        return self._seconds[before] + (moment - begin) * pace


clock = Clock()
