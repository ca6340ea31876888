"""Somebody is called by a message: by @handle, or as one of those in the room."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models

FOUND = re.compile(r'<(/?)blockquote>|data-user="(\d+)"|data-group="(\w+)"')


class Called(NamedTuple):
    """Whom a text names: ids of people, and of "here" and "channel" those that stand in it."""

    people: set[int]
    groups: set[str]


def called_in(html: str) -> Called:
    """`html` as a message has it. What is only quoted calls nobody."""
    called, depth = Called(set(), set()), 0
    if 'class="mention"' not in html:
        return called
    for found in FOUND.finditer(html):
        if found[2] is None and found[3] is None:
            depth += -1 if found[1] else 1
        elif depth == 0 and found[2]:
            called.people.add(int(found[2]))
        elif depth == 0:
            called.groups.add(found[3])
    return called


class MentionQuerySet(models.QuerySet):
    def unread_of(self, strand: str | int, most: int) -> ArraySubquery:
        """Beside rows with `room`, `user` and `last_read`: ids of the messages in that strand that call them."""
        mine = self.filter(
            user=models.OuterRef("user"),
            room=models.OuterRef("room"),
            strand=models.OuterRef(strand) if isinstance(strand, str) else strand,
            message__gt=models.OuterRef("last_read"),
        )
        return ArraySubquery(mine.order_by("message").values("message")[:most])

    def note(self, message: Any, users: Iterable[int]) -> None:
        """Each of the users, who are in the room, is called by it."""
        place = {"message": message, "room_id": message.room_id, "strand": message.thread_id or 0}
        self.bulk_create([self.model(user_id=user, **place) for user in users], ignore_conflicts=True)


class Mention(models.Model):
    """Only of people who are in the room, and never of the author: what counts as a mark beside its name."""

    message = models.ForeignKey("chat.Message", models.CASCADE, related_name="mentions", db_index=False)
    room = models.ForeignKey("chat.Room", models.CASCADE, related_name="+", db_index=False)
    strand = models.BigIntegerField(help_text="0, or the root of the thread")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)

    objects = MentionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "user"], name="one_mention_a_message")]
        indexes = [
            models.Index(fields=["user", "room", "strand", "message"], name="mentions_unread"),
            models.Index(fields=["room"], name="mentions_of_room"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.message_id}"
