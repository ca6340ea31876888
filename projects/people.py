"""The people of a project for a page that lists them: role, presence, and what one may do with each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from projects import access
from projects.models import Membership, Project
from projects.roles import Role, roles_below

# Presence tells which of these people (ids) are here now, as far as they let others see it.
present: Callable[[Iterable[int]], set[int]] = lambda users: set()  # noqa: E731


@dataclass
class Place:
    """`status`: active, idle, inactive or offline. `roles`: those that one may give this person, highest first."""

    membership: Membership
    status: str
    last_seen: datetime | None
    roles: list[Role]

    @property
    def just_left(self) -> bool:
        return self.last_seen is not None and timezone.now() - self.last_seen < timedelta(minutes=1)


def of(project: Project, user: Any, *, presence: list[dict[str, Any]]) -> list[Place]:
    """Everyone in `project` (as access.find gave it) by role, then by name; `presence` as in its snapshot."""
    seen = {each["user"]: each for each in presence}
    members = project.memberships.select_related("user").order_by("user__name", "user_id")
    places = [_place(project, user, member, seen.get(member.user_id, {})) for member in members]
    return sorted(places, key=lambda place: -Role(place.membership.role).rank)


def _place(project: Project, user: Any, member: Membership, presence: dict[str, Any]) -> Place:
    last_seen = presence.get("last_seen") or member.user.last_seen_at
    if isinstance(last_seen, str):
        last_seen = parse_datetime(last_seen)
    given = roles_below(project.my_role) if access.may(project.my_role, "manage_members", project) else []
    mine = member.user_id != user.pk and member.role in given
    return Place(member, presence.get("status", "offline"), last_seen, given if mine else [])
