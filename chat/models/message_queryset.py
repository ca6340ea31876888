"""Which messages somebody may read, and where they stand in a room's history."""

from typing import Any, Self

from django.db import models
from django.db.models import Value
from django.db.models.lookups import GreaterThan, LessThan

from chat.models.circle import within
from chat.models.pinning import PinnedQuerySet
from projects.live import LiveQuerySet

LAST = 2**63 - 1  # above every id of a message


class MessageQuerySet(PinnedQuerySet, LiveQuerySet):
    def visible_to(self, user: Any) -> Self:
        seen = within(user, "room__channel", role="my_role", message="pk")
        return super().visible_to(user).filter(seen).select_related("room__channel")

    def before(self, room: Any, message_id: int = LAST, *, strand: int = 0) -> Self:
        """Of the room's conversation, or of one thread in it, those below the id, newest first."""
        return (
            self.filter(GreaterThan(PLACE, _place(room, strand, room.sees_after)))
            .filter(LessThan(PLACE, _place(room, strand, message_id)))
            .order_by("-room_id", "-strand", "-pk")
        )

    def after(self, room: Any, message_id: int, *, strand: int = 0) -> Self:
        """The same above the id, oldest first."""
        message_id = max(message_id, room.sees_after)
        return (
            self.filter(GreaterThan(PLACE, _place(room, strand, message_id)))
            .filter(LessThan(PLACE, _place(room, strand, LAST)))
            .order_by("room_id", "strand", "pk")
        )


class Row(models.Func):
    """`(a, b, c)`, compared from left to right."""

    function, output_field = "", models.BigIntegerField()


def _place(room: Any, strand: int, message_id: int) -> Row:
    return Row(Value(room.pk), Value(strand), Value(message_id))


# Compared as one, and in this order, PostgreSQL can only walk the index of histories. With `room = 7` it likes to
# walk the primary key instead, past everything that was said in other rooms meanwhile.
PLACE = Row("room_id", "strand", "id")
