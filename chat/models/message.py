"""A message, as its author wrote it and as it stands in the page."""

from typing import Any, Self

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models.editing import LONGEST_BODY, Editing, check_words
from chat.models.message_queryset import MessageQuerySet
from chat.models.pinning import Pinning
from chat.models.reacting import Reacting
from chat.models.threading import Threading
from chat.models.writing import lock
from projects import access, live, markdown
from projects.live import Live
from projects.models import Spent, Upload

# What a verb reads again before it changes something: the event says all of it.
CHANGING = (
    "body", "html", "edited_at", "deleted_at", "reply_count", "last_reply_at", "repliers", "reactions", "pinned_at",
    "pinned_by_id", "forwarded",
)  # fmt: skip


class Message(Editing, Threading, Reacting, Pinning, Live):
    noun = "message"
    project_path = "room__project"
    wire = {
        "id": "id",
        "room": "room_id",
        "author": "author_id",
        "body": "body",
        "html": "html",
        "attachments": "attachments",
        "client_id": "client_id",
        "created_at": "created_at",
        "edited_at": "edited_at",
        "deleted_at": "deleted_at",
        "thread": "thread_id",
        "reply_count": "reply_count",
        "last_reply_at": "last_reply_at",
        "repliers": "repliers",
        "reactions": "reactions",
        "pinned_at": "pinned_at",
        "pinned_by": "pinned_by_id",
        "forwarded": "forwarded",
    }

    repeated: bool = False  # whether `Room.post` found it, rather than made it

    # Deleting a room deletes its messages by the thousand (forgetting.py), not one object at a time.
    room = models.ForeignKey("chat.Room", models.DO_NOTHING, related_name="messages", db_index=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    body = models.TextField(_("text"), max_length=LONGEST_BODY, blank=True)
    html = models.TextField(editable=False)
    # The rows of its uploads, of which nothing ever changes: a page of history reads them with the rest.
    attachments = models.JSONField(default=list, db_default=[], blank=True, editable=False)
    client_id = models.CharField(max_length=64, null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # {author, message}: whose words these are, and where they were said. Who may not go there reads only the words.
    forwarded = models.JSONField(null=True, editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [
            # History and unread counts are read from it alone; it serves the foreign key, too.
            models.Index(fields=["room", "strand", "id"], include=["author"], name="message_history"),
            models.Index(fields=["thread"], condition=models.Q(thread__isnull=False), name="message_replies"),
            models.Index(
                fields=["room", "-pinned_at"],
                condition=models.Q(pinned_at__isnull=False),
                name="message_pins",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["author", "room", "client_id"],
                condition=models.Q(client_id__isnull=False),
                name="one_message_a_client_id",
            ),
            models.CheckConstraint(
                condition=~models.Q(body="") | ~models.Q(attachments=[]) | models.Q(deleted_at__isnull=False),
                name="message_says_something",
            ),
        ]

    def __str__(self) -> str:
        return self.body[:60]

    def get_absolute_url(self) -> str:
        if self.thread_id:
            return f"{self.room.get_absolute_url()}threads/{self.thread_id}/?message={self.pk}"
        return f"{self.room.get_absolute_url()}messages/{self.pk}/"

    @property
    def project(self) -> Any:
        return self.room.project

    @property
    def audience(self) -> int | None:
        return self.room.audience

    def audiences(self, change: str) -> list[int | None]:
        """One after the other those who may read it, where some of the channel came later than what it says."""
        if change == "created" or not self.room.channel.private:
            return [self.audience]
        places = self.room.channel.memberships.values_list("user_id", "sees_after")
        seen_by = [user for user, sees_after in places if sees_after < self.pk]
        if len(seen_by) == len(places):
            return [self.audience]
        return [access.audience_of(user) for user in seen_by] or [access.NOBODY]

    @property
    def closed(self) -> str | None:
        return self.room.closed

    @classmethod
    def written(
        cls,
        room: Any,
        body: str,
        *,
        attachments: list[int] | None = None,
        thread: Self | None = None,
        forwarded: dict[str, int] | None = None,
        client_id: str | None = None,
        by: Any,
    ) -> Self:
        """A message that is not yet saved. ValidationError when it says nothing, or too much.

        `attachments`: ids of uploads of `by`; `attach` makes them the message's own once it is saved.
        """
        files = attachments and Upload.objects.named(attachments, project=room.project, by=by)
        rows = [upload.row() for upload in files or []]
        check_words(body, rows)
        return cls(
            room=room,
            author=by,
            body=body,
            html=markdown.render(body, room.project, groups=True),
            attachments=rows,
            thread=thread,
            forwarded=forwarded,
            client_id=client_id,
        )

    def attach(self, *, by: Any) -> None:
        """In the transaction that saved it. ValidationError when one of its files hangs on something else by now."""
        ids = [row["id"] for row in self.attachments]
        for upload in Upload.objects.claim(ids, project=self.project, by=by):
            self.files.create(upload=upload)

    def clean(self) -> None:
        check_words(self.body, self.attachments)

    @live.atomic()
    def remove(self, *, by: Any) -> None:
        """Delete it with its history: its author, or an admin of the project. Nothing of its words stays."""
        if by.pk != self.author_id and not access.has_right(by, "delete_messages", self.project):
            raise PermissionDenied(_("Only who wrote a message, or an admin, may delete it."))
        self.end(by=by)

    @live.atomic()
    def end(self, *, by: Any) -> None:
        """`remove` without asking who: for the admin. Of one with replies its place stays, empty."""
        lock(Message.objects.filter(pk__in=[self.pk, self.thread_id or self.pk]))
        self._lock()
        if by.pk != self.author_id and not self.deleted_at:
            self.room.audit("message.deleted", by=by, about=self.author, room=self.room.name)
        if self.reply_count:
            if not self.deleted_at:
                self._note_spent()
                self.empty(by=by)
            return
        self.done_by(by).delete()
        if self.thread_id:
            self.thread.room = self.room
            self.thread.count_out(by=by)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with live.atomic():
            self._note_spent()
            return super().delete(*args, **kwargs)

    def _lock(self) -> None:
        """Its state as it stands now, which nobody else can change before our commit. Http404 when it is gone."""
        now = Message.objects.select_for_update(no_key=True).filter(pk=self.pk)
        row = now.values(*CHANGING).first()
        if row is None:
            raise Http404
        for name, value in row.items():
            setattr(self, name, value)

    def _refuse_deleted(self, field: str) -> None:
        if self.deleted_at:
            raise ValidationError({field: [_("This message is deleted.")]})

    def _note_spent(self) -> None:
        Spent.objects.note("message", self.room_id, self.author_id, self.client_id)
