"""Questions about tasks, and how they are made."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import IntegrityError, models
from django.db.models import Count, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat, JSONObject
from django.utils import timezone

from accounts.prepared import Prepared
from projects.live import LiveQuerySet
from tasks.models.attachment import Attachment
from tasks.models.checklist_item import ChecklistItem
from tasks.models.comment import Comment
from tasks.models.dependency import Dependency

if TYPE_CHECKING:
    from tasks.models.task import Task


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

    def held(self) -> Self:
        """Locked until the commit, in the order in which everybody locks several: no word of them is old by then."""
        return self.order_by("pk").select_for_update(no_key=True, of=("self",))

    def on_wire(self) -> Self:
        # Counted here rather than kept in columns: 5,000 tasks take some milliseconds more.
        files = Attachment.objects.filter(deleted_at=None)
        items = ChecklistItem.objects.filter(deleted_at=None)
        return super(TaskQuerySet, self.annotate(
            ref=Concat("project__key", Value("-"), Cast("number", models.CharField())),
            assignee_ids=_ids(self.model.assignees.through, "user"),
            label_ids=_ids(self.model.labels.through, "label"),
            watcher_ids=_ids(self.model.watchers.through, "user"),
            blocker_ids=_ids(Dependency, "blocker"),
            comment_count=Coalesce(_of_each(Comment.objects.all(), Count("pk")), 0),
            attachment_count=Coalesce(_of_each(files, Count("pk")), 0),
            checklist_progress=_of_each(items, JSONObject(done=Count("ticked_at"), total=Count("pk"))),
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


def _ids(through: type[models.Model], name: str) -> ArraySubquery:
    """Of the rows of `through` that are a task's: the ids that stand in `name`, smallest first."""
    return ArraySubquery(through.objects.filter(task=OuterRef("pk")).order_by(name).values(name))


def _of_each(rows: models.QuerySet, answer: Any) -> Subquery:
    """What `answer` gives of those `rows` that are a task's; null where there are none."""
    mine = rows.filter(task=OuterRef("pk")).order_by().values("task")
    return Subquery(mine.annotate(answer=answer).values("answer"))


def _every_task(**which: Any) -> models.QuerySet:
    return apps.get_model("tasks", "Task").everything.filter(**which).order_by()


_known = Prepared(_every_task)
