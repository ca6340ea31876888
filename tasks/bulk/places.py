"""The ranks of several tasks that go into a column together, or back to where they stood."""

from typing import Any

from django.db.models import Min

from projects.positions import between, spread_between
from tasks.models import Column, Task
from tasks.models.column import LONGEST_RANK
from tasks.placing import gap


def enter(several: Any, column: Column, tasks: list[Task], *, before: Any = None, after: Any = None) -> None:
    """Behind `after`, else above `before`, else to the end, in the order of `tasks`.

    Ranks that the tasks have themselves stay taken until all have moved, so that no two meet on the way.
    """
    before, after = (None if each in tasks else each for each in (before, after))
    low, high = _gap(column, before, after)
    if not tasks or _stand_there(column, tasks, low, high):
        return
    ranks = spread_between(len(tasks), low, high)
    if max(map(len, ranks)) > LONGEST_RANK:
        column.spread_tasks()
        several.read_ranks(column)
        ranks = spread_between(len(tasks), *_gap(column, before, after))
    for task, rank in zip(tasks, ranks, strict=True):
        task.enter(column, rank)


def free(several: Any) -> None:
    """What goes back to where it stood may find another there: it then stands right behind that one."""
    moved = several.moved()
    if not moved:
        return
    places = [task.position for task in moved]
    held = Task.everything.filter(project=several.project, position__in=places)
    holders = {(column, rank): pk for pk, column, rank in held.values_list("pk", "column_id", "position")}
    for task in moved:
        if holders.get((task.column_id, task.position), task.pk) != task.pk:
            task.position = _behind(task, moved)


def _gap(column: Column, before: Any, after: Any) -> tuple[str | None, str | None]:
    return gap(column.tasks.all(), beside=column.tasks.on_board(), before=before, after=after)


def _stand_there(column: Column, tasks: list[Task], low: str | None, high: str | None) -> bool:
    """Whether they are the end of the column already, in this order."""
    if high is not None or any(task.column_id != column.pk for task in tasks):
        return False
    end = column.tasks.on_board().order_by("-position").values_list("pk", flat=True)[: len(tasks)]
    return list(end)[::-1] == [task.pk for task in tasks]


def _behind(task: Task, moved: list[Task]) -> str:
    above = Task.everything.filter(column=task.column_id, position__gt=task.position)
    ranks = {above.aggregate(first=Min("position"))["first"]}
    ranks |= {other.position for other in moved if other.column_id == task.column_id}
    return between(task.position, min((r for r in ranks if r and r > task.position), default=None))
