"""A channel: a heading over rooms, open to the project or private to some of its people."""

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from chat.forgetting import forget_messages
from chat.models.channel_membership import ChannelMembership
from chat.models.writing import lock, save_named
from projects import access, live
from projects.errors import Conflict
from projects.live import Live, LiveQuerySet
from projects.models import Project

if TYPE_CHECKING:
    from chat.models.room import Room


class ChannelQuerySet(LiveQuerySet):
    def visible_to(self, user: Any) -> Self:
        return super().visible_to(user).open_to(user)

    def open_to(self, user: Any) -> Self:
        """Of the project's channels those that the person, a member of it, may know of."""
        mine = ChannelMembership.objects.filter(channel=models.OuterRef("pk"), user=user)
        return self.filter(models.Q(private=False) | models.Exists(mine))

    def on_wire(self) -> Self:
        return super(ChannelQuerySet, self.order_by("position", "pk")).on_wire()


class Channel(Live):
    noun = "channel"
    wire = {"id": "id", "name": "name", "topic": "topic", "private": "private", "position": "position"}

    project = models.ForeignKey("projects.Project", models.CASCADE, related_name="channels")
    name = models.CharField(_("name"), max_length=80)
    topic = models.CharField(_("topic"), max_length=200, blank=True)
    private = models.BooleanField(_("private"), default=False, help_text=_("Only its own people know of it."))
    position = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            # Private names may repeat: a refusal would tell an outsider that there is such a channel.
            models.UniqueConstraint(
                "project",
                Lower("name"),
                condition=models.Q(private=False),
                name="one_public_channel_a_name",
                violation_error_message=_("There is a channel of this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def audience(self) -> int | None:
        return self.pk if self.private else None

    @classmethod
    @live.atomic()
    def open(cls, project: Any, name: str, *, topic: str = "", private: bool = False, by: Any) -> Self:
        """A new channel with its first room, both with `by` in them."""
        last = project.channels.aggregate(last=models.Max("position"))["last"]
        channel = cls(project=project, name=name, topic=topic, private=private, created_by=by)
        channel.position = 0 if last is None else last + 1
        save_named(channel.done_by(by))
        if private:
            ChannelMembership(channel=channel, user=by).done_by(by).save()
        channel.open_room("general", by=by)
        return channel

    @live.atomic()
    def change(self, *, by: Any, **values: Any) -> None:
        """Another `name` or `topic`. PermissionDenied unless `by` manages channels or made it."""
        self._right_of(by)
        for name, value in values.items():
            setattr(self, name, value)
        save_named(self.done_by(by), update_fields=list(values))

    @live.atomic()
    def remove(self, *, by: Any) -> None:
        """Delete it with its rooms and all that was said in them. Conflict for the last public one."""
        self._right_of(by)
        self.end(by=by)

    @live.atomic()
    def end(self, *, by: Any) -> None:
        """`remove` without asking who: for the admin."""
        self._keep_one()
        for room in self.rooms.all():
            forget_messages(room)
        lock(Project.objects.filter(pk=self.project_id))
        lock(Channel.objects.filter(pk=self.pk), self.rooms.all(), doomed=True)
        self._keep_one()
        self.audit("channel.deleted", by=by, name=self.name)
        self.done_by(by).delete()

    def audit(self, kind: str, *, by: Any, about: Any = None, **details: Any) -> None:
        """As Project.audit; of a private channel only its people may read."""
        people = list(self.memberships.values_list("user", flat=True)) if self.private else None
        self.project.audit(kind, by=by, about=about, only_for=people, **details)

    @live.atomic()
    def open_room(self, name: str, *, by: Any) -> "Room":
        """A new room, with `by` in it."""
        room = self.rooms.model(project=self.project, channel=self, name=name, created_by=by)
        save_named(room.done_by(by))
        room.join(by=by)
        return room

    @live.atomic()
    def add(self, user_id: int, *, by: Any) -> "ChannelMembership":
        """Let a member of the project into this private channel, and into its first room."""
        self._right_of(by)
        return self.let_in(user_id, by=by)

    @live.atomic()
    def let_in(self, user_id: int, *, by: Any) -> "ChannelMembership":
        """`add` without asking who: for the admin."""
        if not self.private:
            raise ValidationError(
                {"user": [_("Everyone in the project is in a channel that is not private.")]}
            )
        member = self.project.memberships.filter(user_id=user_id).select_related("user").first()
        if member is None:
            raise ValidationError({"user": [_("There is nobody like that in this project.")]})
        place = self.memberships.filter(user_id=user_id).first()
        if place is None:
            place = ChannelMembership(channel=self, user=member.user).done_by(by)
            place.save()
            if room := self.rooms.order_by("pk").first():
                room.join(user=member.user, by=by)
        return place

    @live.atomic()
    def dismiss(self, user_id: int, *, by: Any) -> None:
        """Take somebody out of this private channel, or leave it. Conflict for the last one in it."""
        if user_id != by.pk:
            self._right_of(by)
        self.take_out(user_id, by=by)

    @live.atomic()
    def take_out(self, user_id: int, *, by: Any) -> None:
        """`dismiss` without asking who: for the admin."""
        # In one order, so that two who leave at once cannot both believe in the other.
        places = list(self.memberships.select_for_update(no_key=True).order_by("pk"))
        place = next((place for place in places if place.user_id == user_id), None)
        if place is None:
            return
        if len(places) == 1:
            raise Conflict(_("The last one in a private channel stays, or deletes it."))
        for room in self.rooms.filter(places__user=user_id):
            room.leave(user=user_id, by=by)
        place.done_by(by).delete()

    def _keep_one(self) -> None:
        others = Channel.objects.filter(project_id=self.project_id, private=False).exclude(pk=self.pk)
        if not self.private and not others.exists():
            raise Conflict(_("A project keeps at least one channel that is open to everyone."))

    def _right_of(self, by: Any) -> None:
        role = access.role_of(by, self.project_id)
        if self.created_by_id != by.pk and not (role and access.may(role, "manage_channels", self.project)):
            raise PermissionDenied(_("Your role in this project does not allow this."))
