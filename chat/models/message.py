"""A message, as its author wrote it and as it stands in the page."""

from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import Value
from django.db.models.lookups import GreaterThan, LessThan
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models.circle import within
from chat.models.mention import Mention, called_in
from chat.models.pinning import PinnedQuerySet, Pinning
from chat.models.reacting import Reacting
from chat.models.revision import Revision
from chat.models.threading import Threading
from chat.models.writing import lock
from projects import access, live, markdown
from projects.live import Live, LiveQuerySet
from projects.models import Spent, Upload
from projects.schemas import blank

LONGEST_BODY = 20_000  # characters
GRACE = timedelta(seconds=20)  # for an edit that was begun in time
LAST = 2**63 - 1
# What a verb reads again before it changes something: the event says all of it.
CHANGING = (
    "body", "html", "edited_at", "deleted_at", "reply_count", "last_reply_at", "repliers", "reactions", "pinned_at",
    "pinned_by_id", "forwarded",
)  # fmt: skip


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


class Message(Threading, Reacting, Pinning, Live):
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
    edited_at = models.DateTimeField(null=True, editable=False)
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
        _check(body, rows)
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
        _check(self.body, self.attachments)

    def edit(self, body: str, *, by: Any) -> None:
        """Say it in other words: its author, for a while (settings.MESSAGE_EDIT_WINDOW). The old ones are kept."""
        if by.pk != self.author_id:
            raise PermissionDenied(_("Only who wrote a message may edit it."))
        if not self.editable:
            raise PermissionDenied(_("It is too late to edit this message."))
        self.reword(body, by=by)

    @live.atomic()
    def reword(self, body: str, *, by: Any) -> None:
        """What `edit` does, without asking who and when: for the admin."""
        _check(body, self.attachments)
        self._lock()
        self._refuse_deleted("body")
        if body == self.body:
            return
        Revision.objects.create(
            message=self, body=self.body, html=self.html, created_at=self.edited_at or self.created_at
        )
        self.body, self.html = body, markdown.render(body, self.project, groups=True)
        self.edited_at = timezone.now()
        self.done_by(by).save(update_fields=["body", "html", "edited_at"])
        self._call_again()

    @live.atomic()
    def remove(self, *, by: Any) -> None:
        """Delete it with its history: its author, or an admin of the project. Nothing of its words stays."""
        if by.pk != self.author_id:
            role = access.role_of(by, self.project.pk)
            if not (role and access.may(role, "delete_messages", self.project)):
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

    @property
    def editable(self) -> bool:
        """Whether its author may still edit it."""
        window = settings.MESSAGE_EDIT_WINDOW
        if not window:
            return window is None
        return timezone.now() <= self.created_at + timedelta(seconds=window) + GRACE

    def history(self) -> list[dict[str, Any]]:
        """[{body, html, at}], oldest first; the last is what it says now. `at`: when that text was written."""
        earlier = [(each.body, each.html, each.created_at) for each in self.revisions.order_by("pk")]
        texts = [*earlier, (self.body, self.html, self.edited_at or self.created_at)]
        return [{"body": body, "html": html, "at": at} for body, html, at in texts]

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

    def _call_again(self) -> None:
        """Other words may name other people; "@channel" asks before it calls, so an edit never does."""
        called = called_in(self.html)
        if not called.groups:
            self.mentions.exclude(user__in=called.people).delete()
        Mention.objects.note(self, self.room.those_in_it(called.people, but=self.author_id))


def _check(body: str, attachments: list) -> None:
    if blank(body) and not attachments:
        raise ValidationError({"body": [_("This may not be empty.")]})
    if len(body) > LONGEST_BODY:
        raise ValidationError(
            {"body": [_("This is too long: at most %(most)d characters.") % {"most": LONGEST_BODY}]}
        )
