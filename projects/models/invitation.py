"""A link that lets people into a project."""

import base64
import hashlib
import logging
import secrets
from datetime import timedelta
from typing import Any, Self
from urllib.parse import urljoin

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from projects import live, rates, rights
from projects.errors import Conflict
from projects.models.membership import Membership, Role

logger = logging.getLogger(__name__)


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def token_of(seed: str, *, key: str | None = None) -> str:
    """256 bits that seed and SECRET_KEY make together: a job may carry the seed, and the database knows no token."""
    mac = salted_hmac("projects.invitation", seed, secret=key, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


class InvitationQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Invitations of projects that `user` belongs to, with `my_role`; access.find asks for the capability."""
        return self.filter(project__memberships__user=user).annotate(
            my_role=models.F("project__memberships__role")
        )

    def open(self) -> Self:
        return self.filter(
            models.Q(expires_at=None) | models.Q(expires_at__gt=timezone.now()),
            models.Q(max_uses=None) | models.Q(uses__lt=models.F("max_uses")),
            revoked_at=None,
        )

    def closed(self) -> Self:
        return self.exclude(pk__in=self.open().values("pk"))

    def withdraw(self, project: Any, *, by: Any) -> None:
        """Revoke these, of `project`, in as many statements for many as for one."""
        some = list(self.filter(revoked_at=None).select_for_update(no_key=True).order_by("pk"))
        self.model.objects.filter(pk__in=[each.pk for each in some]).update(revoked_at=timezone.now())
        for each in some:
            each._log("invitation revoked", by)
        details = [{"role": str(each.role), "email": each.email} for each in some]
        project.audit_all("invitation.withdrawn", details, by=by)

    def by_token(self, token: str) -> Self:
        return self.filter(digest=digest_of(token))


class Invitation(models.Model):
    """The token is 256 random bits, shown once; only its digest is kept."""

    seed: str = ""  # of its token; known to the one who issues it, and to the job that mails it

    project = models.ForeignKey("projects.Project", models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    email = models.EmailField(blank=True, help_text=_("Only the person with this address may accept."))
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(null=True)
    max_uses = models.PositiveIntegerField(null=True)
    uses = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.project} ({self.role})"

    @property
    def state(self) -> str:
        """ "open", "revoked", "expired" or "used up"."""
        if self.revoked_at:
            return "revoked"
        if self.expires_at and self.expires_at <= timezone.now():
            return "expired"
        return "used up" if self.max_uses is not None and self.uses >= self.max_uses else "open"

    def obstacle_for(self, user: Any) -> str:
        """Why `user` could not accept it now: the state, "archived", "other address"; empty when they could."""
        if self.state != "open":
            return self.state
        if self.project.archived_at:
            return "archived"
        theirs = not self.email or not user.is_authenticated or self.email.lower() == user.email.lower()
        return "" if theirs else "other address"

    def row(self) -> dict[str, Any]:
        """What an admin of the project may see of it: everything but the token."""
        names = ("id", "role", "email", "expires_at", "max_uses", "uses", "created_at", "state")
        return {**{name: getattr(self, name) for name in names}, "created_by": self.created_by_id}

    @classmethod
    @transaction.atomic
    def issue(
        cls,
        project: Any,
        *,
        role: str,
        email: str = "",
        expires_in_days: int | None = None,
        max_uses: int | None = None,
        by: Any,
    ) -> tuple[Self, str]:
        """A new invitation and its token. PermissionDenied for a role above the inviter's own; TooFast for too many."""
        cls._check_right(project, role, by)
        rates.invite(by.pk)
        seed = secrets.token_urlsafe(32)
        token = token_of(seed)
        invitation = cls.objects.create(
            project=project,
            role=role,
            email=email,
            digest=digest_of(token),
            expires_at=timezone.now() + timedelta(days=expires_in_days) if expires_in_days else None,
            max_uses=max_uses,
            created_by=by,
        )
        invitation.seed = seed
        invitation._log("invitation made", by)
        project.audit("invitation.made", by=by, role=str(role), email=email)
        return invitation, token

    def url(self, seed: str, *, site: str) -> str:
        """Its link, `site` being "https://host/". ValueError when no key of ours makes its token of the seed."""
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
            if digest_of(token := token_of(seed, key=key)) == self.digest:
                return urljoin(site, reverse("projects:invitation", args=[token]))
        raise ValueError("the key that made this invitation's token is not known any more")

    def mail(self, *, site: str) -> None:
        """Have the link sent to its address, by a job that commits with whatever else does. For who just issued it."""
        job = app.configure_task("projects.mail_invitation")
        job.defer(invitation=self.pk, seed=self.seed, site=site)

    @live.atomic()
    def accept(self, *, by: Any) -> Membership:
        """Make `by` a member, or give the membership that stands. Conflict when the link is no longer good."""
        invitation = (
            Invitation.objects.select_for_update(no_key=True).select_related("project").get(pk=self.pk)
        )
        if member := Membership.objects.filter(project=invitation.project, user=by).first():
            return member
        if invitation.state != "open":
            raise Conflict(
                _("This invitation is %(state)s. Ask for a new one.") % {"state": _(invitation.state)}
            )
        if invitation.email and invitation.email.lower() != by.email.lower():
            raise PermissionDenied(_("This invitation is for another e-mail address."))
        if invitation.project.archived_at:
            raise ValidationError({"project": [_("This project is archived.")]})
        try:
            return invitation._let_in(by)
        except IntegrityError:  # they came in by another link at the same moment
            return Membership.objects.get(project=invitation.project, user=by)

    @transaction.atomic
    def revoke(self, *, by: Any) -> None:
        """Close it; once is enough."""
        Invitation.objects.filter(pk=self.pk).withdraw(self.project, by=by)
        self.refresh_from_db(fields=["revoked_at"])

    @classmethod
    def _check_right(cls, project: Any, role: str, by: Any) -> None:
        """Under the locks under which it is taken away, so that what takes it away sees the invitation."""
        held = Membership.objects.filter(project=project, user=by).select_for_update(no_key=True)
        if (member := held.first()) is None:
            raise Http404
        project = type(project).objects.select_for_update(no_key=True).get(pk=project.pk)
        if not rights.has(member.role, "manage_invitations", project.rights):
            raise PermissionDenied(_("Your role in this project does not allow this."))
        if Role(role).rank > Role(member.role).rank:
            raise PermissionDenied(_("You can't invite people to a role above your own."))

    @live.atomic()
    def _let_in(self, user: Any) -> Membership:
        self.uses += 1
        self.save(update_fields=["uses"])
        self._log("invitation accepted", user)
        member = Membership(project=self.project, user=user, role=self.role)
        member.begin(by=user)
        return member

    def _log(self, what: str, by: Any) -> None:
        fields = {"project": self.project_id, "invitation": self.pk, "role": str(self.role), "by": by.pk}
        transaction.on_commit(lambda: logger.info(what, extra={"fields": fields}), robust=True)
