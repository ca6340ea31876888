"""A task: something to be done, on a card of the board."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.prepared import Prepared
from projects import live
from projects.errors import Conflict
from projects.live import Live, LiveQuerySet
from tasks.limits import admit
from tasks.locking import become
from tasks.models.activity import Activity, News, What
from tasks.models.archiving import Archiving
from tasks.models.column import Column
from tasks.models.dependency import Dependency
from tasks.models.editing import Edit
from tasks.models.label import Label
from tasks.models.moving import Moving
from tasks.models.task_queryset import TaskQuerySet
from tasks.models.watching import Watching


class Priority(models.TextChoices):
    NONE = "none", _("No priority")
    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")
    URGENT = "urgent", _("Urgent")


class Task(Moving, Archiving, Watching, Live):
    noun = "task"
    wire = {
        "id": "id",
        "number": "number",
        "ref": "ref",
        "title": "title",
        "description": "description",
        "description_html": "description_html",
        "column": "column_id",
        "position": "position",
        "assignees": "assignee_ids",
        "labels": "label_ids",
        "due_at": "due_at",
        "priority": "priority",
        "completed_at": "completed_at",
        "archived_at": "archived_at",
        "version": "version",
        "comment_count": "comment_count",
        "attachment_count": "attachment_count",
        "checklist": "checklist_progress",  # {done, total}; null where there is none
        "blocked_by": "blocker_ids",
        "watchers": "watcher_ids",
        "client_id": "client_id",
        "created_by": "created_by_id",
        "updated_by": "updated_by_id",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }

    project = models.ForeignKey(
        "projects.Project", models.CASCADE, related_name="tasks", verbose_name=_("project")
    )
    number = models.PositiveBigIntegerField(_("number"), editable=False)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True, max_length=20_000)
    description_html = models.TextField(blank=True, editable=False)
    assignees = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="assigned_tasks", verbose_name=_("assignees")
    )
    labels = models.ManyToManyField(Label, blank=True, related_name="tasks", verbose_name=_("labels"))
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    blocked_by = models.ManyToManyField(
        "self",
        through=Dependency,
        through_fields=("task", "blocker"),
        symmetrical=False,
        related_name="blocks",
        verbose_name=_("blocked by"),
    )
    priority = models.CharField(_("priority"), max_length=10, choices=Priority, default=Priority.NONE)
    version = models.PositiveIntegerField(default=1, editable=False)
    client_id = models.CharField(max_length=64, null=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("by"),
    )
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True, editable=False)

    objects = TaskQuerySet.as_manager()
    everything = LiveQuerySet.as_manager()  # whose visible_to() shows deleted tasks too

    class Meta:
        verbose_name, verbose_name_plural = _("task"), _("tasks")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="one_task_a_number"),
            # Deleted tasks keep their place as well, or a restored one could meet another there.
            models.UniqueConstraint(fields=["column", "position"], name="one_task_a_position"),
            models.UniqueConstraint(
                fields=["project", "created_by", "client_id"], name="one_task_a_client_id"
            ),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="known_priority"),
        ]
        indexes = [
            models.Index(fields=["project", "-id"], name="task_page", condition=Q(deleted_at__isnull=True)),
            models.Index(
                fields=["project", "-archived_at"],
                name="task_archive",
                condition=Q(archived_at__isnull=False),
            ),
            models.Index(fields=["due_at"], name="task_due", condition=Q(completed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"

    def get_absolute_url(self) -> str:
        return f"{self.project.get_absolute_url()}tasks/{self.number}/"

    @property
    def ref(self) -> str:
        return f"{self.project.key}-{self.number}"

    @property
    def gone(self) -> bool:
        return self.deleted_at is not None

    def row(self) -> dict[str, Any]:
        (values,) = _values_of(pk=self.pk)
        return dict(zip(self.wire, values, strict=True))

    @live.atomic()
    def begin(self, *, column: Column | int | None = None, **details: Any) -> None:
        """Save a new task at the end of `column`, with `details` as in TaskQuerySet.add_to."""
        self.number = self.project.next_task_number()
        column = Column.objects.locked(column, self.project)
        admit(column)
        self.enter(column, column.place())
        edit = Edit(self, details)
        edit.apply()
        self.done_by(self.created_by).save()
        edit.relate()
        self.watched_by(self.created_by_id, *edit.newcomers)

    @live.atomic()
    def change(self, *, by: Any, version: int | None = None, **values: Any) -> None:
        """title, description, assignees and labels (ids), due_at, priority.

        Conflict, with the `task` as it stands, when `version` is no longer the task's; but not when all that is
        wanted stands there already, as after a repeated request.
        """
        self.hold()
        edit = Edit(self, values)
        if not edit.values:
            return
        if version is not None and version != self.version:
            raise Conflict(_("Somebody else changed this task meanwhile."), task=self.row())
        edit.apply()
        self.version += 1
        self._save("version", *edit.columns, by=by)
        edit.relate()
        self.watched_by(*edit.newcomers)
        Activity.objects.note(self, *edit.news(), by=by)

    @live.atomic()
    def discard(self, *, by: Any) -> None:
        """Delete, so that it can be undone."""
        self.hold()
        self.deleted_at = timezone.now()
        self._save("deleted_at", by=by)
        self.project.audit("task.deleted", by=by, **self.audited())
        Activity.objects.note(self, News(What.DELETED), by=by)

    @live.atomic()
    def restore(self, *, by: Any) -> None:
        """Undo the deletion: the task stands where it stood."""
        self.hold(though_gone=True)
        if self.deleted_at:
            self.was_gone, self.deleted_at = True, None
            self._save("deleted_at", by=by)
            self.project.audit("task.restored", by=by, **self.audited())
            Activity.objects.note(self, News(What.RESTORED), by=by)

    def audited(self) -> dict[str, Any]:
        """What an audit entry keeps of it."""
        return {"task": self.pk, "number": self.number, "ref": self.ref, "title": self.title}

    def hold(self, *, though_gone: bool = False) -> None:
        """As it stands now, under its row's lock; also for what hangs on it and changes. Http404 when it is deleted."""
        held = next(iter(_held(pk=self.pk)), None)
        if held is None or (held.gone and not though_gone):
            raise Http404
        become(self, held)

    def _save(self, *fields: str, by: Any) -> None:
        self.updated_by = by
        self.done_by(by).save(update_fields=[*fields, "updated_by", "updated_at"])


_values_of = Prepared(lambda pk: Task.objects.filter(pk=pk).on_wire())
# Not joined with its column: when the task moved while we waited, PostgreSQL would compare the new row with the old
# column, and find nothing.
_held = Prepared(lambda pk: Task.everything.filter(pk=pk).select_for_update(no_key=True))
