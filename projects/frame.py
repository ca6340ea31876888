"""What goes out to many sockets, made once: a text as the bytes of a WebSocket frame, and a batch of events."""

from collections.abc import Collection
from functools import cached_property

from projects.log import Line

TEXT = b"\x81"  # the first byte of a text frame that is whole


class Frame:
    """One text as it stands on the line: what a server sends is not masked, and so the same for every socket.

    Encoding it anew for each socket took two thirds of a delivery.
    """

    __slots__ = ("_start", "line")

    def __init__(self, text: str) -> None:
        payload = text.encode()
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


def events(lines: Collection[Line]) -> Frame:
    return Frame(f'{{"type":"events","events":[{",".join(line.text for line in lines)}]}}')


class Batch:
    """Events that leave together. What most sockets hear of it is the same, and is put together once."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self.first, self.last = lines[0].sequence, lines[-1].sequence
        self.open = all(line.audience is None for line in lines)  # everyone may hear all of it
        self._parts: dict[tuple[int, ...], Frame] = {}

    @cached_property
    def whole(self) -> Frame:
        return events(self.lines)

    def part(self, after: int, audiences: Collection[int]) -> tuple[Frame | None, int]:
        """What a socket that is at `after`, and in those private channels, is to hear; and how many events that is."""
        if self.open and after < self.first:
            return self.whole, len(self.lines)
        mine = tuple(
            index
            for index, line in enumerate(self.lines)
            if line.sequence > after and line.heard_by(audiences)
        )
        if mine and mine not in self._parts:
            self._parts[mine] = events([self.lines[index] for index in mine])
        return self._parts.get(mine), len(mine)
