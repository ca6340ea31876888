"""Tasks that are off the board, and may come back."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects import live
from projects.errors import Conflict
from tasks.limits import admit
from tasks.models.activity import Activity, News, What
from tasks.models.column import Column


class Archiving(models.Model):
    archived_at = models.DateTimeField(_("archived"), null=True, editable=False)

    class Meta:
        abstract = True

    @live.atomic()
    def archive(self, *, by: Any) -> None:
        """Off the board; its page, its place and all that hangs on it stay."""
        self.hold()
        if self.archived_at is None:
            self.archived_at = timezone.now()
            self._save("archived_at", by=by)
            Activity.objects.note(self, News(What.ARCHIVED), by=by)

    @live.atomic()
    def unarchive(self, *, by: Any) -> None:
        """Back on the board, where it stood. Conflict when its column is full."""
        column = Column.objects.locked(self.column_id, self.project)
        self.hold()
        if self.archived_at is None:
            return
        if column.pk == self.column_id:
            admit(column)
        self.archived_at = None
        self._save("archived_at", by=by)
        Activity.objects.note(self, News(What.UNARCHIVED), by=by)

    def check_on_board(self) -> None:
        if self.archived_at:
            raise Conflict(_("This task is archived: restore it first."))
