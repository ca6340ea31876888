"""The last events of a project that this process has handed on: who was away for a moment needs no database."""

from collections import deque
from collections.abc import Collection

from projects.log import MOST_BYTES, Line, weight
from projects.models.event import TURNS

MOST = 200


class Ring:
    """Always without a gap. As in the log, no text stays of what was deleted: a deletion makes it begin anew.

    It begins after every change of who is in a private channel: whoever comes back over one needs a snapshot.
    """

    def __init__(self) -> None:
        self._lines: deque[Line] = deque()
        self._bytes = 0

    def add(self, line: Line) -> None:
        if line.name.endswith(".deleted") or (self._lines and line.sequence != self._lines[-1].sequence + 1):
            self.clear()
        if line.name.startswith(TURNS):
            self.clear()
            return
        self._lines.append(line)
        self._bytes += weight(line.tail)
        while len(self._lines) > MOST or self._bytes > MOST_BYTES:
            self._bytes -= weight(self._lines.popleft().tail)

    def clear(self) -> None:
        self._lines.clear()
        self._bytes = 0

    def last(self, count: int, audiences: Collection[int]) -> list[Line] | None:
        """The last so many that are heard there; None where that is more than it holds."""
        if count > len(self._lines):
            return None
        heard = [line for line in self._lines if line.heard_by(audiences)]
        return heard[len(heard) - count :] if count <= len(heard) else None
