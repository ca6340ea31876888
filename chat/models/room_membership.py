"""Somebody's place in a room."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.utils.translation import gettext_lazy as _

from chat.models.mention import Mention
from chat.models.message import Message
from chat.models.thread_follow import MOST_UNREAD, ThreadFollow


class RoomMembershipQuerySet(models.QuerySet):
    def readings(self) -> list[dict[str, Any]]:
        """How the rooms stand for each, every number counted up to MOST_UNREAD.

        [{room, last_read, unread, history_unread, first_unread, last_unread, mentions, threads}]: `unread` is all
        there is, `history_unread` and those first and last ids that of the conversation alone, `threads` what is
        unread in those that one follows: [{thread, last_read, unread, first_unread, last_unread, mentions}]. At most
        MOST_UNREAD steps in an index a room and thread, however many messages there are.
        """
        unread = Message.objects.filter(
            room=models.OuterRef("room"), strand=0, pk__gt=models.OuterRef("last_read")
        )
        unread = unread.exclude(author=models.OuterRef("user")).order_by("pk").values("pk")[:MOST_UNREAD]
        rows = self.annotate(
            unread=ArraySubquery(unread),
            called=Mention.objects.unread_of(0, MOST_UNREAD),
            threads=ThreadFollow.objects.with_unread(),
        )
        rows = rows.order_by("room").values_list("room", "last_read", "unread", "called", "threads")
        return [_reading(*row) for row in rows]


def nothing_read(room: int) -> dict[str, Any]:
    return _reading(room, 0, [], [], [])


def _reading(
    room: int, last_read: int, ids: list[int], called: list[int], followed: list[dict[str, Any]]
) -> dict[str, Any]:
    threads = [_thread(**row) for row in followed if row["unread"]]
    everything = len(ids) + sum(each["unread"] for each in threads)
    mentions = len(called) + sum(each["mentions"] for each in threads)
    return {
        "room": room,
        "last_read": last_read,
        "unread": min(everything, MOST_UNREAD),
        "history_unread": len(ids),
        "first_unread": ids[0] if ids else None,
        "last_unread": ids[-1] if ids else None,
        "mentions": min(mentions, MOST_UNREAD),
        "threads": threads,
    }


def _thread(thread: int, last_read: int, unread: list[int], called: list[int]) -> dict[str, Any]:
    return {
        "thread": thread,
        "last_read": last_read,
        "unread": len(unread),
        "first_unread": unread[0],
        "last_unread": unread[-1],
        "mentions": len(called),
    }


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
