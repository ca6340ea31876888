"""Reading the log: "send everything after N that this person may hear", for the socket and for HTTP alike."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from projects import access, numbers, wire
from projects.models import Event
from projects.models.event import TURNS

MOST_EVENTS = 500
MOST_BYTES = 384 * 1024  # so that a replay always fits into an outbox


class Line(NamedTuple):
    """One event as the feed hands it on; `tail` is its JSON behind the number, which is another one for each reader."""

    sequence: int  # in the log
    name: str
    audience: int | None
    tail: str

    def heard_by(self, audiences: Collection[int]) -> bool:
        """Whether somebody in these audiences (private channels, and themselves) may hear it."""
        return self.audience is None or self.audience in audiences


def weight(text: str) -> int:
    """Bytes that it takes on the line: most of the world's letters take three."""
    return len(text) if text.isascii() else len(text.encode())


@dataclass
class Reading:
    """`head`: the log's. `last`: the same as the reader counts, see numbers.py. `lines`: the last ones up to it.

    `reset`: the log can't bring the reader up to it, only a snapshot can. `epoch`: another one than the reader knows is
    another log, after a restore, whatever the numbers say.
    """

    head: int
    last: int
    reset: bool = False
    lines: list[Line] = field(default_factory=list)
    epoch: str = ""

    @property
    def before(self) -> int:
        """The number before its first line."""
        return self.last - len(self.lines)

    def encode(self, **more: Any) -> bytes:
        events = ",".join(
            f'{{"sequence":{number},{line.tail}' for number, line in enumerate(self.lines, self.before + 1)
        )
        more = wire.text(
            {"last": self.last, "epoch": self.epoch, **({"reset": True} if self.reset else {}), **more}
        )
        return f'{{"events":[{events}],{more[1:]}'.encode()


def lines_after(project_id: int, sequence: int, limit: int) -> list[Line]:
    """The next lines of the log for a feed, whoever may hear them."""
    events = Event.objects.filter(project_id=project_id).after(sequence)[:limit]
    return [Line(*row) for row in events.values_list("sequence", "name", "audience", "tail")]


def read(project_id: int, *, after: int, user_id: int) -> Reading:
    """What a reader who has everything up to `after` still needs. Counter.DoesNotExist when the project is gone."""
    known = numbers.of(project_id)
    audiences = access.audiences_of(user_id, project_id)
    reading = Reading(known.head, known.last_for(audiences), epoch=known.epoch)
    missing = reading.last - after
    turned = numbers.turn_in(after) != numbers.turn_in(reading.last)
    if after < 0 or turned or not 0 <= missing <= MOST_EVENTS:
        reading.reset = True
        return reading
    heard = Event.objects.filter(project_id=project_id, sequence__lte=known.head).heard_by(audiences)
    rows = heard.order_by("-sequence").values_list("sequence", "name", "audience", "tail")[:missing]
    lines = [Line(*row) for row in reversed(rows)] if missing else []
    reading.reset = (
        len(lines) < missing  # older than what the log keeps
        or any(line.name == "project.reset" or line.name.startswith(TURNS) for line in lines)
        or sum(weight(line.tail) for line in lines) > MOST_BYTES
    )
    reading.lines = [] if reading.reset else lines
    return reading
