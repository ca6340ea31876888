"""Deleting all that was said in a room, and its words from the log: by the thousand, not one by one.

Nobody is told of each: whoever hears that a room is gone knows that its messages are.
"""

from typing import Any

from django.db import connection, models
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from chat.models.attachment import MessageAttachment
from chat.models.mention import Mention
from chat.models.message import Message
from chat.models.revision import Revision
from chat.models.thread_follow import ThreadFollow
from projects.models import Upload
from projects.models.event import encode_tail

BATCH = 5_000  # messages deleted in one go


def forget_messages(room: Any) -> None:
    # Locked before their events, as whoever deletes a single one does; and by number from there on, so that what is
    # said meanwhile waits for the next round.
    locked, last = room.messages.select_for_update().order_by("pk"), 0
    roots = locked.filter(strand=0).values_list("pk", "reply_count")
    # From the last one on: what is deleted stays in the index until the commit, and is in the way of a fresh start.
    while batch := list(roots.filter(pk__gt=last)[:BATCH]):
        # With their replies, to which none is added any more: that would need the lock of the root.
        answered = [pk for pk, replies in batch if replies]
        replies = locked.filter(thread__in=answered).values_list("pk", flat=True) if answered else ()
        last = batch[-1][0]
        _forget(room, [*(pk for pk, _ in batch), *replies])


def _forget(room: Any, ids: list[int]) -> None:
    tail = encode_tail("message.deleted", {"id": 0}, by=None, at=timezone.now()).removesuffix("0}}")
    text = models.TextField()
    gone = Concat(models.Value(tail), Cast("object_id", text), models.Value("}}"), output_field=text)
    # One array rather than thousands of parameters, each of which would be looked at on its way.
    numbers = RawSQL("SELECT unnest(%s::bigint[])", [ids])
    said = room.project.events.filter(name__startswith="message.", object_id__in=numbers)
    said.update(name="message.deleted", tail=gone)
    files = MessageAttachment.objects.filter(message__in=numbers)
    if uploads := list(files.values_list("upload", flat=True)):
        Upload.objects.filter(pk__in=uploads).delete()  # and with them what hung them up
    for rows in (
        Revision.objects.filter(message__in=numbers),
        Mention.objects.filter(message__in=numbers),
        ThreadFollow.objects.filter(thread__in=numbers),
        Message.objects.filter(pk__in=numbers),
    ):
        rows._raw_delete(rows.db)
    # What the database would otherwise check a row at a time at the end, while everyone waits for the log.
    connection.check_constraints()
