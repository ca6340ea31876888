"""Threads: what is said in answer to one message, at its side.

Replies are messages of the room whose `thread` is the message they answer, the root. They stand in a strand of their
own in the index of histories, so that a room's conversation is read past none of them. The root's row says what the
conversation shows of its thread.
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone

from projects import live

REPLIERS = 3  # people shown beside the number of replies
LOOKED_AT = 50  # newest replies that are asked who wrote them


class Threading(models.Model):
    thread = models.ForeignKey(
        "self", models.DO_NOTHING, null=True, editable=False, related_name="replies", db_index=False
    )
    strand = models.GeneratedField(
        expression=Coalesce("thread_id", models.Value(0)),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    reply_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    last_reply_at = models.DateTimeField(null=True, editable=False)
    repliers = ArrayField(models.BigIntegerField(), default=list, db_default=[], editable=False)
    # Deleted, while something hangs on it: its place stays, its words do not.
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    def count_in(self, reply: Any, *, by: Any) -> None:
        """A root, locked by us: one reply more."""
        self.reply_count += 1
        self.last_reply_at = reply.created_at
        self.repliers = [*(each for each in self.repliers if each != by.pk), by.pk][-REPLIERS:]
        self._save_thread(by)

    def count_out(self, *, by: Any) -> None:
        """A root, locked by us: one reply less; what was kept only for its replies goes with the last."""
        self.reply_count -= 1
        if self.deleted_at and self.reply_count <= 0:
            self.done_by(by).delete()
            return
        newest = type(self).objects.before(self.room, strand=self.pk)[:LOOKED_AT]
        rows = list(newest.values_list("author", "created_at"))
        self.last_reply_at = rows[0][1] if rows else None
        self.repliers = list(dict.fromkeys(author for author, _ in rows))[:REPLIERS][::-1]
        self._save_thread(by)

    def empty(self, *, by: Any) -> None:
        """A root with replies, locked by us: nothing of its words stays."""
        self.revisions.all().delete()
        self.mentions.all().delete()
        self.files.all().delete()
        self.body = self.html = ""
        self.edited_at = self.client_id = self.pinned_at = self.pinned_by = self.forwarded = None
        self.attachments, self.reactions, self.deleted_at = [], [], timezone.now()
        self.done_by(by).save()
        live.announce(self, for_good=True)

    def _save_thread(self, by: Any) -> None:
        self.done_by(by).save(update_fields=["reply_count", "last_reply_at", "repliers"])
