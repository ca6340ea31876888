"""A line of a task's checklist."""

from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import live
from projects.live import Live, LiveQuerySet, announce
from projects.positions import spread
from tasks.locking import read_again
from tasks.models.activity import Activity, News, What
from tasks.models.column import LONGEST_RANK
from tasks.placing import announce_together, place, write_together

MOST_ITEMS = 200  # of one task
HERE = models.Q(deleted_at__isnull=True)


class ChecklistItemQuerySet(LiveQuerySet):
    def visible_to(self, user: Any) -> Self:
        return super().visible_to(user).active()

    def active(self) -> Self:
        return self.filter(deleted_at=None, task__deleted_at=None)

    @live.atomic()
    def add_to(
        self, task: Any, text: str, *, assignee: int | None = None, before: Any = None, after: Any = None,
        client_id: str | None = None, by: Any,
    ) -> tuple["ChecklistItem", bool]:  # fmt: skip
        """A new item at its end, or beside another; or what `by` made before under this `client_id`; and if new."""
        task.hold()
        if client_id and (known := self.filter(task=task, created_by=by, client_id=client_id).first()):
            return known, False
        if task.checklist.filter(HERE).count() >= MOST_ITEMS:
            raise ValidationError({"text": [_("A checklist holds %d items at most.") % MOST_ITEMS]})
        item = self.model(task=task, text=text, client_id=client_id, created_by=by)
        item.assignee_id = item.person(assignee)
        item.position = item.place(before=before, after=after)
        item.done_by(by).save()
        item.tell(News(What.ITEM_ADDED, about=text), by=by)
        return item, True

    @live.atomic()
    def give_back(self, project: Any, person: Any, *, by: Any) -> None:
        """Take somebody who has left off all their items; the caller holds the tasks."""
        items = list(
            self.model.everything.filter(task__project=project, assignee=person).select_related(
                "task__project"
            )
        )
        for item in items:
            item.assignee_id, item.updated_at = None, timezone.now()
        write_together(items, ["assignee", "updated_at"])
        here = [item for item in items if not (item.gone or item.task.gone)]  # the others may come back
        news: dict[int, list[News]] = {}
        for item in here:
            news.setdefault(item.task_id, []).append(News(What.ITEM_ASSIGNED, person.pk, None, item.text))
        Activity.objects.note_together(news, by=by)
        announce_together(project, here, by=by.pk)


class ChecklistItem(Live):
    noun = "checklist_item"
    project_path = "task__project"
    wire = {
        "id": "id",
        "task": "task_id",
        "text": "text",
        "position": "position",
        "assignee": "assignee_id",
        "ticked_at": "ticked_at",
        "ticked_by": "ticked_by_id",
        "client_id": "client_id",
        "created_by": "created_by_id",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }

    task = models.ForeignKey(
        "tasks.Task",
        models.CASCADE,
        related_name="checklist",
        verbose_name=gettext_lazy("task"),
        db_index=False,
    )
    text = models.CharField(gettext_lazy("text"), max_length=200)
    position = models.TextField(gettext_lazy("position"), db_collation="C", editable=False)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=gettext_lazy("assignee"),
    )  # fmt: skip
    ticked_at = models.DateTimeField(gettext_lazy("ticked"), null=True, editable=False)
    ticked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    client_id = models.CharField(max_length=64, null=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(gettext_lazy("created"), auto_now_add=True)
    updated_at = models.DateTimeField(gettext_lazy("changed"), auto_now=True)
    deleted_at = models.DateTimeField(gettext_lazy("deleted"), null=True, editable=False)

    objects = ChecklistItemQuerySet.as_manager()
    everything = LiveQuerySet.as_manager()  # whose visible_to() shows deleted items too

    class Meta:
        verbose_name, verbose_name_plural = gettext_lazy("checklist item"), gettext_lazy("checklist items")
        ordering = ["position"]
        constraints = [
            # Deleted ones keep their place as well, or a restored one could meet another there.
            models.UniqueConstraint(fields=["task", "position"], name="one_item_a_position"),
            models.UniqueConstraint(fields=["task", "created_by", "client_id"], name="one_item_a_client_id"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def project(self) -> Any:
        return self.task.project

    @property
    def gone(self) -> bool:
        return self.deleted_at is not None

    @live.atomic()
    def change(self, *, by: Any, **values: Any) -> None:
        """`text`, `assignee` (an id or None), `ticked`."""
        self._lock()
        news = [each for name, value in values.items() for each in self._take(name, value, by)]
        if news:
            self.done_by(by).save(update_fields=["text", "assignee", "ticked_at", "ticked_by", "updated_at"])
            self.tell(*news, by=by)

    @live.atomic()
    def move_to(
        self, *, before: "ChecklistItem | None" = None, after: "ChecklistItem | None" = None, by: Any
    ) -> None:
        """Beside another item, or to the end."""
        self._lock()
        position = self.place(before=before, after=after)
        if position != self.position:
            self.position = position
            self.done_by(by).save(update_fields=["position", "updated_at"])

    @live.atomic()
    def discard(self, *, by: Any) -> None:
        """Delete, so that it can be undone."""
        self._lock()
        self._mark(timezone.now(), News(What.ITEM_DELETED, about=self.text), by)

    @live.atomic()
    def restore(self, *, by: Any) -> None:
        self._lock(ChecklistItem.everything.filter(task__deleted_at=None))
        if self.gone:
            if self.task.checklist.filter(HERE).count() >= MOST_ITEMS:
                raise ValidationError({"text": [_("A checklist holds %d items at most.") % MOST_ITEMS]})
            self.was_gone = True
            self._mark(None, News(What.ITEM_RESTORED, about=self.text), by)

    @live.atomic()
    def convert(self, *, by: Any) -> Any:
        """Make it a task of its own, in the same column where that is open; the new task."""
        # Of the project's lock and the task's, the project's comes first.
        new, _new = type(self.task).objects.add_to(
            self.project,
            self.text,
            column=None if self.task.column.done else self.task.column,
            assignees=[self.assignee_id] if self._stays() else [],
            by=by,
        )
        self._lock()
        self._mark(timezone.now(), News(What.ITEM_CONVERTED, None, new.pk, self.text), by)
        return new

    def person(self, user: int | None) -> int | None:
        """Anyone in the project, and who is on it already, though they left since."""
        if user is None or user == self.assignee_id:
            return user
        if not self.project.memberships.filter(user=user).exists():
            raise ValidationError({"assignee": [_("This person is not in this project.")]})
        return user

    def place(self, *, before: Any = None, after: Any = None) -> str:
        """A rank in the checklist, whose task's lock the caller holds."""
        items, moving = self.task.checklist.all(), self if self.pk else None
        rank = place(items, before=before, after=after, moving=moving)
        if len(rank) > LONGEST_RANK:
            self._spread()
            rank = place(items, before=before, after=after)
        return rank

    def tell(self, *news: News, by: Any) -> None:
        """Write it down; and as the task's row counts its items, it is news as well."""
        Activity.objects.note(self.task, *news, by=by)
        self.task.by = self.by
        announce(self.task)

    def _take(self, name: str, value: Any, by: Any) -> list[News]:
        was = {"text": self.text, "assignee": self.assignee_id, "ticked": self.ticked_at is not None}[name]
        if value == was:
            return []
        if name == "text":
            self.text = value
            return [News(What.ITEM_RENAMED, was, value, value)]
        if name == "assignee":
            self.assignee_id = self.person(value)
            return [News(What.ITEM_ASSIGNED, was, value, self.text)]
        self.ticked_at, self.ticked_by = (timezone.now(), by) if value else (None, None)
        return [News(What.ITEM_TICKED if value else What.ITEM_UNTICKED, about=self.text)]

    def _stays(self) -> bool:
        user = self.assignee_id
        return user is not None and self.project.memberships.filter(user=user).exists()

    def _spread(self) -> None:
        items = list(self.task.checklist.order_by("position"))
        for item, rank in zip(items, spread(len(items), after=items[-1].position), strict=True):
            item.position = rank
        with self.project.quietly():
            self.task.checklist.bulk_update(items, ["position"], batch_size=500)

    def _lock(self, among: LiveQuerySet | None = None) -> None:
        self.task.hold()
        among = ChecklistItem.objects.active() if among is None else among
        read_again(self, among.select_related("task__project"))

    def _mark(self, deleted_at: Any, news: News, by: Any) -> None:
        self.deleted_at = deleted_at
        self.done_by(by).save(update_fields=["deleted_at", "updated_at"])
        self.tell(news, by=by)
