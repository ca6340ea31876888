"""Who may know of a channel, as a condition on whatever lies in one."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from chat.models.channel_membership import ChannelMembership
from projects.models.membership import Membership, Role


def within(user: Any, path: str = "", *, role: str = "", message: str = "") -> Q:
    """Rows whose channel, at `path`, the person may know of, who is a member of its project.

    Public ones are for members, and for guests where the channel says so; all others for those who were added.
    `role`: the name of an annotation that has the person's role already. `message`: the path of a message's id,
    where only those since the person's arrival count.
    """
    prefix = f"{path}__" if path else ""
    mine = places(user, path)
    if message:
        mine = mine.filter(sees_after__lt=OuterRef(message))
    full = ~Q(**{role: Role.GUEST}) if role else Exists(_full_members(user, f"{prefix}project"))
    public = Q(**{f"{prefix}private": False}) & (Q(**{f"{prefix}guests": True}) | full)
    return public | Exists(mine)


def places(user: Any, path: str = "") -> QuerySet:
    """The person's own place in the channel at `path`."""
    return ChannelMembership.objects.filter(channel=OuterRef(path or "pk"), user=user)


def _full_members(user: Any, project: str) -> QuerySet:
    return Membership.objects.filter(project=OuterRef(project), user=user).exclude(role=Role.GUEST)
