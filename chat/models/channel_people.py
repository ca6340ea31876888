"""Who is in a channel: the people of a private one, and the guests who were added to a public one."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from chat.models.channel_membership import ChannelMembership
from chat.models.level import Level
from chat.models.message import Message
from chat.models.writing import lock
from projects import live
from projects.errors import Conflict
from projects.models import Membership
from projects.models.membership import Role


class ChannelPeople:
    """What a Channel does with its people."""

    @live.atomic()
    def add(self, user_id: int, *, by: Any) -> ChannelMembership:
        """Let a member of the project in, and into the first room. PermissionDenied where `by` may not invite."""
        self.refuse_direct()
        self.require("invite", by=by)
        return self.let_in(user_id, by=by)

    @live.atomic()
    def let_in(self, user_id: int, *, by: Any) -> ChannelMembership:
        """`add` without asking who: for the admin."""
        lock(type(self).objects.filter(pk=self.pk))  # or two would both let them in
        member = self.project.memberships.filter(user_id=user_id).select_related("user").first()
        if member is None:
            raise ValidationError({"user": [_("There is nobody like that in this project.")]})
        if not self.private and (self.guests or member.role != Role.GUEST):
            raise ValidationError(
                {"user": [_("Everyone in the project is in a channel that is not private.")]}
                if self.guests
                else {"user": [_("All members are in this channel; only guests are added to it.")]}
            )
        place = self.memberships.filter(user_id=user_id).first()
        if place is None:
            place = ChannelMembership(channel=self, user=member.user, sees_after=self._seen_by_newcomers())
            place.done_by(by).save()
            if user_id != by.pk:
                self.audit("channel.invited", by=by, about=member.user, name=str(self))
            if room := self.rooms.order_by("pk").first():
                room.join(user=member.user, by=by)
        return place

    @live.atomic()
    def dismiss(self, user_id: int, *, by: Any) -> None:
        """Take somebody out, or leave it. PermissionDenied for who stands above `by`; Conflict for the last one in a
        private channel, and the last who manages it while others stay."""
        self.refuse_direct()
        if user_id != by.pk:
            self.require("invite", by=by)
            self._right_over(user_id, by=by)
        self.take_out(user_id, by=by)

    @live.atomic()
    def take_out(self, user_id: int, *, by: Any) -> None:
        """`dismiss` without asking who: for the admin."""
        # In one order, so that two who leave at once cannot both believe in the other.
        places = list(self.memberships.select_for_update(no_key=True).order_by("pk"))
        place = next((place for place in places if place.user_id == user_id), None)
        if place is None:
            return
        if self.private and len(places) == 1:
            raise Conflict(_("The last one in a private channel stays, or deletes it."))
        if self.private:
            self._keep_an_admin([each.user_id for each in places if each is not place])
        if user_id != by.pk:
            self.audit("channel.removed", by=by, about=place.user, name=str(self))
        self.lose(place, by=by)

    @live.atomic()
    def lose(self, place: ChannelMembership, *, by: Any) -> None:
        """End somebody's place, whoever then remains."""
        for room in self.rooms.filter(places__user=place.user_id):
            room.channel = self
            room.leave(user=place.user_id, by=by)
        place.channel = self
        place.done_by(by).delete()

    @live.atomic()
    def stand_without(self, user_id: int, *, by: Any) -> None:
        """Somebody is no longer in the project, or no more than a guest.

        A private channel that nobody is in any more is deleted with all that was said there: nobody else was ever to
        read it. One that nobody could manage is handed to whoever stands highest in it, and among them the longest.
        """
        people = list(self.memberships.order_by("pk").values_list("user_id", flat=True))
        if self.private and not people:
            self.end(by=by)
        elif self.private and not self.direct and not self._admins(people):
            roles = self._roles(people)
            self._hand_to(max(people, key=lambda each: Role(roles[each]).rank), by=by)
        elif self.host_id == user_id and user_id not in people:
            self._hand_to(None, by=by)

    def _hand_to(self, user_id: int | None, *, by: Any) -> None:
        self.host_id = user_id
        self.done_by(by).save(update_fields=["host"])

    def _check_host(self, user_id: int) -> None:
        inside = self.project.memberships.filter(user_id=user_id)
        if self.private:
            inside = inside.filter(user__in=self.memberships.values("user"))
        role = inside.values_list("role", flat=True).first()
        if role is None:
            raise ValidationError({"host": [_("There is nobody like that in this channel.")]})
        if role == Role.GUEST:
            raise ValidationError({"host": [_("A guest can't keep a channel.")]})

    def _seen_by_newcomers(self) -> int:
        """The last message that whoever arrives now may not read."""
        if not self.private or self.history == "start":
            return 0
        return Message.objects.aggregate(last=Max("pk"))["last"] or 0

    def _right_over(self, user_id: int, *, by: Any) -> None:
        roles = self._roles([user_id, by.pk])
        theirs, mine = roles.get(user_id), roles.get(by.pk)
        if theirs and mine and self._standing(user_id, theirs) > self._standing(by.pk, mine):
            raise PermissionDenied(_("You can't take out somebody who stands above you."))

    def _standing(self, user_id: int, role: str) -> tuple[int, int]:
        return Level.of(role, host=user_id == self.host_id).rank, Role(role).rank

    def _keep_an_admin(self, remaining: list[int]) -> None:
        if not self.direct and not self._admins(remaining):
            raise Conflict(_("Somebody has to manage this channel: hand it to another one first."))

    def _admins(self, people: list[int]) -> list[int]:
        roles = self._roles(people)
        return [each for each in roles if Level.of(roles[each], host=each == self.host_id) == Level.ADMINS]

    def _roles(self, people: list[int]) -> dict[int, str]:
        inside = Membership.objects.filter(project_id=self.project_id, user__in=people)
        return dict(inside.values_list("user_id", "role"))
