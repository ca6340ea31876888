"""The numbers of events as one person counts them.

The log counts 1..n, which the feed relies on. If its numbers were told, a gap between two would tell everyone that
something was said in private, and a head that moves would tell when. So each person is told numbers of their own:
how many events there were up to this one that they may hear. Nothing moves that is not theirs, and nothing is missing.

Whoever is let into a private channel, or put out of it, counts other events from then on: that is a turn, and numbers
of another turn are another count. A turn is a step of TURN, so that numbers only ever grow.

The numbers are to be read before the rights. Whoever hears more, or less, in between then gets a number of a turn that
has just ended, which brings them a snapshot when they come back with it; the other way round nothing would.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from projects.models import Counter

TURN = (
    1_000_000_000  # more than there are ever events; and JavaScript counts exactly up to nine million of it
)


@dataclass
class Numbers:
    """How far a project's log has come, and how much of it was said to whom alone.

    `head`: the log's own last number. `epoch`: another one is another log, after a restore.
    """

    head: int
    epoch: str
    turns: int = 0  # of everyone
    said: dict[int, int] = field(default_factory=dict)  # audience -> events
    turned: dict[int, int] = field(default_factory=dict)  # audience -> turns
    private: int = 0  # events: the sum of `said`

    def count(self, audience: int | None, *, head: int) -> None:
        """One more event, said to this audience."""
        self.head = head
        if audience is not None:
            self.said[audience] = self.said.get(audience, 0) + 1
            self.private += 1

    def turn_of(self, audiences: Collection[int]) -> int:
        """Of whom is in these audiences: private channels, and themselves."""
        return self.turns + sum(self.turned.get(audience, 0) for audience in audiences)

    def last_for(self, audiences: Collection[int]) -> int:
        """The number of the last event that they hear."""
        heard = sum(self.said.get(audience, 0) for audience in audiences)
        return self.turn_of(audiences) * TURN + self.head - self.private + heard


def turn_in(number: int) -> int:
    """The turn that a number was told in."""
    return number // TURN


def of(project_id: int) -> Numbers:
    """In one query, as of one moment. Counter.DoesNotExist when the project is gone."""
    rows = Counter.objects.filter(project=project_id).values_list(
        "sequence",
        "epoch",
        "turns",
        "project__counts__audience",
        "project__counts__said",
        "project__counts__turns",
    )
    numbers = None
    for head, epoch, turns, audience, said, turned in rows:
        numbers = numbers or Numbers(head, str(epoch), turns)
        if audience is not None:
            numbers.said[audience] = said
            numbers.private += said
            if turned:
                numbers.turned[audience] = turned
    if numbers is None:
        raise Counter.DoesNotExist
    return numbers
