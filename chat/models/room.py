"""A room: where a channel's people talk."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Lower
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from chat.forgetting import forget_messages
from chat.models.channel_membership import ChannelMembership
from chat.models.message import Message
from chat.models.room_membership import RoomMembership
from chat.models.writing import lock, save_named
from projects import access, live, push
from projects.errors import Conflict
from projects.live import Live, LiveQuerySet
from projects.models import Spent


class RoomQuerySet(LiveQuerySet):
    def visible_to(self, user: Any) -> Self:
        return super().visible_to(user).select_related("channel").open_to(user)

    def open_to(self, user: Any) -> Self:
        """Of the project's rooms those that the person, a member of it, may enter."""
        mine = ChannelMembership.objects.filter(channel=models.OuterRef("channel"), user=user)
        return self.filter(models.Q(channel__private=False) | models.Exists(mine))

    def for_post_of(self, user: Any, client_id: str | None) -> Self:
        """Each with what `Room.post` has to know: `joined`, whether the person is in it, and `spent`, whether they
        posted under this `client_id` and that message is deleted."""
        room = models.OuterRef("pk")
        rooms = self.annotate(joined=models.Exists(RoomMembership.objects.filter(room=room, user=user)))
        spent = Spent.objects.of("message", room, user, client_id)
        return rooms.annotate(spent=models.Exists(spent) if client_id else models.Value(False))

    def default(self) -> "Room | None":
        """Where new people of the project find themselves: the first room of its first open channel."""
        return self.filter(channel__private=False).order_by("channel__position", "channel_id", "pk").first()

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
    def member_ids(self) -> list[int]:
        return list(self.places.order_by("user_id").values_list("user_id", flat=True))

    def post(
        self, body: str, *, attachments: list[int] | None = None, client_id: str | None = None, by: Any
    ) -> Message:
        """Say something; whoever speaks is in the room from then on. `attachments`: ids of uploads of theirs.

        The same `client_id` again gives the first message, with `repeated` set; Conflict when that is deleted.
        Http404 when the room is gone.
        """
        if self.__dict__.get("spent", True):  # see for_post_of
            Spent.objects.refuse("message", self.pk, by, client_id)
        message = Message.written(self, body, attachments=attachments, client_id=client_id, by=by)
        try:
            with self._or_gone():
                self._add(message, by=by)
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
        self.name = name
        save_named(self.done_by(by), update_fields=["name"])

    @live.atomic()
    def remove(self, *, by: Any) -> None:
        """Delete it with all that was said in it. Conflict for the last room of its channel."""
        self._right_of(by)
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
        self.done_by(by).delete()

    def join(self, *, user: Any = None, by: Any) -> None:
        """`by`, or another `user`, is in the room from now on, with nothing unread."""
        with self._or_gone(), live.atomic():
            newest = Message.objects.before(self).values_list("pk", flat=True).first()
            self._place(user or by, last_read=newest or 0, by=by)

    @live.atomic()
    def leave(self, *, user: Any = None, by: Any) -> None:
        self.done_by(by)
        for place in self.places.filter(user=user or by):
            place.room = self
            place.delete()

    def read(self, message_id: int, *, by: Any) -> dict[str, Any]:
        """`by` has read up to this message of the room; never takes back. How the room then stands for them.

        Their other pages hear of it at once. ValidationError for what is no message of this room.
        """
        if not self.messages.filter(pk=message_id).exists():
            raise ValidationError({"message": [_("There is no such message in this room.")]})
        place = RoomMembership.objects.filter(room=self, user=by)
        moved = place.filter(last_read__lt=message_id).update(last_read=message_id)
        reading = next(
            iter(place.readings()), {"room": self.pk, "last_read": 0, "unread": 0, "first_unread": None}
        )
        if moved:
            frame = {"type": "read", **reading, "message": reading["last_read"]}
            transaction.on_commit(lambda: push.to_user(by.pk, frame), robust=True)
        return reading

    def _keep_one(self) -> None:
        if not Room.objects.filter(channel_id=self.channel_id).exclude(pk=self.pk).exists():
            raise Conflict(_("A channel keeps at least one room."))

    def _add(self, message: Message, *, by: Any) -> None:
        joined = self._has(by)
        if joined and not message.attachments:
            message.done_by(by).save()
            return
        with live.atomic():
            message.done_by(by).save()
            if message.attachments:
                message.attach(by=by)
            if not joined:
                self._place(by, last_read=message.pk, by=by)

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
        role = access.role_of(by, self.project_id)
        if self.created_by_id != by.pk and not (role and access.may(role, "manage_channels")):
            raise PermissionDenied(_("Only who made a room, or an admin, may change it."))
