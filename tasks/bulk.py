"""One act upon several tasks: one transaction, as many statements for five hundred as for one, and a way back.

An action changes the locked instances; what differs from before is written, told and kept in a Batch. Taking back
goes field by field: what somebody else changed since stays as they left it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max, Min
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from projects import live
from projects.errors import Conflict
from projects.positions import between, spread_between
from tasks.limits import admit
from tasks.models import Batch, Column, Task
from tasks.models.activity import Activity, News, What, entered
from tasks.models.column import LONGEST_RANK
from tasks.placing import MOST_EVENTS, write_together

# What an action of each name needs, and an undo of it again.
NEEDS = {
    "move": "move_tasks",
    "assign": "edit_tasks",
    "label": "edit_tasks",
    "change": "edit_tasks",
    "complete": "move_tasks",
    "reopen": "move_tasks",
    "archive": "move_tasks",
    "delete": "delete_tasks",
}
# The values that each takes; `move` needs its column, the rest at least one of theirs.
TAKES = {
    "move": {"column", "before", "after"},
    "assign": {"add", "remove"},
    "label": {"add", "remove"},
    "change": {"due_at", "priority"},
}
PLACE = ("column_id", "position", "completed_at")
FIELDS = (*PLACE, "due_at", "priority", "archived_at", "deleted_at")
# Name of the relation -> its table's key of the other side.
RELATIONS = {"assignees": "user_id", "labels": "label_id"}
UPDATED = ("version", "updated_by", "updated_at")


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
        ACTIONS[name](several, **its_values)
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
    several = Several(batch.project, list(changes), by=by, columns=columns, among=Task.everything)
    left = [pk for pk, change in changes.items() if not several.restore(pk, change)]
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


def _missing(count: int) -> str:
    return ngettext(
        "There is no such task in this project.", "%(count)s of these are no tasks of this project.", count
    ) % {"count": count}


def _columns_for(project: Any, action: str, values: dict[str, Any]) -> set[int]:
    """The column that tasks are to enter, which is locked before them."""
    goals: dict[str, Callable[[], Column | None]] = {
        "move": lambda: values["column"],
        "complete": lambda: project.columns.done().first(),
        "reopen": lambda: project.columns.open().first(),
    }
    column = goals[action]() if action in goals else None
    return {column.pk} if column else set()


class Several:
    """Tasks of a project, locked to change together. `columns`: those that they may enter, locked before them."""

    def __init__(
        self, project: Any, ids: list[int], *, by: Any, columns: set[int], among: Any = Task.objects
    ) -> None:
        self.project, self.by = project, by
        held = project.columns.filter(pk__in=columns).order_by("pk").select_for_update(no_key=True)
        self.goals = {column.pk: column for column in held}
        self.columns = {column.pk: column for column in project.columns.order_by("position")} | self.goals
        rows = among.filter(project=project, pk__in=ids)
        rows = rows if among is Task.everything else rows.on_board()
        found = {task.pk: task for task in rows.order_by("pk").select_for_update(no_key=True)}
        self.tasks = {pk: found[pk] for pk in ids if pk in found}  # in the order in which they were named
        for task in self.tasks.values():
            task.project, task.column = project, self.columns[task.column_id]
        self._before = {pk: _state(task) for pk, task in self.tasks.items()}
        self._relations: dict[str, dict[int, tuple[set[int], set[int]]]] = {name: {} for name in RELATIONS}

    # What may be done

    def move(self, *, column: Column, before: Task | None = None, after: Task | None = None) -> None:
        self._enter(column, list(self.tasks.values()), before=before, after=after)

    def assign(self, *, add: list[int] = (), remove: list[int] = ()) -> None:
        members = self.project.memberships.filter(user__in=add).values_list("user", flat=True)
        if set(add) - set(members):
            raise ValidationError({"add": [_("Not everybody here is in this project.")]})
        self._relate("assignees", set(add), set(remove))

    def label(self, *, add: list[int] = (), remove: list[int] = ()) -> None:
        if set(add) - {label.pk for label in self.project.labels.locked(add)}:
            raise ValidationError({"add": [_("Not all of these are labels of this project.")]})
        self._relate("labels", set(add), set(remove))

    def change(self, **values: Any) -> None:
        for task in self.tasks.values():
            for name, value in values.items():
                setattr(task, name, value)

    def complete(self) -> None:
        self._turn(True, self.columns_where(done=True))

    def reopen(self) -> None:
        self._turn(False, self.columns_where(done=False))

    def archive(self) -> None:
        now = timezone.now()
        for task in self.tasks.values():
            task.archived_at = now

    def delete(self) -> None:
        now = timezone.now()
        for task in self.tasks.values():
            task.deleted_at = now

    def columns_where(self, *, done: bool) -> Column | None:
        return next((column for column in self.goals.values() if column.done == done), None)

    # And taken back

    def restore(self, pk: int, change: dict[str, Any]) -> bool:
        """Take one task's change back as far as nobody else came in between; whether all of it could be."""
        task = self.tasks.get(pk)
        was, now = change["was"], change["is"]
        if task is None or (task.deleted_at and "deleted_at" not in was):
            return False
        whole = True
        for names in (PLACE, ("due_at",), ("priority",), ("archived_at",), ("deleted_at",)):
            mine = [name for name in names if name in was]
            if not mine:
                continue
            if not self._stands(task, now, mine) or was.get("column_id", task.column_id) not in self.columns:
                whole = False
                continue
            for name in mine:
                setattr(task, name, _read(name, was[name]))
            task.column = self.columns[task.column_id]
        for name in RELATIONS:
            if name in change:
                added, removed = change[name]
                self._relations[name][pk] = (set(removed), set(added))
        return whole

    def _stands(self, task: Task, now: dict[str, Any], names: list[str]) -> bool:
        """Whether it still is as the batch left it; where exactly in another column does not matter."""
        state = _state(task)
        return all(
            state[name] == now[name] for name in names if name != "position" or "column_id" not in names
        )

    # Writing

    def save(self) -> dict[int, dict[str, Any]]:
        """Write what differs and tell it; the changes as a Batch keeps them."""
        self._free_places()
        changes = self._differences()
        related = {name: self._write_relation(name) for name in RELATIONS}
        for name, tasks in related.items():
            for pk, pair in tasks.items():
                changes.setdefault(pk, {"was": {}, "is": {}})[name] = pair
        touched = [self.tasks[pk] for pk in changes]
        now = timezone.now()
        for task in touched:
            task.updated_by, task.updated_at = self.by, now
            content = {"due_at", "priority"} & changes[task.pk]["was"].keys()
            if content or any(task.pk in tasks for tasks in related.values()):
                task.version += 1
        fields = {name for change in changes.values() for name in change["was"]}
        write_together(touched, [*sorted(fields), *UPDATED])
        self._audit(changes)
        self._note(changes)
        self._tell(touched)
        return changes

    def _audit(self, changes: dict[int, dict[str, Any]]) -> None:
        turned = [self.tasks[pk] for pk, change in changes.items() if "deleted_at" in change["was"]]
        for kind, gone in (("task.deleted", True), ("task.restored", False)):
            several = [task.audited() for task in turned if task.gone == gone]
            if several:
                self.project.audit_all(kind, several, by=self.by)

    def _note(self, changes: dict[int, dict[str, Any]]) -> None:
        """What became of each, and who watches it from now on."""
        ids = {pk for change in changes.values() for pks in change.get("labels", ()) for pk in pks}
        names = dict(self.project.labels.filter(pk__in=ids).values_list("pk", "name")) if ids else {}
        news = {pk: self._news_of(self.tasks[pk], change, names) for pk, change in changes.items()}
        Activity.objects.note_together(news, by=self.by)
        through = Task.watchers.through
        people = {pk: change["assignees"][0] for pk, change in changes.items() if "assignees" in change}
        rows = [through(task_id=pk, user_id=user) for pk, users in people.items() for user in users]
        if rows:
            through.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)

    def _news_of(self, task: Task, change: dict[str, Any], names: dict[int, str]) -> list[News]:
        before = self._before[task.pk]
        news = entered(self.columns[before["column_id"]], before["completed_at"], task)
        news += [News(name, change["was"][name], change["is"][name])
                 for name in (What.DUE, What.PRIORITY) if name in change["was"]]  # fmt: skip
        if "archived_at" in change["was"]:
            news.append(News(What.ARCHIVED if task.archived_at else What.UNARCHIVED))
        if "deleted_at" in change["was"]:
            news.append(News(What.DELETED if task.deleted_at else What.RESTORED))
        if "assignees" in change:
            added, removed = change["assignees"]
            news.append(News(What.ASSIGNEES, removed, added))
        if "labels" in change:
            added, removed = ([names[pk] for pk in pks if pk in names] for pks in change["labels"])
            news.append(News(What.LABELS, removed, added))
        return news

    def _tell(self, touched: list[Task]) -> None:
        if len(touched) > MOST_EVENTS:
            self.project.record("project.reset", {}, by=self.by.pk)
            return
        pks = [task.pk for task in touched if not task.deleted_at]
        rows = {row["id"]: row for row in Task.objects.filter(pk__in=pks).rows()}
        self.project.record_together([self._news(task, rows) for task in touched], by=self.by.pk)

    def _news(self, task: Task, rows: dict[int, dict[str, Any]]) -> tuple[str, int, dict[str, Any]]:
        if task.deleted_at:
            return "task.deleted", task.pk, {"id": task.pk}
        restored = self._before[task.pk]["deleted_at"] is not None
        return ("task.created" if restored else "task.updated"), task.pk, rows[task.pk]

    def _differences(self) -> dict[int, dict[str, Any]]:
        changes = {}
        for pk, before in self._before.items():
            after = _state(self.tasks[pk])
            names = [name for name in FIELDS if before[name] != after[name]]
            if names:
                changes[pk] = {"was": {n: before[n] for n in names}, "is": {n: after[n] for n in names}}
        return changes

    def _turn(self, completed: bool, goal: Column | None) -> None:
        turning = [task for task in self.tasks.values() if bool(task.completed_at) != completed]
        moving = [task for task in turning if goal is not None and task.column.done != completed]
        if moving:
            self._enter(goal, moving)
        for task in turning:
            task.completed_at = (task.completed_at or timezone.now()) if completed else None

    def _enter(
        self, column: Column, tasks: list[Task], *, before: Task | None = None, after: Task | None = None
    ) -> None:
        column = self.goals.get(column.pk)
        if column is None:
            raise ValidationError({"column": [_("There is no such column in this project.")]})
        admit(column, sum(task.column_id != column.pk for task in tasks))
        low, high = self._gap(column, tasks, before, after)
        if not tasks or self._stand_there(column, tasks, low, high):
            return
        ranks = spread_between(len(tasks), low, high)
        if max(map(len, ranks)) > LONGEST_RANK:
            column._spread_tasks()
            return self._enter_again(column, tasks, before, after)
        for task, rank in zip(tasks, ranks, strict=True):
            task.enter(column, rank)

    def _enter_again(self, column: Column, tasks: list[Task], before: Any, after: Any) -> None:
        """The column's ranks are short now, and those of our own tasks in it are new."""
        fresh = dict(column.tasks.filter(pk__in=self.tasks).values_list("pk", "position"))
        for pk, rank in fresh.items():
            self.tasks[pk].position = self._before[pk]["position"] = rank
        ranks = spread_between(len(tasks), *self._gap(column, tasks, before, after))
        for task, rank in zip(tasks, ranks, strict=True):
            task.enter(column, rank)

    def _gap(
        self, column: Column, tasks: list[Task], before: Task | None, after: Task | None
    ) -> tuple[str | None, str | None]:
        """The ranks between which they go: behind `after`, else above `before`, else to the end.

        Ranks that the tasks have themselves stay taken until all have moved, so that no two meet on the way.
        """
        standing = column.tasks.all()
        moving = {task.pk for task in tasks}
        wanted = [each.pk for each in (before, after) if each is not None and each.pk not in moving]
        anchors = (
            dict(standing.on_board().filter(pk__in=wanted).values_list("pk", "position")) if wanted else {}
        )
        if after is not None and after.pk in anchors:
            low = anchors[after.pk]
            return low, standing.filter(position__gt=low).aggregate(first=Min("position"))["first"]
        if before is not None and before.pk in anchors:
            high = anchors[before.pk]
            return standing.filter(position__lt=high).aggregate(last=Max("position"))["last"], high
        return standing.aggregate(last=Max("position"))["last"], None

    def _stand_there(self, column: Column, tasks: list[Task], low: str | None, high: str | None) -> bool:
        """Whether they are the end of the column already, in this order."""
        if high is not None or any(task.column_id != column.pk for task in tasks):
            return False
        end = column.tasks.on_board().order_by("-position").values_list("pk", flat=True)[: len(tasks)]
        return list(end)[::-1] == [task.pk for task in tasks]

    def _free_places(self) -> None:
        """What goes back to where it stood may find another there: it then stands right behind that one."""
        moved = [task for pk, task in self.tasks.items() if task.position != self._before[pk]["position"]]
        if not moved:
            return
        places = [task.position for task in moved]
        held = Task.everything.filter(project=self.project, position__in=places)
        holders = {(column, rank): pk for pk, column, rank in held.values_list("pk", "column_id", "position")}
        for task in moved:
            if holders.get((task.column_id, task.position), task.pk) != task.pk:
                task.position = self._behind(task, moved)

    def _behind(self, task: Task, moved: list[Task]) -> str:
        above = Task.everything.filter(column=task.column_id, position__gt=task.position)
        ranks = {above.aggregate(first=Min("position"))["first"]}
        ranks |= {other.position for other in moved if other.column_id == task.column_id}
        return between(task.position, min((r for r in ranks if r and r > task.position), default=None))

    def _relate(self, name: str, add: set[int], remove: set[int]) -> None:
        if add & remove:
            raise ValidationError({"remove": [_("The same cannot be added and removed.")]})
        self._relations[name] = {pk: (add, remove) for pk in self.tasks}

    def _write_relation(self, name: str) -> dict[int, tuple[list[int], list[int]]]:
        """Write what is to be added and removed; {task id: (added, removed)} of those where that changed anything."""
        wanted = self._relations[name]
        if not wanted:
            return {}
        through, key = getattr(Task, name).through, RELATIONS[name]
        there: dict[int, dict[int, int]] = {pk: {} for pk in wanted}  # task -> other side -> row of the two
        for row, pk, other in through.objects.filter(task__in=wanted).values_list("pk", "task_id", key):
            there[pk][other] = row
        gone = self._gone(name, {other for add, _ in wanted.values() for other in add})
        pairs = {
            pk: (sorted(add - there[pk].keys() - gone), sorted(remove & there[pk].keys()))
            for pk, (add, remove) in wanted.items()
        }
        through.objects.bulk_create(
            [through(task_id=pk, **{key: other}) for pk, (add, _) in pairs.items() for other in add]
        )
        gone_rows = [there[pk][other] for pk, (_, remove) in pairs.items() for other in remove]
        rows = through.objects.filter(pk__in=gone_rows)
        rows._raw_delete(rows.db)
        return {pk: pair for pk, pair in pairs.items() if any(pair)}

    def _gone(self, name: str, ids: set[int]) -> set[int]:
        """Of what is to be added, that which is no longer here: a label since deleted, somebody who left."""
        if name == "labels":
            return ids - {label.pk for label in self.project.labels.locked(ids)}
        return ids - set(self.project.memberships.filter(user__in=ids).values_list("user", flat=True))


ACTIONS: dict[str, Callable[..., None]] = {
    "move": Several.move,
    "assign": Several.assign,
    "label": Several.label,
    "change": Several.change,
    "complete": Several.complete,
    "reopen": Several.reopen,
    "archive": Several.archive,
    "delete": Several.delete,
}


def check(action: str, values: dict[str, Any], *, also: tuple[str, dict[str, Any]] | None = None) -> None:
    """ValidationError on each value that the action does not take, and on what it lacks."""
    if also:
        check(*also)
        if action != "move":
            raise ValidationError({"also": [_("This action does not take it.")]})
    takes = TAKES.get(action, set())
    strange = {name: [_("This action does not take it.")] for name in values if name not in takes}
    lacking = {"column"} if action == "move" else set() if takes & values.keys() else takes
    missing = {name: [_("This action needs it.")] for name in lacking if name not in values}
    if strange or missing:
        raise ValidationError(strange | missing)


def _state(task: Task) -> dict[str, Any]:
    return {name: _written(getattr(task, name)) for name in FIELDS}


def _written(value: Any) -> Any:
    """As it stands in a Batch, to the microsecond."""
    return value.isoformat() if isinstance(value, datetime) else value


def _read(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if value and name.endswith("_at") else value
