"""What became of a task: who changed what, from what to what."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class What(models.TextChoices):
    TITLE = "title", _("title")
    DESCRIPTION = "description", _("description")  # only that it changed, not what it said
    DUE = "due_at", _("due")
    PRIORITY = "priority", _("priority")
    ASSIGNEES = "assignees", _("assignees")  # ids of those who were taken off, and of those who were put on
    LABELS = "labels", _("labels")  # names, for labels may go
    COLUMN = "column", _("column")  # names, too
    COMPLETED = "completed", _("completed")
    REOPENED = "reopened", _("reopened")
    ARCHIVED = "archived", _("archived")
    UNARCHIVED = "unarchived", _("back on the board")
    DELETED = "deleted", _("deleted")
    RESTORED = "restored", _("restored")
    BLOCKED_BY = (
        "blocked_by",
        _("blocked by"),
    )  # ids of the tasks that it no longer waits for, and waits for now
    BLOCKS = "blocks", _("blocks")
    FILES = "files", _("files")  # names
    # Of a checklist; `about` is the item's text.
    ITEM_ADDED = "item_added", _("item added")
    ITEM_RENAMED = "item_renamed", _("item renamed")
    ITEM_ASSIGNED = "item_assigned", _("item assigned")  # the id of a person, or null
    ITEM_TICKED = "item_ticked", _("item ticked")
    ITEM_UNTICKED = "item_unticked", _("item no longer ticked")
    ITEM_DELETED = "item_deleted", _("item deleted")
    ITEM_RESTORED = "item_restored", _("item restored")
    ITEM_CONVERTED = "item_converted", _("item made a task")  # into the id of that task


class News(NamedTuple):
    """One change, as JSON has it."""

    what: str
    was: Any = None
    now: Any = None
    about: str = ""


class ActivityQuerySet(models.QuerySet):
    def note(self, task: Any, *news: News, by: Any) -> None:
        """Write down what `by` has just done to the task: one statement, or none when there is nothing to say."""
        self.note_together({task.pk: news}, by=by)

    def note_together(self, news: dict[int, Iterable[News]], *, by: Any) -> None:
        """The same of several tasks, by their ids. Nobody is told: whoever looks hears of the task itself."""
        person = by.pk if by is not None else None
        rows = [
            self.model(task_id=pk, by_id=person, **_written(each))
            for pk, some in news.items()
            for each in some
        ]
        if rows:
            self.bulk_create(rows, batch_size=1000)

    def rows(self) -> list[dict[str, Any]]:
        return [
            dict(zip(Activity.wire, row, strict=True)) for row in self.values_list(*Activity.wire.values())
        ]


class Activity(models.Model):
    """No event of its own: what it tells of is an event already, after which an open panel reads what is new here."""

    wire = {
        "id": "id",
        "task": "task_id",
        "by": "by_id",
        "what": "what",
        "about": "about",
        "was": "was",
        "now": "now",
        "created_at": "created_at",
    }

    task = models.ForeignKey(
        "tasks.Task", models.CASCADE, related_name="activity", verbose_name=_("task"), db_index=False
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    what = models.CharField(_("what"), max_length=20, choices=What)
    about = models.CharField(max_length=200, blank=True)
    was = models.JSONField(null=True)
    now = models.JSONField(null=True)
    created_at = models.DateTimeField(_("when"), auto_now_add=True)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("activity"), _("activity")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(what__in=What.values), name="known_activity"),
        ]
        indexes = [models.Index(fields=["task", "id"], name="activity_page")]

    def __str__(self) -> str:
        return f"{self.what} {self.about}".strip()


def _written(news: News) -> dict[str, Any]:
    return {
        "what": news.what,
        "about": news.about,
        **{name: value.isoformat() if isinstance(value, datetime) else value
           for name, value in (("was", news.was), ("now", news.now))},
    }  # fmt: skip


def pair(was: Iterable, now: Iterable) -> dict[str, list]:
    """What left and what came, as the keys of News."""
    return {"was": sorted(set(was) - set(now)), "now": sorted(set(now) - set(was))}


def entered(was: Any, completed: Any, task: Any) -> list[News]:
    """What it means that `task` stands where it stands now, and before in the column `was`, `completed` or not."""
    news = [News(What.COLUMN, was.name, task.column.name)] if was.pk != task.column_id else []
    if bool(completed) != bool(task.completed_at):
        news.append(News(What.COMPLETED if task.completed_at else What.REOPENED))
    return news
