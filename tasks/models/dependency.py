"""One task waits for another."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import live
from tasks.locking import lock_project
from tasks.models.activity import Activity, News, What

MOST_BLOCKERS = 50  # of one task, and as many that wait for it: they stand in its row

# From `blocker` on, everything that it waits for itself, however far; is the task among them?
CIRCLE = """
    WITH RECURSIVE waited_for(id) AS (
        SELECT %s::bigint
        UNION
        SELECT blocker_id FROM tasks_dependency JOIN waited_for ON task_id = waited_for.id
    )
    SELECT EXISTS (SELECT FROM waited_for WHERE id = %s)
"""


class DependencyQuerySet(models.QuerySet):
    @live.atomic()
    def add_to(self, task: Any, blocker: Any, *, field: str = "blocked_by", by: Any) -> bool:
        """`task` waits for `blocker` from now on; whether that is new. ValidationError on `field` when it can't be.

        Under the project's lock: two people who each add half of a circle would both find none.
        """
        lock_project(task.project)
        task.hold()
        if self.filter(task=task, blocker=blocker).exists():
            return False
        if why := self._why_not(task, blocker):
            raise ValidationError({field: [why]})
        task.by = by.pk
        task.blocked_by.add(blocker)
        _note(task, blocker, by, added=True)
        return True

    @live.atomic()
    def remove_from(self, task: Any, blocker: Any, *, by: Any) -> bool:
        lock_project(task.project)
        task.hold()
        if not self.filter(task=task, blocker=blocker).exists():
            return False
        task.by = by.pk
        task.blocked_by.remove(blocker)
        _note(task, blocker, by, added=False)
        return True

    def _why_not(self, task: Any, blocker: Any) -> str | None:
        if task.pk == blocker.pk:
            return _("A task can't wait for itself.")
        with connection.cursor() as cursor:
            cursor.execute(CIRCLE, [blocker.pk, task.pk])
            if cursor.fetchone()[0]:
                words = _("%(blocker)s waits for %(task)s already: they would wait for each other for ever.")
                return words % {"blocker": blocker.ref, "task": task.ref}
        if max(self.filter(task=task).count(), self.filter(blocker=blocker).count()) >= MOST_BLOCKERS:
            return _("A task can wait for %d others at most, and as many for it.") % MOST_BLOCKERS
        return None


class Dependency(models.Model):
    """Kept while one of the two is deleted: it counts again once that is restored."""

    task = models.ForeignKey("tasks.Task", models.CASCADE, related_name="+", db_index=False)
    blocker = models.ForeignKey("tasks.Task", models.CASCADE, related_name="+")

    objects = DependencyQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = gettext_lazy("dependency"), gettext_lazy("dependencies")
        constraints = [
            models.UniqueConstraint(fields=["task", "blocker"], name="one_dependency_a_pair"),
            models.CheckConstraint(condition=~models.Q(task=models.F("blocker")), name="waits_for_another"),
        ]

    def __str__(self) -> str:
        return f"{self.blocker_id} → {self.task_id}"


def _note(task: Any, blocker: Any, by: Any, *, added: bool) -> None:
    def news(what: str, other: Any) -> News:
        return News(what, None, [other.pk]) if added else News(what, [other.pk], None)

    both = {task.pk: [news(What.BLOCKED_BY, blocker)], blocker.pk: [news(What.BLOCKS, task)]}
    Activity.objects.note_together(both, by=by)
