"""Client ids whose object was deleted for good: a request that is repeated late must not make it again."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects.errors import Conflict

GONE = _("This was sent before, and has been deleted since.")


class SpentQuerySet(models.QuerySet):
    def of(self, noun: str, place: Any, author: Any, client_id: str | None) -> Self:
        """`place`: the id of the room or task, or an OuterRef to it."""
        return self.filter(noun=noun, place=place, author=author, client_id=client_id)

    def note(self, noun: str, place: int, author_id: int, client_id: str | None) -> None:
        """In the transaction of the deletion."""
        if client_id:
            self.get_or_create(noun=noun, place=place, author_id=author_id, client_id=client_id)

    def refuse(self, noun: str, place: int, author: Any, client_id: str | None) -> None:
        """Conflict when that `client_id` was used before, for something that is deleted."""
        if client_id and self.of(noun, place, author, client_id).exists():
            raise Conflict(GONE)

    def before(self, moment: datetime) -> Self:
        return self.filter(at__lt=moment)


class Spent(models.Model):
    """`noun`: "message" or "comment", said in the room or under the task with the id `place`."""

    noun = models.CharField(max_length=20)
    place = models.BigIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    client_id = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    objects = SpentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["author", "noun", "place", "client_id"], name="spent_once")
        ]

    def __str__(self) -> str:
        return self.client_id
