"""Taking an act upon several tasks back, field by field: what somebody else changed since stays as they left it."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from projects import live
from projects.errors import Conflict
from tasks.bulk.several import PLACE, Several, read, state
from tasks.models import Batch, Task

# What goes back together, or not at all.
TOGETHER = (PLACE, ("due_at",), ("priority",), ("archived_at",), ("deleted_at",))


@live.atomic()
def take_back(batch: Batch, *, by: Any) -> list[int]:
    """Undo a batch; the ids of the tasks that could not be taken back. Conflict when that is all of them."""
    batch = (
        Batch.objects.select_for_update(no_key=True, of=("self",)).select_related("project").get(pk=batch.pk)
    )
    if batch.undone_at:
        raise Conflict(_("This has been undone already."))
    changes = {int(pk): change for pk, change in batch.changes.items()}
    columns = {change["was"]["column_id"] for change in changes.values() if "column_id" in change["was"]}
    # Whose rank changed within a column goes back in the one where it stands, under its lock as well.
    within = [
        pk for pk, change in changes.items() if {"position", "column_id"} & {*change["was"]} == {"position"}
    ]
    columns |= set(Task.everything.filter(pk__in=within).values_list("column_id", flat=True))
    several = Several(batch.project, list(changes), by=by, columns=columns, among=Task.everything)
    left = [pk for pk, change in changes.items() if not _restore(several, pk, change)]
    if left and len(left) == len(changes):
        raise Conflict(_("Somebody has changed these tasks since: nothing could be undone."))
    several.save()
    batch.undone_at = timezone.now()
    batch.save(update_fields=["undone_at"])
    return left


def words_for(left: list[int]) -> str:
    words = ngettext(
        "One of these tasks has been changed since, and stays as it is.",
        "%(count)s of these tasks have been changed since, and stay as they are.",
        len(left),
    )
    return words % {"count": len(left)}


def _restore(several: Several, pk: int, change: dict[str, Any]) -> bool:
    """Take one task's change back as far as nobody else came in between; whether all of it could be."""
    task = several.tasks.get(pk)
    was = change["was"]
    if task is None or (task.deleted_at and "deleted_at" not in was):
        return False
    whole = True
    for names in TOGETHER:
        mine = [name for name in names if name in was]
        if not mine:
            continue
        moves = {"position", "column_id"} & {*mine}
        goal = was.get("column_id", task.column_id)
        if not _stands(task, change, mine) or (moves and goal not in several.goals):
            whole = False
            continue
        for name in mine:
            setattr(task, name, read(name, was[name]))
        task.column = several.columns[task.column_id]
    for name, relation in several.relations.items():
        if name in change:
            added, removed = change[name]
            relation.want([pk], add=set(removed), remove=set(added))
    return whole


def _stands(task: Task, change: dict[str, Any], names: list[str]) -> bool:
    """Whether it still is as the batch left it; where exactly in another column does not matter."""
    stands, now = state(task), change["is"]
    if change["was"].get("column_id") != now.get("column_id"):
        names = [name for name in names if name != "position"]
    return all(stands[name] == now[name] for name in names)
