"""Presence in a project's snapshot."""

from collections.abc import Iterable
from typing import Any

from presence import roster
from projects import people
from projects.models import Project
from projects.snapshot import section


@section("presence")
def presence(project: Project, user: Any) -> list[dict[str, Any]]:
    """How every member stands; when Redis has forgotten somebody, the database knows when they were last seen."""
    # In an order of its own: rows lie where they were last written, and would tell whose were.
    seen = dict(project.memberships.order_by("user_id").values_list("user_id", "user__last_seen_at"))
    standing = roster.statuses(seen)
    return [
        {"user": id, "status": shown["status"], "last_seen": shown["last_seen"] or seen[id]}
        for id, shown in standing.items()
    ]


def present(users: Iterable[int]) -> set[int]:
    return {user for user, shown in roster.statuses(users).items() if shown["status"] in ("active", "idle")}


people.present = present
