"""Reading the log: "send everything after N that this person may hear", for the socket and for HTTP alike."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from projects import wire
from projects.models import Counter, Event

MOST_EVENTS = 500
MOST_BYTES = 384 * 1024  # so that a replay always fits into an outbox

# The reader was let into a private channel, for one, or put out of it: what lies before this is now theirs to see, or
# no longer, and no event says so. Told to them alone: that others load afresh would be a trace of it.
CIRCLES = "circle."


class Line(NamedTuple):
    """One event as the feed hands it on; `text` is its JSON."""

    sequence: int
    name: str
    audience: int | None
    text: str

    def heard_by(self, audiences: Collection[int]) -> bool:
        """Whether somebody in these audiences (private channels, and themselves) may hear it."""
        return self.audience is None or self.audience in audiences


def weight(text: str) -> int:
    """Bytes that it takes on the line: most of the world's letters take three."""
    return len(text) if text.isascii() else len(text.encode())


@dataclass
class Reading:
    """`last`: the log's head. `reset`: the log can't bring the reader up to it, only a snapshot can.

    `epoch`: another one than the reader knows is another log, after a restore, whatever the numbers say.
    """

    last: int
    reset: bool = False
    lines: list[Line] = field(default_factory=list)
    epoch: str = ""

    def encode(self, **more: Any) -> bytes:
        events = ",".join(line.text for line in self.lines)
        more = wire.text(
            {"last": self.last, "epoch": self.epoch, **({"reset": True} if self.reset else {}), **more}
        )
        return f'{{"events":[{events}],{more[1:]}'.encode()


def lines_after(project_id: int, sequence: int, limit: int) -> list[Line]:
    """The next lines of the log for a feed, whoever may hear them."""
    events = Event.objects.filter(project_id=project_id).after(sequence)[:limit]
    return [Line(number, name, audience, f'{{"sequence":{number},{tail}') for number, name, audience, tail in
            events.values_list("sequence", "name", "audience", "tail")]  # fmt: skip


def read(project_id: int, *, after: int, audiences: set[int]) -> Reading:
    """What a reader who has everything up to `after` still needs. Counter.DoesNotExist when the project is gone."""
    last, epoch = Counter.objects.values_list("sequence", "epoch").get(project=project_id)
    if after < 0 or after > last:
        return Reading(last, reset=True, epoch=str(epoch))
    events = Event.objects.filter(project_id=project_id)
    if after < last and not events.filter(sequence=after + 1).exists():
        return Reading(last, reset=True, epoch=str(epoch))  # older than what the log keeps
    heard = events.heard_by(audiences)
    rows = list(heard.after(after).values_list("sequence", "name", "audience", "tail")[: MOST_EVENTS + 1])
    size = sum(weight(tail) for *_, tail in rows)
    afresh = any(name == "project.reset" or name.startswith(CIRCLES) for _, name, _, _ in rows)
    if afresh or len(rows) > MOST_EVENTS or size > MOST_BYTES:
        return Reading(last, reset=True, epoch=str(epoch))
    lines = [
        Line(number, name, audience, f'{{"sequence":{number},{tail}') for number, name, audience, tail in rows
    ]
    # Events may have been committed since `last` was read.
    return Reading(max([last, *(line.sequence for line in lines)]), lines=lines, epoch=str(epoch))
