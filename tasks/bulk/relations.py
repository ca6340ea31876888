"""Who and what is put on several tasks, and taken off them."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tasks.models import Task

Pair = tuple[list[int], list[int]]  # added, removed


class Relation:
    """`name` on the task; `key`: the column of the other side in the table between them."""

    name: ClassVar[str]
    key: ClassVar[str]
    strange: ClassVar[str]  # what is said of ids that are not `here`

    def __init__(self, project: Any) -> None:
        self.project = project
        self._wanted: dict[int, tuple[set[int], set[int]]] = {}  # task id -> to add, to remove

    def here(self, ids: set[int]) -> set[int]:
        """Those of them that are the project's."""
        raise NotImplementedError

    def check(self, *, add: set[int], remove: set[int]) -> None:
        if add - self.here(add):
            raise ValidationError({"add": [self.strange]})
        if add & remove:
            raise ValidationError({"remove": [_("The same cannot be added and removed.")]})

    def want(self, tasks: Iterable[int], *, add: set[int], remove: set[int]) -> None:
        self._wanted |= {pk: (add, remove) for pk in tasks}

    def write(self) -> dict[int, Pair]:
        """Add and remove what is wanted, and still here; {task id: what was} of those where that changed anything."""
        if not self._wanted:
            return {}
        through = getattr(Task, self.name).through
        there = self._read(through)
        here = self.here({other for add, _remove in self._wanted.values() for other in add})
        pairs = {
            pk: (sorted(add & here - there[pk].keys()), sorted(remove & there[pk].keys()))
            for pk, (add, remove) in self._wanted.items()
        }
        through.objects.bulk_create(
            [
                through(task_id=pk, **{self.key: other})
                for pk, (add, _remove) in pairs.items()
                for other in add
            ]
        )
        gone = [there[pk][other] for pk, (_add, remove) in pairs.items() for other in remove]
        rows = through.objects.filter(pk__in=gone)
        rows._raw_delete(rows.db)
        return {pk: pair for pk, pair in pairs.items() if any(pair)}

    def _read(self, through: Any) -> dict[int, dict[int, int]]:
        """{task id: {id of the other side: id of the row between the two}}."""
        there: dict[int, dict[int, int]] = {pk: {} for pk in self._wanted}
        rows = through.objects.filter(task__in=self._wanted)
        for row, pk, other in rows.values_list("pk", "task_id", self.key):
            there[pk][other] = row
        return there


class Assignees(Relation):
    name, key = "assignees", "user_id"
    strange = gettext_lazy("Not everybody here is in this project.")

    def here(self, ids: set[int]) -> set[int]:
        return set(self.project.memberships.filter(user__in=ids).values_list("user", flat=True))


class Labels(Relation):
    name, key = "labels", "label_id"
    strange = gettext_lazy("Not all of these are labels of this project.")

    def here(self, ids: set[int]) -> set[int]:
        return {label.pk for label in self.project.labels.locked(ids)}
