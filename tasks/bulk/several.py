"""Several tasks of a project, held to change together."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from tasks.bulk import places
from tasks.bulk.relations import Assignees, Labels
from tasks.bulk.telling import tell
from tasks.limits import admit
from tasks.models import Column, Task
from tasks.placing import write_together

PLACE = ("column_id", "position", "completed_at")
FIELDS = (*PLACE, "due_at", "priority", "archived_at", "deleted_at")
CONTENT = {"due_at", "priority", "assignees", "labels"}  # what a task's version counts
UPDATED = ("version", "updated_by", "updated_at")


class Several:
    """`columns`: those that the tasks may enter, locked before them. `among`: Task.everything for deleted ones, too."""

    def __init__(
        self, project: Any, ids: list[int], *, by: Any, columns: set[int], among: Any = Task.objects
    ) -> None:
        self.project, self.by = project, by
        held = project.columns.filter(pk__in=columns).order_by("pk").select_for_update(no_key=True)
        self.goals = {column.pk: column for column in held}
        rows = among.filter(project=project, pk__in=ids)
        rows = rows if among is Task.everything else rows.on_board()
        found = {task.pk: task for task in rows.order_by("pk").select_for_update(no_key=True)}
        self.tasks = {pk: found[pk] for pk in ids if pk in found}  # in the order in which they were named
        # Read after the tasks are locked: one that we waited for may stand in a column that was made meanwhile.
        self.columns = {column.pk: column for column in project.columns.order_by("position")} | self.goals
        for task in self.tasks.values():
            task.project, task.column = project, self.columns[task.column_id]
        self.before = {pk: state(task) for pk, task in self.tasks.items()}
        self.relations = {each.name: each(project) for each in (Assignees, Labels)}

    def move(self, *, column: Column, before: Task | None = None, after: Task | None = None) -> None:
        self._enter(column, list(self.tasks.values()), before=before, after=after)

    def assign(self, *, add: list[int] = (), remove: list[int] = ()) -> None:
        self._relate("assignees", set(add), set(remove))

    def label(self, *, add: list[int] = (), remove: list[int] = ()) -> None:
        self._relate("labels", set(add), set(remove))

    def change(self, **values: Any) -> None:
        for task in self.tasks.values():
            for name, value in values.items():
                setattr(task, name, value)

    def complete(self) -> None:
        self._turn(completed=True)

    def reopen(self) -> None:
        self._turn(completed=False)

    def archive(self) -> None:
        self.change(archived_at=timezone.now())

    def delete(self) -> None:
        self.change(deleted_at=timezone.now())

    def moved(self) -> list[Task]:
        """Those with another place than before; the same rank in another column is another place."""
        was = {pk: (before["column_id"], before["position"]) for pk, before in self.before.items()}
        return [task for pk, task in self.tasks.items() if (task.column_id, task.position) != was[pk]]

    def read_ranks(self, column: Column) -> None:
        """The column's ranks are new, and so are those of our own tasks in it."""
        fresh = dict(column.tasks.filter(pk__in=self.tasks).values_list("pk", "position"))
        for pk, rank in fresh.items():
            self.tasks[pk].position = self.before[pk]["position"] = rank

    def save(self) -> dict[int, dict[str, Any]]:
        """Write what differs and tell it; the changes as a Batch keeps them."""
        places.free(self)
        changes = self._differences()
        for name, relation in self.relations.items():
            for pk, pair in relation.write().items():
                changes.setdefault(pk, {"was": {}, "is": {}})[name] = pair
        now = timezone.now()
        for pk, change in changes.items():
            task = self.tasks[pk]
            task.updated_by, task.updated_at = self.by, now
            if CONTENT & {*change, *change["was"]}:
                task.version += 1
        fields = {name for change in changes.values() for name in change["was"]}
        write_together([self.tasks[pk] for pk in changes], [*sorted(fields), *UPDATED])
        tell(self, changes)
        return changes

    def _enter(self, column: Column, tasks: list[Task], *, before: Any = None, after: Any = None) -> None:
        column = self.goals.get(column.pk)
        if column is None:
            raise ValidationError({"column": [_("There is no such column in this project.")]})
        admit(column, sum(task.column_id != column.pk for task in tasks))
        places.enter(self, column, tasks, before=before, after=after)

    def _relate(self, name: str, add: set[int], remove: set[int]) -> None:
        self.relations[name].check(add=add, remove=remove)
        self.relations[name].want(self.tasks, add=add, remove=remove)

    def _turn(self, *, completed: bool) -> None:
        goal = next((column for column in self.goals.values() if column.done == completed), None)
        turning = [task for task in self.tasks.values() if bool(task.completed_at) != completed]
        moving = [task for task in turning if goal is not None and task.column.done != completed]
        if moving:
            self._enter(goal, moving)
        for task in turning:
            task.completed_at = (task.completed_at or timezone.now()) if completed else None

    def _differences(self) -> dict[int, dict[str, Any]]:
        changes = {}
        for pk, before in self.before.items():
            after = state(self.tasks[pk])
            names = [name for name in FIELDS if before[name] != after[name]]
            if "position" in names and "column_id" not in names:
                names.append("column_id")  # under whose lock alone an undo may choose the rank again
            if names:
                changes[pk] = {"was": {n: before[n] for n in names}, "is": {n: after[n] for n in names}}
        return changes


def state(task: Task) -> dict[str, Any]:
    return {name: _written(getattr(task, name)) for name in FIELDS}


def _written(value: Any) -> Any:
    """As it stands in a Batch, to the microsecond."""
    return value.isoformat() if isinstance(value, datetime) else value


def read(name: str, value: Any) -> Any:
    """What `state` has written."""
    return datetime.fromisoformat(value) if value and name.endswith("_at") else value
