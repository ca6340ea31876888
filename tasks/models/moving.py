"""Where a task stands on the board, and whether it is completed there."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects import live
from tasks.limits import admit
from tasks.models.activity import Activity, News, What, entered
from tasks.models.column import Column


class Moving(models.Model):
    column = models.ForeignKey(
        Column, models.RESTRICT, related_name="tasks", verbose_name=_("column"), db_index=False
    )
    position = models.TextField(_("position"), db_collation="C", editable=False)
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    @live.atomic()
    def move_to(self, column: Column | int, *, before: Any = None, after: Any = None, by: Any) -> None:
        """Into `column` (or the one of this id), beside another task or at the end.

        Entering a column that is done completes the task. Conflict when the column is full, or the task archived.
        """
        column = Column.objects.locked(column, self.project)
        left = self._state.fields_cache.get("column")
        self.hold()
        self.check_on_board()
        if column.pk != self.column_id:
            admit(column)
        position = column.place(self, before=before, after=after)
        if (column.pk, position) != (self.column_id, self.position):
            left = next((each for each in (column, left) if each and each.pk == self.column_id), None)
            was = left or self.column, self.completed_at
            self.enter(column, position)
            self._save("column", "position", "completed_at", by=by)
            Activity.objects.note(self, *entered(*was, self), by=by)

    @live.atomic()
    def complete(self, *, by: Any) -> None:
        """Into the first column that is done; where there is none, in its place."""
        self._turn(True, self.project.columns.done().first(), by)

    @live.atomic()
    def reopen(self, *, by: Any) -> None:
        self._turn(False, self.project.columns.open().first(), by)

    def enter(self, column: Column, position: str) -> None:
        """Stand in `column` at `position`, completed or not as the column says."""
        if column.done:
            self.completed_at = self.completed_at or timezone.now()
        elif self.completed_at and self.column_id != column.pk and self.column.done:
            self.completed_at = None
        self.column, self.position = column, position

    def _turn(self, completed: bool, column: Column | None, by: Any) -> None:
        if bool(self.completed_at) == completed:
            return
        self.check_on_board()
        if column is not None and self.column.done != completed:
            return self.move_to(column, by=by)
        self.hold()
        self.check_on_board()
        if bool(self.completed_at) != completed:
            self.completed_at = timezone.now() if completed else None
            self._save("completed_at", by=by)
            Activity.objects.note(self, News(What.COMPLETED if completed else What.REOPENED), by=by)
