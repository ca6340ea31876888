"""A room: where a channel's people talk."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Coalesce, Lower
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from chat.forgetting import forget_messages
from chat.models.circle import places, within
from chat.models.mention import Called, Mention, called_in
from chat.models.message import Message
from chat.models.room_membership import RoomMembership, nothing_read
from chat.models.thread_follow import ThreadFollow
from chat.models.writing import lock, save_named
from projects import access, live, people, push
from projects.errors import Conflict
from projects.live import Live, LiveQuerySet
from projects.models import Spent

ASK_ABOVE = 5  # people called at once by "@channel" or "@here"


class RoomQuerySet(LiveQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Each with what the person may read of it: `sees_after`, see ChannelMembership."""
        own = models.Subquery(places(user, "channel").values("sees_after")[:1])
        mine = super().visible_to(user).filter(within(user, "channel", role="my_role"))
        return mine.select_related("channel").annotate(sees_after=Coalesce(own, 0))

    def open_to(self, user: Any) -> Self:
        """Of the project's rooms those that the person, a member of it, may enter."""
        return self.filter(within(user, "channel"))

    def for_post_of(self, user: Any, client_id: str | None) -> Self:
        """Each with what `Room.post` has to know: `joined`, whether the person is in it, and `spent`, whether they
        posted under this `client_id` and that message is deleted."""
        room = models.OuterRef("pk")
        rooms = self.annotate(joined=models.Exists(RoomMembership.objects.filter(room=room, user=user)))
        spent = Spent.objects.of("message", room, user, client_id)
        return rooms.annotate(spent=models.Exists(spent) if client_id else models.Value(False))

    def default(self) -> "Room | None":
        """Where new people of the project find themselves: the first room of its first open channel."""
        usual = self.filter(channel__private=False, channel__archived_at=None)
        return usual.order_by("channel__position", "channel_id", "pk").first()

    def with_members(self) -> Self:
        """Each with `member_ids`, smallest first."""
        inside = (
            RoomMembership.objects.filter(room=models.OuterRef("pk")).order_by("user_id").values("user_id")
        )
        return self.annotate(member_ids=ArraySubquery(inside))

    def on_wire(self) -> Self:
        return super(
            RoomQuerySet, self.with_members().order_by("channel__position", "channel_id", "pk")
        ).on_wire()


class Room(Live):
    noun = "room"
    wire = {
        "id": "id",
        "channel": "channel_id",
        "name": "name",
        "members": "member_ids",
        "created_by": "created_by_id",
        "created_at": "created_at",
    }

    sees_after: int = 0  # see RoomQuerySet.visible_to: messages up to this id are not for who found it

    project = models.ForeignKey("projects.Project", models.CASCADE, related_name="rooms")
    channel = models.ForeignKey("chat.Channel", models.CASCADE, related_name="rooms")
    name = models.CharField(_("name"), max_length=80)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RoomQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                "channel",
                Lower("name"),
                name="one_room_a_name",
                violation_error_message=_("There is a room of this name in the channel."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/projects/{self.project_id}/rooms/{self.pk}/"

    @property
    def audience(self) -> int | None:
        return self.channel.audience

    @property
    def closed(self) -> str | None:
        return self.channel.closed

    @property
    def member_ids(self) -> list[int]:
        return list(self.places.order_by("user_id").values_list("user_id", flat=True))

    def post(
        self,
        body: str,
        *,
        thread: int | None = None,
        client_id: str | None = None,
        confirmed: bool = False,
        by: Any,
        **values: Any,
    ) -> Message:
        """Say something; whoever speaks is in the room from then on.

        `thread`: id of the message it answers. `values`: what Message.written takes besides, as `attachments`.

        Conflict with the number of `people` when it calls more than ASK_ABOVE of them at once and is not `confirmed`.
        The same `client_id` again gives the first message, with `repeated` set; Conflict when that is deleted.
        Http404 when the room is gone. PermissionDenied where the channel lets others post.
        """
        self.channel.require("post", by=by, role=self.__dict__.get("my_role"))
        if self.__dict__.get("spent", True):  # see for_post_of
            Spent.objects.refuse("message", self.pk, by, client_id)
        message = Message.written(self, body, thread=self._root(thread), client_id=client_id, by=by, **values)
        try:
            with self._or_gone():
                self._add(message, confirmed=confirmed, by=by)
        except IntegrityError:
            first = self.messages.filter(author=by, client_id=client_id).first() if client_id else None
            if first is None:  # deleted in this very moment
                Spent.objects.refuse("message", self.pk, by, client_id)
                raise
            first.room, first.repeated = self, True
            return first
        return message

    @live.atomic()
    def rename(self, name: str, *, by: Any) -> None:
        self._right_of(by)
        self.channel.refuse_direct()
        self.name = name
        save_named(self.done_by(by), update_fields=["name"])

    @live.atomic()
    def remove(self, *, by: Any) -> None:
        """Delete it with all that was said in it. Conflict for the last room of its channel."""
        self._right_of(by)
        self.channel.refuse_direct()
        self.end(by=by)

    @live.atomic()
    def end(self, *, by: Any) -> None:
        """`remove` without asking who: for the admin."""
        self._keep_one()
        # Most of it while others may still write; what they wrote goes with the room (signals.delete_messages).
        forget_messages(self)
        lock(type(self.channel).objects.filter(pk=self.channel_id))
        lock(Room.objects.filter(pk=self.pk), doomed=True)
        self._keep_one()
        self.audit("room.deleted", by=by, name=self.name, channel=self.channel.name)
        self.done_by(by).delete()

    def audit(self, kind: str, *, by: Any, about: Any = None, **details: Any) -> None:
        self.channel.audit(kind, by=by, about=about, **details)

    def join(self, *, user: Any = None, by: Any) -> None:
        """`by`, or another `user`, is in the room from now on, with nothing unread."""
        with self._or_gone(), live.atomic():
            newest = Message.objects.before(self).values_list("pk", flat=True).first()
            self._place(user or by, last_read=newest or 0, by=by)

    @live.atomic()
    def leave(self, *, user: Any = None, by: Any) -> None:
        if user is None:
            self.channel.refuse_direct()
        self.done_by(by)
        for place in self.places.filter(user=user or by):
            place.room = self
            place.delete()
        for follow in ThreadFollow.objects.filter(room=self, user=user or by):
            follow.room = self
            follow.done_by(by).delete()

    def read(self, message_id: int, *, by: Any) -> dict[str, Any]:
        """`by` has read up to this message of the room, or of a thread in it; never takes back.

        Answers how the room then stands for them; their other pages hear of it at once. ValidationError for what is
        no message of this room.
        """
        thread = self._thread_of(message_id, "message")
        if thread:
            moved = ThreadFollow.objects.filter(thread=thread, user=by).read(message_id)
        else:
            mine = RoomMembership.objects.filter(room=self, user=by)
            moved = mine.filter(last_read__lt=message_id).update(last_read=message_id)
        return self._tell_reading(by) if moved else self.reading_of(by)

    @live.atomic()
    def unread(self, message_id: int, *, by: Any) -> dict[str, Any]:
        """Takes reading back: this message and what came after it are unread again, until `by` reads anew.

        In a thread, they follow it from then on. ValidationError for what is no message of this room.
        """
        thread = self._thread_of(message_id, "message")
        if thread:
            ThreadFollow.objects.follow(self._root(thread), by=by)
            moved = ThreadFollow.objects.filter(thread=thread, user=by).unread(message_id)
        else:
            moved = RoomMembership.objects.filter(room=self, user=by).update(last_read=message_id - 1)
        return self._tell_reading(by, back=thread or 0) if moved else self.reading_of(by)

    def reading_of(self, user: Any) -> dict[str, Any]:
        places = RoomMembership.objects.filter(room=self, user=user)
        return next(iter(places.readings()), nothing_read(self.pk))

    def those_in_it(self, users: Iterable[int] | None = None, *, but: int) -> list[int]:
        """Ids of the people in the room, of `users` only where given, without one of them."""
        places = self.places if users is None else self.places.filter(user__in=users)
        return list(places.exclude(user=but).order_by("user").values_list("user", flat=True))

    def _tell_reading(self, user: Any, *, back: int | None = None) -> dict[str, Any]:
        """`back`: what was taken back, 0 for the conversation or the root of a thread."""
        reading = self.reading_of(user)
        frame = {"type": "read", **reading, "message": reading["last_read"], "back": back}
        transaction.on_commit(lambda: push.to_user(user.pk, frame), robust=True)
        return reading

    def _keep_one(self) -> None:
        if not Room.objects.filter(channel_id=self.channel_id).exclude(pk=self.pk).exists():
            raise Conflict(_("A channel keeps at least one room."))

    def _add(self, message: Message, *, confirmed: bool, by: Any) -> None:
        called = self._called(called_in(message.html), confirmed=confirmed, by=by)
        joined = self._has(by)
        if joined and not (called or message.attachments or message.thread_id):
            message.done_by(by).save()
            return
        with live.atomic():
            if message.thread_id:
                message.thread._lock()
            message.done_by(by).save()
            if not joined:
                self._place(by, last_read=message.pk, by=by)
            if message.attachments:
                message.attach(by=by)
            if called:
                Mention.objects.note(message, called)
            if message.thread_id:
                message.thread.count_in(message, by=by)
                ThreadFollow.objects.told(message, called, by=by)

    def _called(self, called: Called, *, confirmed: bool, by: Any) -> list[int]:
        """Ids of those in the room whom a text calls."""
        if not (called.people or called.groups):
            return []
        named = set(self.those_in_it(called.people, but=by.pk)) if called.people else set()
        if called.groups:
            everyone = set(self.those_in_it(but=by.pk))
            group = everyone if "channel" in called.groups else people.present(everyone)
            if len(group) > ASK_ABOVE and not confirmed:
                raise Conflict(
                    ngettext(
                        "This would call %(people)d person.", "This would call %(people)d people.", len(group)
                    )
                    % {"people": len(group)},
                    people=len(group),
                )
            named |= group
        return sorted(named)

    def _thread_of(self, message_id: int, field: str) -> int | None:
        """The root of the thread that a message of this room stands in. ValidationError where there is none such."""
        found = self.messages.filter(pk=message_id, pk__gt=self.sees_after).values_list(
            "thread_id", flat=True
        )
        if not found:
            raise ValidationError({field: [_("There is no such message in this room.")]})
        return found[0]

    def _root(self, message_id: int | None) -> Message | None:
        """What an answer to that message hangs on: an answer to an answer goes to the same root."""
        if message_id is None:
            return None
        root = Message.objects.filter(pk=self._thread_of(message_id, "thread") or message_id).first()
        if root is None:  # deleted in this very moment
            raise Http404
        root.room = self
        return root

    def _has(self, user: Any) -> bool:
        joined = self.__dict__.get("joined")  # see for_post_of
        return self.places.filter(user=user).exists() if joined is None else joined

    def _place(self, user: Any, *, last_read: int, by: Any) -> None:
        self.done_by(by)
        RoomMembership.objects.get_or_create(room=self, user=user, defaults={"last_read": last_read})

    @contextmanager
    def _or_gone(self) -> Iterator[None]:
        """Somebody may delete the room while we write into it: the database says so at the commit."""
        try:
            yield
        except IntegrityError:
            if not Room.objects.filter(pk=self.pk).exists():
                raise Http404 from None
            raise

    def _right_of(self, by: Any) -> None:
        if by.pk not in (self.created_by_id, self.channel.host_id):
            role = access.role_of(by, self.project_id)
            if not (role and access.may(role, "manage_channels", self.project)):
                raise PermissionDenied(_("Only who made a room, or an admin, may change it."))
