"""Who belongs to a project, with which role; and who once did."""

import logging
from collections.abc import Iterable
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from projects import live, rights, signals
from projects.live import Live, LiveQuerySet
from projects.roles import Role

logger = logging.getLogger(__name__)


def person(user: Any) -> dict[str, Any]:
    """What other people see of somebody."""
    return {"id": user.pk, "handle": user.handle, "name": user.name, "avatar": user.avatar}


class MembershipQuerySet(LiveQuerySet):
    def owners(self) -> Self:
        return self.filter(role=Role.OWNER)

    def rows(self) -> list[dict[str, Any]]:
        return [member.row() for member in self.select_related("user").order_by("user__name", "user_id")]


class Membership(Live):
    noun = "member"
    wire = {"id": "user_id", "role": "role", "joined_at": "joined_at"}

    project = models.ForeignKey("projects.Project", models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="one_membership_a_person"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="known_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"

    @property
    def wire_id(self) -> int:
        return self.user_id

    @property
    def is_last_owner(self) -> bool:
        """Whether the project would stand without an owner; asked again, under a lock, when they go."""
        others = Membership.objects.filter(project_id=self.project_id).owners().exclude(pk=self.pk)
        return self.role == Role.OWNER and not others.exists()

    def row(self) -> dict[str, Any]:
        return {**person(self.user), "role": self.role, "joined_at": self.joined_at}

    @live.atomic()
    def change_role(self, role: str, *, by: Any) -> None:
        """PermissionDenied unless `by` stands above both the member and the new role, or is an owner."""
        self._hold()
        own = self._right_over(by)
        if Role(role).rank >= own.rank and own != Role.OWNER:
            raise PermissionDenied(_("You can only give roles below your own."))
        self.take_role(role, by=by)

    @live.atomic()
    def remove(self, *, by: Any) -> None:
        """Remove somebody else (PermissionDenied unless below oneself), or leave oneself."""
        self._hold()
        if by.pk != self.user_id:
            self._right_over(by)
        self.end(by=by)

    # The same without a look at who `by` is in the project: for invitations and the admin pages.

    @live.atomic()
    def begin(self, *, by: Any) -> None:
        """Save a new membership; the person is welcomed where members stand."""
        FormerMember.objects.filter(project=self.project, user=self.user).delete()
        self.done_by(by).save()
        self._log("member joined", by)
        self.project.audit("member.joined", by=by, about=self.user, role=str(self.role))
        signals.member_joined.send(type(self), project=self.project, user=self.user)

    @live.atomic()
    def take_role(self, role: str, *, by: Any) -> None:
        self._hold()
        if self.role == Role.OWNER and role != Role.OWNER:
            self._keep_an_owner()
        if role == self.role:
            return
        was, self.role = str(self.role), role
        self.done_by(by).save(update_fields=["role"])
        self._log("role changed", by)
        self.project.audit("role.changed", by=by, about=self.user, role=str(role), was=was)
        invites = rights.has(role, "manage_invitations", self.project.rights)
        self._withdraw_invitations(
            but=[each for each in Role if invites and each.rank <= Role(role).rank], by=by
        )

    @live.atomic()
    def receive_ownership(self, *, by: Any) -> None:
        """Become an owner in the place of `by`, who stays as an admin. PermissionDenied unless `by` is an owner."""
        self._hold()
        places = Membership.objects.select_related("user", "project")
        giver = places.filter(project=self.project_id, user=by).first()
        if giver is None or giver.role != Role.OWNER:
            raise PermissionDenied(_("Only an owner can hand the project over."))
        if giver.pk == self.pk:
            raise ValidationError({"user": [_("It is yours already.")]})
        self.take_role(Role.OWNER, by=by)
        giver.take_role(Role.ADMIN, by=by)
        self.project.audit("ownership.transferred", by=by, about=self.user)

    @live.atomic()
    def end(self, *, by: Any) -> None:
        self._hold()
        if self.role == Role.OWNER:
            self._keep_an_owner()
        project, user = self.project, self.user
        FormerMember.objects.update_or_create(project=project, user=user)
        self._log("member left", by)
        self._withdraw_invitations(by=by)
        project.audit("member.left" if by.pk == user.pk else "member.removed", by=by, about=user)
        self.done_by(by).delete()  # told first: what follows from it is no longer theirs to hear
        signals.member_left.send(type(self), project=project, user=user, by=by)

    def _hold(self) -> None:
        """Its role as it stands now, under a lock; Http404 when they are gone.

        All owners are locked with it: of two who leave, or hand over the same project twice, the second waits, and
        nobody waits for each other.
        """
        rows = Membership.objects.filter(Q(pk=self.pk) | Q(role=Role.OWNER), project_id=self.project_id)
        held = dict(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", "role"))
        if self.pk not in held:
            raise Http404
        self.role = held[self.pk]

    def _right_over(self, by: Any) -> Role:
        """The role of `by`, after making sure that it is above this one. An owner is above everyone."""
        member = Membership.objects.filter(project_id=self.project_id, user=by).first()
        if member is None:
            raise Http404
        own = Role(member.role)
        if own != Role.OWNER and own.rank <= Role(self.role).rank:
            raise PermissionDenied(_("You can only change people below yourself."))
        return own

    def _withdraw_invitations(self, *, but: Iterable[Role] = (), by: Any) -> None:
        """A link that somebody kept must not bring back what was taken from them."""
        kept = self.project.invitations.open().filter(created_by=self.user_id).exclude(role__in=but)
        kept.withdraw(self.project, by=by)

    def _log(self, what: str, by: Any) -> None:
        fields = {"project": self.project_id, "user": self.user_id, "role": str(self.role), "by": by.pk}
        transaction.on_commit(lambda: logger.info(what, extra={"fields": fields}), robust=True)

    def _keep_an_owner(self) -> None:
        # All are held, so that two owners who leave at once cannot both believe in the other.
        if Membership.objects.filter(project_id=self.project_id).owners().count() < 2:
            raise ValidationError({"role": [_("A project needs an owner: name another one first.")]})


class FormerMember(models.Model):
    """Somebody who left: what they wrote stays, and still needs a name."""

    project = models.ForeignKey("projects.Project", models.CASCADE, related_name="former_members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    left_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="one_farewell_a_person")]

    def __str__(self) -> str:
        return str(self.user)
