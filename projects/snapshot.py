"""All that one person may see of a project, at one moment: what a page begins with.

The number is read first and the state after it, so that whatever is newer arrives as an event; applying that to a
state which already has it changes nothing.
"""

from collections.abc import Callable
from typing import Any

from projects import access, numbers
from projects.models import Project
from projects.models.membership import person

Section = Callable[[Project, Any], Any]

_sections: dict[str, Section] = {}


def section(name: str) -> Callable[[Section], Section]:
    """Register a part: `@section("tasks") def tasks(project, user) -> rows`, in a constant number of queries."""

    def register(read: Section) -> Section:
        _sections[name] = read
        return read

    return register


def snapshot(project: Project, user: Any, *, only: set[str] | None = None) -> dict[str, Any]:
    """`project` as access.find gave it. Keys: sequence, epoch, and one a section (of `only` those)."""
    known = numbers.of(project.pk)
    last = known.last_for(access.audiences_of(user.pk, project.pk))
    parts = {name: read(project, user) for name, read in _sections.items() if only is None or name in only}
    return {"sequence": last, "epoch": known.epoch, **parts}


@section("project")
def project_itself(project: Project, user: Any) -> dict[str, Any]:
    # Read again: the instance may be older than the number.
    return Project.objects.filter(pk=project.pk).rows()[0]


@section("me")
def me(project: Project, user: Any) -> dict[str, Any]:
    own = {name: getattr(user, name) for name in ("email", "time_zone", "invisible", "shares_typing")}
    return {**person(user), **own, "role": project.my_role}


@section("members")
def members(project: Project, user: Any) -> list[dict[str, Any]]:
    return project.memberships.rows()


@section("former")
def former(project: Project, user: Any) -> list[dict[str, Any]]:
    return [person(each.user) for each in project.former_members.select_related("user")]
