"""A channel: a heading over rooms, open to the project or private to some of its people."""

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.forgetting import forget_messages
from chat.models.channel_membership import ChannelMembership
from chat.models.channel_people import ChannelPeople
from chat.models.channel_rights import ChannelRights
from chat.models.channel_settings import ChannelSettings
from chat.models.circle import within
from chat.models.level import Level
from chat.models.order import put
from chat.models.writing import lock, save_named
from projects import live
from projects.errors import Conflict
from projects.live import Live, LiveQuerySet
from projects.models import Project

if TYPE_CHECKING:
    from chat.models.room import Room


class Kind(models.TextChoices):
    CHANNEL = "channel", _("Channel")
    DIRECT = "direct", _("Direct conversation")


class History(models.TextChoices):
    START = "start", _("From the start")
    ARRIVAL = "arrival", _("From their arrival")


class ChannelQuerySet(LiveQuerySet):
    def visible_to(self, user: Any) -> Self:
        return super().visible_to(user).filter(within(user, role="my_role"))

    def open_to(self, user: Any) -> Self:
        """Of the project's channels those that the person, a member of it, may know of."""
        return self.filter(within(user))

    def on_wire(self) -> Self:
        return super(ChannelQuerySet, self.order_by("position", "pk")).on_wire()


class Channel(ChannelSettings, ChannelPeople, ChannelRights, Live):
    noun = "channel"
    wire = {
        name: name
        for name in (
            "id", "kind", "name", "topic", "private", "guests", "position", "archived_at", "may_post",
            "may_create_rooms", "may_invite", "may_pin", "history", "people",
        )
    } | {"host": "host_id"}  # fmt: skip

    project = models.ForeignKey("projects.Project", models.CASCADE, related_name="channels")
    kind = models.CharField(
        max_length=10, choices=Kind, default=Kind.CHANNEL, db_default=Kind.CHANNEL, editable=False
    )
    name = models.CharField(_("name"), max_length=80, help_text=_("A direct conversation has none."))
    topic = models.CharField(_("topic"), max_length=200, blank=True)
    private = models.BooleanField(_("private"), default=False, help_text=_("Only its own people know of it."))
    guests = models.BooleanField(
        _("guests"),
        default=False,
        db_default=False,
        help_text=_("All guests of the project are in it, where it is not private."),
    )
    position = models.TextField(_("position"), db_collation="C", editable=False)
    may_post = Level.field(_("who may post"), Level.EVERYONE)
    may_create_rooms = Level.field(_("who may make rooms"), Level.EVERYONE)
    may_invite = Level.field(_("who may choose its people"), Level.ADMINS)
    may_pin = Level.field(_("who may pin messages"), Level.EVERYONE)
    history = models.CharField(
        _("what newcomers may read"),
        max_length=10,
        choices=History,
        default=History.START,
        db_default=History.START,
    )
    people = ArrayField(
        models.BigIntegerField(), default=list, db_default=[], editable=False,
        help_text=_("Of a direct conversation: ids of those whose it is, smallest first."),
    )  # fmt: skip
    host = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("host"),
        help_text=_("Manages it whatever their role: who made it, until it is handed over."),
    )  # fmt: skip
    archived_at = models.DateTimeField(null=True, editable=False)
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
            ),
            models.UniqueConstraint(
                fields=["project", "people"],
                condition=models.Q(kind="direct"),
                name="one_direct_conversation_of_the_same_people",
            ),
            models.UniqueConstraint(fields=["project", "position"], name="one_channel_a_position"),
            models.CheckConstraint(
                condition=~models.Q(kind="direct") | models.Q(private=True), name="direct_is_private"
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(_("Direct conversation"))

    @property
    def direct(self) -> bool:
        return self.kind == Kind.DIRECT

    @property
    def audience(self) -> int | None:
        return self.pk if self.private or not self.guests else None

    @property
    def closed(self) -> str | None:
        return _("This channel is archived. It can be read.") if self.archived_at else None

    @classmethod
    @live.atomic()
    def open(cls, project: Any, name: str, *, by: Any, **values: Any) -> Self:
        """A new channel with its first room, both with `by` in them. `values`: any of its settings."""
        lock(Project.objects.filter(pk=project.pk))
        channel = cls(project=project, name=name, host=by, created_by=by, **values)
        put(channel)
        save_named(channel.done_by(by))
        if channel.private:
            ChannelMembership(channel=channel, user=by).done_by(by).save()
        channel.open_room("general", by=by)
        return channel

    @live.atomic()
    def move_to(self, *, before: "Channel | None" = None, after: "Channel | None" = None, by: Any) -> None:
        """Beside another channel, or to the end."""
        self._right_of(by)
        self.refuse_direct()
        lock(Project.objects.filter(pk=self.project_id))
        put(self, before=before, after=after)
        self.done_by(by).save(update_fields=["position"])

    @live.atomic()
    def archive(self, *, by: Any) -> None:
        """From now on it is only read. Conflict for the last public one."""
        self._right_of(by)
        self.refuse_direct()
        self._lock()
        self._keep_one()
        if not self.archived_at:
            self.archived_at = timezone.now()
            self.done_by(by).save(update_fields=["archived_at"])
            self.audit("channel.archived", by=by, name=str(self))

    @live.atomic()
    def restore(self, *, by: Any) -> None:
        self._right_of(by)
        self._lock()
        if self.archived_at:
            self.archived_at = None
            self.done_by(by).save(update_fields=["archived_at"])
            self.audit("channel.restored", by=by, name=str(self))

    @live.atomic()
    def remove(self, *, by: Any) -> None:
        """Delete it with its rooms and all that was said in them. Conflict for the last public one."""
        self._right_of(by)
        self.refuse_direct()
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
        self.audit("channel.deleted", by=by, name=str(self))
        if not (self.private or self.guests):
            self.project.hear_anew(by=by)  # no circle tells it to those who are in it by their role alone
        self.done_by(by).delete()

    def audit(self, kind: str, *, by: Any, about: Any = None, **details: Any) -> None:
        """As Project.audit; of a private channel only its people may read."""
        people = list(self.memberships.values_list("user", flat=True)) if self.private else None
        self.project.audit(kind, by=by, about=about, only_for=people, **details)

    @live.atomic()
    def open_room(self, name: str, *, by: Any) -> "Room":
        """A new room, with `by` in it. PermissionDenied where the channel lets others make them."""
        self.require("create_rooms", by=by)
        if self.direct and self.rooms.exists():
            self.refuse_direct()
        room = self.rooms.model(project=self.project, channel=self, name=name, created_by=by)
        save_named(room.done_by(by))
        room.join(by=by)
        return room

    def _lock(self) -> None:
        """Whether it is archived as that stands now, and stays until the commit. Http404 when it is gone."""
        lock(Project.objects.filter(pk=self.project_id))
        lock(Channel.objects.filter(pk=self.pk))
        self.refresh_from_db(fields=["archived_at"])

    def _keep_one(self) -> None:
        others = Channel.objects.filter(project_id=self.project_id, private=False, archived_at=None)
        if not (self.private or self.archived_at) and not others.exclude(pk=self.pk).exists():
            raise Conflict(_("A project keeps at least one channel that is open to everyone."))
