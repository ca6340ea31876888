"""A room: where a channel's people talk."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models
from django.db.models.functions import Coalesce, Lower
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from chat.forgetting import forget_messages
from chat.models.circle import places, within
from chat.models.message import Message
from chat.models.posting import Posting
from chat.models.reading import Reading
from chat.models.room_membership import RoomMembership
from chat.models.thread_follow import ThreadFollow
from chat.models.writing import lock, save_named
from projects import access, live
from projects.errors import Conflict
from projects.live import Live, LiveQuerySet
from projects.models import Spent


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


class Room(Reading, Posting, Live):
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

    def those_in_it(self, users: Iterable[int] | None = None, *, but: int) -> list[int]:
        """Ids of the people in the room, of `users` only where given, without one of them."""
        places = self.places if users is None else self.places.filter(user__in=users)
        return list(places.exclude(user=but).order_by("user").values_list("user", flat=True))

    def _keep_one(self) -> None:
        if not Room.objects.filter(channel_id=self.channel_id).exclude(pk=self.pk).exists():
            raise Conflict(_("A channel keeps at least one room."))

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
        theirs = by.pk in (self.created_by_id, self.channel.host_id)
        if not theirs and not access.has_right(by, "manage_channels", self.project):
            raise PermissionDenied(_("Only who made a room, or an admin, may change it."))
