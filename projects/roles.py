"""The roles of people in a project, by rank."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    MEMBER = "member", _("Member")
    GUEST = "guest", _("Guest")

    @property
    def rank(self) -> int:
        return {"guest": 0, "member": 1, "admin": 2, "owner": 3}[self]


def roles_below(role: str) -> list[Role]:
    """The roles that somebody with this one may give and take: an owner all, others those below their own."""
    own = Role(role)
    return [each for each in Role if own == Role.OWNER or each.rank < own.rank]
