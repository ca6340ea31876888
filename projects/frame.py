"""What goes out to many sockets, made once: a text as the bytes of a WebSocket frame, and a batch of events."""

from collections.abc import Collection, Iterable
from functools import cached_property

from projects.log import Line

TEXT = b"\x81"  # the first byte of a text frame that is whole


class Frame:
    """One text as it stands on the line: what a server sends is not masked, and so the same for every socket.

    Encoding it anew for each socket took two thirds of a delivery.
    """

    __slots__ = ("_start", "line")

    def __init__(self, text: str | bytes) -> None:
        payload = text.encode() if isinstance(text, str) else text
        header = TEXT + _length(len(payload))
        self.line, self._start = header + payload, len(header)

    @property
    def text(self) -> str:
        return self.line[self._start :].decode()


def _length(size: int) -> bytes:
    """RFC 6455, 5.2: in one byte, or in two or eight more."""
    if size < 126:
        return bytes([size])
    if size < 65536:
        return b"\x7e" + size.to_bytes(2, "big")
    return b"\x7f" + size.to_bytes(8, "big")


def events(lines: Iterable[Line], before: int) -> Frame:
    """`before`: the number before the first, as the reader counts."""
    return _numbered((line.tail.encode() for line in lines), before)


def _numbered(tails: Iterable[bytes], before: int) -> Frame:
    each = [b'{"sequence":%d,%b' % (number, tail) for number, tail in enumerate(tails, before + 1)]
    return Frame(b'{"type":"events","events":[' + b",".join(each) + b"]}")


class Batch:
    """Events that leave together. What sockets hear of it that count alike is the same, and is put together once."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self.first, self.last = lines[0].sequence, lines[-1].sequence
        self.open = all(line.audience is None for line in lines)  # everyone may hear all of it
        self._all = tuple(range(len(lines)))
        self._parts: dict[tuple[int, tuple[int, ...]], Frame] = {}

    @cached_property
    def _tails(self) -> list[bytes]:
        return [line.tail.encode() for line in self.lines]

    def part(self, after: int, audiences: Collection[int], before: int) -> tuple[Frame | None, int]:
        """What a socket that is at `after`, which it counts as `before`, and in those private channels is to hear; and
        how many events that is."""
        mine = self._all if self.open and after < self.first else self._heard(after, audiences)
        if not mine:
            return None, 0
        frame = self._parts.get((before, mine))
        if frame is None:
            frame = self._parts[before, mine] = _numbered((self._tails[index] for index in mine), before)
        return frame, len(mine)

    def _heard(self, after: int, audiences: Collection[int]) -> tuple[int, ...]:
        return tuple(
            index
            for index, line in enumerate(self.lines)
            if line.sequence > after and line.heard_by(audiences)
        )
