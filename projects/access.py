"""The one door: what may this person see and do here?

`find` answers with a row, or raises Http404 for what the person may not see and PermissionDenied for what they see
and may not do. Views, API and sockets all come through here.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.prepared import Prepared
from projects import rights
from projects.models import Membership, Project

M = TypeVar("M", bound=Model)

NOBODY = 0  # an audience that no one is in: no channel has this id

# Chat tells who hears which private channels, and which rooms there are: projects knows no channels.
# (project id) -> {user id: ids of private channels}, and (project id) -> {room id: private channel's id or None}
private_audiences: Callable[[int], dict[int, set[int]]] = lambda project_id: {}  # noqa: E731
private_audiences_of: Callable[[int, int], set[int]] = lambda user_id, project_id: set()  # noqa: E731
room_audiences: Callable[[int], dict[int, int | None]] = lambda project_id: {}  # noqa: E731


def find_room(user: Any, project: Project, room_id: int) -> None:
    """Chat answers in its place. Http404 for a room that the person may not see."""


def address_of_message(user: Any, project: Project, message_id: int) -> str:
    """Chat answers in its place: where a message stands. Http404 for what the person may not see."""
    raise Http404


def may(role: str, capability: str, project: Project) -> bool:
    """Whether somebody of this role has the capability there, as its owner has arranged it (see rights.py)."""
    return rights.has(role, capability, project.rights)


def find(
    user: Any,
    what: type[M] | QuerySet[M] | Callable[..., QuerySet[M]],
    pk: int,
    *,
    to: str = "see",
    by: str = "pk",
    **values: Any,
) -> M:
    """The row `pk` of `what`, with the person's role as `my_role`.

    `what`: a model, a QuerySet that has `visible_to`, or, where every request counts, a function that makes such a
    QuerySet of the person's id and `values` (see Prepared).
    """
    if isinstance(what, QuerySet):
        found = what.visible_to(user).filter(**{by: pk}).first()
    else:
        found = next(iter(_seen(what, by)(user=user.pk, pk=pk, **values)), None)
    if found is None:
        raise Http404
    check(found, to)
    return found


@cache
def _seen(what: type[M] | Callable[..., QuerySet[M]], by: str) -> Prepared:
    def rows(user: int, pk: int, **values: Any) -> QuerySet[M]:
        some = what.objects.all() if isinstance(what, type) else what(user, **values)
        return some.visible_to(user).filter(**{by: pk})

    return Prepared(rows)


def check(found: Any, to: str) -> None:
    """PermissionDenied when the role that `found` was seen with lacks the capability."""
    if not may(found.my_role, to, found.project):
        raise PermissionDenied(_("Your role in this project does not allow this."))
    if to not in rights.WHEN_ARCHIVED and found.project.archived_at:
        raise PermissionDenied(_("This project is archived."))
    if to != "see" and (words := getattr(found, "closed", None)):
        raise PermissionDenied(words)


def project(user: Any, pk: int, *, to: str = "see") -> Project:
    return find(user, Project, pk, to=to)


def role_of(user: Any, project_id: int) -> str | None:
    return Membership.objects.filter(project_id=project_id, user=user).values_list("role", flat=True).first()


def has_right(user: Any, capability: str, project: Project) -> bool:
    """Whether `user` may do that there, whose role has to be asked for; False for who is not in the project."""
    role = role_of(user, project.pk)
    return role is not None and may(role, capability, project)


def audiences_of(user_id: int, project_id: int) -> set[int]:
    """The ids of the private channels of the project that the person is in, and their own audience."""
    return private_audiences_of(user_id, project_id) | {audience_of(user_id)}


def audience_of(user_id: int) -> int:
    """The audience that is this one person: no channel has a negative id."""
    return -user_id
