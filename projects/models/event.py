"""The log of a project: what happened, in the order in which it was committed."""

from datetime import datetime
from typing import Any, Self

import orjson
from django.db import models

from projects import wire

# Its person was let into a private channel, for one, or put out of it: what lies before this is now theirs to see, or
# no longer, and no event says so. Told to them alone: that others load afresh would be a trace of it.
TURNS = "circle."


class EventQuerySet(models.QuerySet):
    def after(self, sequence: int) -> Self:
        return self.filter(sequence__gt=sequence).order_by("sequence")

    def heard_by(self, audiences: set[int]) -> Self:
        """Events for everyone in the project, and those for the given audiences."""
        return self.filter(models.Q(audience=None) | models.Q(audience__in=audiences))

    def forget(self, name: str, object_id: int, *, tail: str) -> None:
        """Turn all that was said of an object into this last event of it, so that no earlier text of it stays."""
        about = self.filter(object_id=object_id, name__startswith=f"{name.partition('.')[0]}.")
        about.update(name=name, tail=tail)

    def trim(self, project_id: int, *, before: datetime, keep: int) -> int:
        """Delete a project's events from before that moment, but never of its newest `keep`; how many went.

        Always from the front, so that what stays has no gap.
        """
        events = self.filter(project=project_id)
        head = events.aggregate(last=models.Max("sequence"))["last"] or 0
        old = events.filter(at__lt=before, sequence__lte=head - keep)
        last = old.aggregate(last=models.Max("sequence"))["last"]
        return events.filter(sequence__lte=last)._raw_delete(self.db) if last else 0


class Event(models.Model):
    """One line of the log. Written by `Project.record`, never by hand.

    The text that goes over the wire is `{"sequence":N,` + `tail`: it is encoded once, before the number is known.
    """

    project = models.ForeignKey("projects.Project", models.CASCADE, related_name="events")
    sequence = models.BigIntegerField()
    name = models.CharField(max_length=60)
    object_id = models.BigIntegerField(null=True)
    audience = models.BigIntegerField(
        null=True, help_text="id of the private channel whose people may hear it"
    )
    by = models.BigIntegerField(null=True, help_text="id of the person who did it")
    at = models.DateTimeField()
    tail = models.TextField()

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "sequence"], name="event_sequence", include=["at"]),
        ]
        indexes = [models.Index(fields=["project", "object_id"], name="event_object")]

    def __str__(self) -> str:
        return f"{self.sequence} {self.name}"

    @property
    def text(self) -> str:
        return f'{{"sequence":{self.sequence},{self.tail}'

    @property
    def data(self) -> dict[str, Any]:
        return orjson.loads(self.text)["data"]


def encode_tail(name: str, data: dict[str, Any], *, by: int | None, at: Any) -> str:
    """Everything of an event's text that stands behind its number."""
    return wire.text({"name": name, "by": by, "at": at, "data": data})[1:]
