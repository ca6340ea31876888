"""One act upon several tasks: one transaction, as many statements for five hundred as for one, and a way back.

An action changes the held instances of Several; what differs from before is written, told and kept in a Batch, which
undoing.py takes back.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from projects import live
from tasks.bulk.several import Several
from tasks.models import Batch


class Action(NamedTuple):
    """`needs`: the right to it, and to an undo of it. `takes`: values, of which `move` needs its column, the others
    at least one. `enters`: of the project's columns the one that tasks may enter, which is locked before them."""

    needs: str
    act: Callable[..., None]
    takes: frozenset[str] = frozenset()
    enters: Callable[[QuerySet], QuerySet] | None = None


ACTIONS = {
    "move": Action("move_tasks", Several.move, frozenset({"column", "before", "after"})),
    "assign": Action("edit_tasks", Several.assign, frozenset({"add", "remove"})),
    "label": Action("edit_tasks", Several.label, frozenset({"add", "remove"})),
    "change": Action("edit_tasks", Several.change, frozenset({"due_at", "priority"})),
    "complete": Action("move_tasks", Several.complete, enters=lambda columns: columns.done()),
    "reopen": Action("move_tasks", Several.reopen, enters=lambda columns: columns.open()),
    "archive": Action("move_tasks", Several.archive),
    "delete": Action("delete_tasks", Several.delete),
}


@live.atomic()
def act(
    project: Any,
    ids: list[int],
    action: str,
    *,
    also: tuple[str, dict[str, Any]] | None = None,
    client_id: str | None = None,
    by: Any,
    **values: Any,
) -> Batch:
    """Do it, or give back what `by` did here before under this `client_id`. ValidationError names what is wrong.

    `also`: a second action and its values, done with the first as one.
    """
    several = Several(project, ids, by=by, columns=_columns_for(project, action, values))
    # Looked for under the tasks' locks: of two requests with one client_id the second waits for the first.
    if known := Batch.objects.known(project, by, client_id):
        return known
    if missing := set(ids) - set(several.tasks):
        raise ValidationError({"tasks": [_missing(len(missing))]})
    acts = [(action, values), *([also] if also else [])]
    for name, its_values in acts:
        ACTIONS[name].act(several, **its_values)
    changes = several.save()
    Batch.objects.forget_old(project, by)
    return Batch.objects.create(
        project=project,
        by=by,
        action=" ".join(name for name, _values in acts),
        tasks=ids,
        changes=changes,
        client_id=client_id,
    )


def check(action: str, values: dict[str, Any], *, also: tuple[str, dict[str, Any]] | None = None) -> None:
    """ValidationError on each value that the action does not take, and on what it lacks."""
    if also:
        check(*also)
        if action != "move":
            raise ValidationError({"also": [_("This action does not take it.")]})
    takes = ACTIONS[action].takes
    strange = {name: [_("This action does not take it.")] for name in values if name not in takes}
    lacking = {"column"} if action == "move" else set() if takes & values.keys() else takes
    missing = {name: [_("This action needs it.")] for name in lacking if name not in values}
    if strange or missing:
        raise ValidationError(strange | missing)


def _columns_for(project: Any, action: str, values: dict[str, Any]) -> set[int]:
    enters = ACTIONS[action].enters
    column = enters(project.columns).first() if enters else values.get("column")
    return {column.pk} if column else set()


def _missing(count: int) -> str:
    return ngettext(
        "There is no such task in this project.", "%(count)s of these are no tasks of this project.", count
    ) % {"count": count}
