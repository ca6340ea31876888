"""Somebody's place in a room."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.utils.translation import gettext_lazy as _

from chat.models.message import Message

MOST_UNREAD = 100  # "100" means "100 or more"


class RoomMembershipQuerySet(models.QuerySet):
    def readings(self) -> list[dict[str, Any]]:
        """[{room, last_read, unread, first_unread}]: what is unread, counted up to MOST_UNREAD.

        At most that many steps in the index a room, however many messages there are.
        """
        unread = Message.objects.filter(room=models.OuterRef("room"), pk__gt=models.OuterRef("last_read"))
        unread = unread.exclude(author=models.OuterRef("user")).order_by("pk").values("pk")[:MOST_UNREAD]
        rows = (
            self.annotate(unread=ArraySubquery(unread))
            .order_by("room")
            .values_list("room", "last_read", "unread")
        )
        return [
            {
                "room": room,
                "last_read": last_read,
                "unread": len(ids),
                "first_unread": ids[0] if ids else None,
            }
            for room, last_read, ids in rows
        ]


class RoomMembership(models.Model):
    """Somebody who is in a room, and how far they have read.

    Not Live itself: joining and leaving change the room's row, and reading is nobody else's business.
    """

    room = models.ForeignKey("chat.Room", models.CASCADE, related_name="places")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    last_read = models.BigIntegerField(default=0, help_text=_("id of the last message read"))
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = RoomMembershipQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "user"], name="one_place_in_a_room")]

    def __str__(self) -> str:
        return f"{self.user} in {self.room}"
