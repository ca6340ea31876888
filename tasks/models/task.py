"""A task: something to be done, on a card of the board."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.db.models import Count, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat, JSONObject
from django.http import Http404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.prepared import Prepared
from projects import live
from projects.errors import Conflict
from projects.live import Live, LiveQuerySet
from projects.markdown import render
from tasks.limits import admit
from tasks.locking import become
from tasks.models.activity import Activity, News, What, entered, pair
from tasks.models.attachment import Attachment
from tasks.models.checklist_item import ChecklistItem
from tasks.models.column import Column
from tasks.models.comment import Comment
from tasks.models.dependency import Dependency
from tasks.models.label import Label

RELATED = {"assignees", "labels"}


class Priority(models.TextChoices):
    NONE = "none", _("No priority")
    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")
    URGENT = "urgent", _("Urgent")


class TaskQuerySet(LiveQuerySet):
    def visible_to(self, user: Any) -> Self:
        return super().visible_to(user).active()

    def active(self) -> Self:
        return self.filter(deleted_at__isnull=True)

    def on_board(self) -> Self:
        return self.active().filter(archived_at__isnull=True)

    def archived(self) -> Self:
        return self.active().filter(archived_at__isnull=False)

    def discarded(self) -> Self:
        return self.filter(deleted_at__isnull=False)

    def open(self) -> Self:
        return self.filter(completed_at__isnull=True)

    def completed(self) -> Self:
        return self.filter(completed_at__isnull=False)

    def in_column(self, column: Any) -> Self:
        return self.filter(column=column)

    def assigned_to(self, user: Any) -> Self:
        return self.filter(assignees=user)

    def due_before(self, moment: datetime) -> Self:
        return self.filter(due_at__lt=moment)

    def overdue(self) -> Self:
        return self.open().due_before(timezone.now())

    def on_wire(self) -> Self:
        assignees = Task.assignees.through.objects.filter(task=OuterRef("pk")).order_by("user")
        labels = Task.labels.through.objects.filter(task=OuterRef("pk")).order_by("label")
        # Counted here rather than kept in a column: 5,000 tasks take some milliseconds more.
        comments = (
            Comment.objects.filter(task=OuterRef("pk")).order_by().values("task").annotate(n=Count("pk"))
        )
        files = (
            Attachment.objects.filter(task=OuterRef("pk"), deleted_at=None)
            .order_by()
            .values("task")
            .annotate(n=Count("pk"))
        )
        watchers = Task.watchers.through.objects.filter(task=OuterRef("pk")).order_by("user")
        blockers = Dependency.objects.filter(task=OuterRef("pk")).order_by("blocker")
        checklist = (
            ChecklistItem.objects.filter(task=OuterRef("pk"), deleted_at=None)
            .order_by()
            .values("task")
            .annotate(n=JSONObject(done=Count("ticked_at"), total=Count("pk")))
        )
        return super(TaskQuerySet, self.annotate(
            ref=Concat("project__key", Value("-"), Cast("number", models.CharField())),
            assignee_ids=ArraySubquery(assignees.values("user")),
            label_ids=ArraySubquery(labels.values("label")),
            comment_count=Coalesce(Subquery(comments.values("n")), 0),
            attachment_count=Coalesce(Subquery(files.values("n")), 0),
            watcher_ids=ArraySubquery(watchers.values("user")),
            blocker_ids=ArraySubquery(blockers.values("blocker")),
            checklist_progress=Subquery(checklist.values("n")),
        )).on_wire()  # fmt: skip

    def add_to(
        self, project: Any, title: str, *, client_id: str | None = None, by: Any, **details: Any
    ) -> tuple["Task", bool]:
        """A new task, or what `by` made before under this `client_id`; and if it is new.

        `details`: column (else the default, to the end of it), description, assignees and labels (ids), due_at,
        priority.
        """
        task = self.model(project=project, title=title, client_id=client_id, created_by=by, updated_by=by)
        try:
            task.begin(**details)
        except IntegrityError:
            if known := self.known(project, by, client_id):  # of two at the same moment this is the second
                return known, False
            raise
        return task, True

    def known(self, project: Any, by: Any, client_id: str | None) -> "Task | None":
        """What `by` already made here under this `client_id`, be it deleted since."""
        if client_id is None:
            return None
        return next(iter(_known(project_id=project.pk, created_by_id=by.pk, client_id=client_id)), None)


class Task(Live):
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
    column = models.ForeignKey(
        Column, models.RESTRICT, related_name="tasks", verbose_name=_("column"), db_index=False
    )
    position = models.TextField(_("position"), db_collation="C", editable=False)
    assignees = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="assigned_tasks", verbose_name=_("assignees")
    )
    labels = models.ManyToManyField(Label, blank=True, related_name="tasks", verbose_name=_("labels"))
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    watchers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="watched_tasks", verbose_name=_("watchers")
    )
    blocked_by = models.ManyToManyField(
        "self",
        through=Dependency,
        through_fields=("task", "blocker"),
        symmetrical=False,
        related_name="blocks",
        verbose_name=_("blocked by"),
    )
    priority = models.CharField(_("priority"), max_length=10, choices=Priority, default=Priority.NONE)
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True, editable=False)
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
    archived_at = models.DateTimeField(_("archived"), null=True, editable=False)
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
        relations = self.take(details)
        self.done_by(self.created_by).save()
        self.relate({name: ids for name, ids in relations.items() if ids})
        self.watched_by(self.created_by_id, *relations.get("assignees", ()))

    @live.atomic()
    def change(self, *, by: Any, version: int | None = None, **values: Any) -> None:
        """title, description, assignees and labels (ids), due_at, priority.

        Conflict, with the `task` as it stands, when `version` is no longer the task's; but not when all that is
        wanted stands there already, as after a repeated request.
        """
        self._lock()
        values = {name: value for name, value in values.items() if not self._has(name, value)}
        if not values:
            return
        if version is not None and version != self.version:
            raise Conflict(_("Somebody else changed this task meanwhile."), task=self.row())
        was = {name: getattr(self, name) for name in values if name not in RELATED}
        relations = self.take(values)
        self.version += 1
        self._save("version", *self._columns_of(values), by=by)
        self.relate(relations)
        self.watched_by(*relations.get("assignees", set()) - self._named["assignees"].keys())
        Activity.objects.note(self, *self._news(was, relations), by=by)

    @live.atomic()
    def move_to(
        self, column: Column | int, *, before: "Task | None" = None, after: "Task | None" = None, by: Any
    ) -> None:
        """Into `column` (or the one of this id), beside another task or at the end.

        Entering a column that is done completes the task. Conflict when the column is full, or the task archived.
        """
        column = Column.objects.locked(column, self.project)
        left = self._state.fields_cache.get("column")
        self._lock()
        self._check_on_board()
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

    @live.atomic()
    def discard(self, *, by: Any) -> None:
        """Delete, so that it can be undone."""
        self._lock()
        self.deleted_at = timezone.now()
        self._save("deleted_at", by=by)
        self.project.audit("task.deleted", by=by, **self.audited())
        Activity.objects.note(self, News(What.DELETED), by=by)

    @live.atomic()
    def restore(self, *, by: Any) -> None:
        """Undo the deletion: the task stands where it stood."""
        self._lock(though_gone=True)
        if self.deleted_at:
            self.was_gone, self.deleted_at = True, None
            self._save("deleted_at", by=by)
            self.project.audit("task.restored", by=by, **self.audited())
            Activity.objects.note(self, News(What.RESTORED), by=by)

    def audited(self) -> dict[str, Any]:
        """What an audit entry keeps of it."""
        return {"task": self.pk, "number": self.number, "ref": self.ref, "title": self.title}

    def hold(self) -> None:
        """Lock it for a part of it that is about to change: its row tells of that part. Http404 when it is gone."""
        self._lock()

    @live.atomic()
    def watch(self, watching: bool, *, by: Any) -> None:
        self.hold()
        if self.watchers.contains(by) != watching:
            self.by = by.pk
            (self.watchers.add if watching else self.watchers.remove)(by)

    def watched_by(self, *users: int) -> None:
        """Let these watch it, if they don't yet; of which nobody is told but with the task's own next event."""
        through = Task.watchers.through
        if users:
            rows = [through(task_id=self.pk, user_id=user) for user in sorted(set(users))]
            through.objects.bulk_create(rows, ignore_conflicts=True)

    @live.atomic()
    def archive(self, *, by: Any) -> None:
        """Off the board; its page, its place and all that hangs on it stay."""
        self._lock()
        if self.archived_at is None:
            self.archived_at = timezone.now()
            self._save("archived_at", by=by)
            Activity.objects.note(self, News(What.ARCHIVED), by=by)

    @live.atomic()
    def unarchive(self, *, by: Any) -> None:
        """Back on the board, where it stood. Conflict when its column is full."""
        column = Column.objects.locked(self.column_id, self.project)
        self._lock()
        if self.archived_at is None:
            return
        if column.pk == self.column_id:
            admit(column)
        self.archived_at = None
        self._save("archived_at", by=by)
        Activity.objects.note(self, News(What.UNARCHIVED), by=by)

    def enter(self, column: Column, position: str) -> None:
        """Stand in `column` at `position`, completed or not as the column says."""
        if column.done:
            self.completed_at = self.completed_at or timezone.now()
        elif self.completed_at and self.column_id != column.pk and self.column.done:
            self.completed_at = None
        self.column, self.position = column, position

    def take(self, values: dict[str, Any]) -> dict[str, set[int]]:
        """Set what has a column of its own; give back the checked ids of assignees and labels, for `relate`."""
        checks = {"assignees": self._people, "labels": self._labels}
        for name, value in values.items():
            if name not in checks:
                setattr(self, name, value)
        if "description" in values:
            self.description_html = render(self.description, self.project)
        return {name: check(set(values[name])) for name, check in checks.items() if name in values}

    def relate(self, relations: dict[str, set[int]]) -> None:
        for name, ids in relations.items():
            getattr(self, name).set(ids)

    def _lock(self, *, though_gone: bool = False) -> None:
        """As it stands now, under its row's lock. Http404 when it is deleted."""
        held = next(iter(_held(pk=self.pk)), None)
        if held is None or (held.gone and not though_gone):
            raise Http404
        become(self, held)

    def _check_on_board(self) -> None:
        if self.archived_at:
            raise Conflict(_("This task is archived: restore it first."))

    def _has(self, name: str, value: Any) -> bool:
        if name in RELATED:
            return self._ids(name) == set(value)
        return getattr(self, name) == value

    def _ids(self, name: str) -> set[int]:
        if self.pk:
            self._named[name] = dict(getattr(self, name).values_list("pk", "name"))
        return set(self._named[name])

    @cached_property
    def _named(self) -> dict[str, dict[int, str]]:
        """Assignees and labels by their ids, as they were last read under the lock."""
        return {name: {} for name in RELATED}

    def _news(self, was: dict[str, Any], relations: dict[str, set[int]]) -> list[News]:
        """What `change` has changed: `was` as it was before, and the new `relations`."""
        news = [
            News(name) if name == What.DESCRIPTION else News(name, before, getattr(self, name))
            for name, before in was.items()
        ]
        if "assignees" in relations:
            news.append(News(What.ASSIGNEES, **pair(self._named["assignees"], relations["assignees"])))
        if "labels" in relations:
            names = (self._named["labels"].values(), self._new_labels.values())
            news.append(News(What.LABELS, **pair(*names)))
        return news

    def _people(self, ids: set[int]) -> set[int]:
        """Anyone in the project, and whoever is on the task already, though they left since."""
        if not ids:
            return ids
        members = self.project.memberships.filter(user__in=ids).values_list("user", flat=True)
        if ids - set(members) - self._named["assignees"].keys():
            raise ValidationError({"assignees": [_("Not everybody here is in this project.")]})
        return ids

    def _labels(self, ids: set[int]) -> set[int]:
        self._new_labels = {}
        if not ids:
            return ids
        # Locked: a label deleted meanwhile would be missed by nobody until the commit.
        labels = self.project.labels.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
        self._new_labels = {label.pk: label.name for label in labels}
        if ids - self._new_labels.keys():
            raise ValidationError({"labels": [_("Not all of these are labels of this project.")]})
        return ids

    def _columns_of(self, values: dict[str, Any]) -> set[str]:
        columns = set(values) - RELATED
        return columns | {"description_html"} if "description" in columns else columns

    def _turn(self, completed: bool, column: Column | None, by: Any) -> None:
        if bool(self.completed_at) == completed:
            return
        self._check_on_board()
        if column is not None and self.column.done != completed:
            self.move_to(column, by=by)
        else:
            self._lock()
            self.completed_at = timezone.now() if completed else None
            self._save("completed_at", by=by)
            Activity.objects.note(self, News(What.COMPLETED if completed else What.REOPENED), by=by)

    def _save(self, *fields: str, by: Any) -> None:
        self.updated_by = by
        self.done_by(by).save(update_fields=[*fields, "updated_by", "updated_at"])


_values_of = Prepared(lambda pk: Task.objects.filter(pk=pk).on_wire())
_known = Prepared(lambda **which: Task.everything.filter(**which).order_by())
# Not joined with its column: when the task moved while we waited, PostgreSQL would compare the new row with the old
# column, and find nothing.
_held = Prepared(lambda pk: Task.everything.filter(pk=pk).select_for_update(no_key=True))
