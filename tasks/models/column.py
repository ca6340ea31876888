"""A column of the board: a step that tasks go through."""

from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.prepared import Prepared
from projects import live
from projects.errors import Conflict
from projects.live import Live, LiveQuerySet
from projects.positions import between, spread
from tasks.limits import admit
from tasks.locking import lock_project, read_again
from tasks.models.activity import Activity, News, What, entered
from tasks.models.label import Colour
from tasks.models.naming import NAME_TAKEN, check_name
from tasks.placing import fits, place, save_together

# In a project: a board wider than that is read by nobody, and stands whole in every snapshot.
MOST_COLUMNS = 50
# Of a task: some five hundred cards dropped into one and the same gap.
LONGEST_RANK = 100


class ColumnQuerySet(LiveQuerySet):
    def open(self) -> Self:
        return self.filter(done=False)

    def done(self) -> Self:
        return self.filter(done=True)

    def default(self) -> "Column | None":
        """Where a task goes when nobody says: the first column that is not done."""
        return self.order_by("done", "position").first()

    def locked(self, column: "Column | int | None", project: Any) -> "Column":
        """`column` (or its id, or None for the default), held for whoever chooses a rank in it.

        ValidationError when the project does not have it, or no longer.
        """
        pk = column.pk if isinstance(column, Column) else column
        which = {} if pk is None else {"pk": pk}
        held = _first_held(project=project.pk, **which)
        if not held:
            raise ValidationError({"column": [_("There is nothing with this id in this project.")]})
        return held[0]

    @live.atomic()
    def add_to(self, project: Any, name: str, *, by: Any, **values: Any) -> "Column":
        """A new column at the end of the project's board; `values` as `change` takes them."""
        lock_project(project)
        if project.columns.count() >= MOST_COLUMNS:
            raise ValidationError({"name": [_("A project can have %d columns at most.") % MOST_COLUMNS]})
        column = self.model(project=project, name=name, position=place(project.columns.all()), **values)
        check_name(column)
        column.done_by(by).save()
        return column


class Column(Live):
    noun = "column"
    wire = {
        "id": "id",
        "name": "name",
        "position": "position",
        "done": "done",
        "colour": "colour",
        "limit": "limit",
        "limit_refuses": "limit_refuses",
    }

    project = models.ForeignKey(
        "projects.Project", models.CASCADE, related_name="columns", verbose_name=_("project")
    )
    name = models.CharField(_("name"), max_length=80)
    position = models.TextField(_("position"), db_collation="C", editable=False)
    done = models.BooleanField(
        _("done"), default=False, help_text=_("Tasks in this column count as completed.")
    )
    colour = models.CharField(
        _("colour"), max_length=10, choices=Colour, default=Colour.GREY, db_default=Colour.GREY
    )
    limit = models.PositiveSmallIntegerField(
        _("limit"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("More tasks than that show as too many."),
    )
    limit_refuses = models.BooleanField(
        _("limit refuses"),
        default=False,
        db_default=False,
        help_text=_("Beyond its limit nothing more comes in."),
    )

    objects = ColumnQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("column"), _("columns")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                "project", Lower("name"), name="one_column_a_name", violation_error_message=NAME_TAKEN
            ),
            models.UniqueConstraint(fields=["project", "position"], name="one_column_a_position"),
            models.CheckConstraint(
                condition=models.Q(limit=None) | models.Q(limit__gte=1), name="limit_of_one"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @live.atomic()
    def change(self, *, by: Any, **values: Any) -> None:
        """`name`, `colour`, `limit`, `limit_refuses`, `done`.

        When the column begins or ceases to mean "done", so do the tasks in it.
        """
        self._lock()
        turned = values.get("done", self.done) != self.done
        for name, value in values.items():
            setattr(self, name, value)
        check_name(self)
        self.done_by(by).save(update_fields=list(values))
        if turned:
            self._complete_tasks(by)

    @live.atomic()
    def move_to(self, *, before: "Column | None" = None, after: "Column | None" = None, by: Any) -> None:
        """Beside another column, or to the end."""
        self._lock()
        position = place(self.project.columns.all(), before=before, after=after, moving=self)
        if position != self.position:
            self.position = position
            self.done_by(by).save(update_fields=["position"])

    @live.atomic()
    def remove(self, *, move_to: "Column | None" = None, by: Any) -> None:
        """Delete the column; its tasks go to the end of `move_to`. Conflict when it has tasks and nobody says where.

        Deleted tasks go along, so that each can still be restored.
        """
        self._lock()
        others = self.project.columns.exclude(pk=self.pk)
        heir = others.filter(pk=move_to.pk).first() if move_to else others.default()
        if heir is None:
            raise Conflict(_("The tasks need another column of this project to go to."))
        # Ranks of tasks are chosen under the lock of their column; several are locked in the order of their ids.
        both = self.project.columns.filter(pk__in=[self.pk, heir.pk]).order_by("pk")
        list(both.select_for_update(no_key=True))
        coming = self.tasks.on_board().count()
        if move_to is None and coming:
            raise Conflict(_("There are tasks in this column: say with move_to which column they go to."))
        admit(heir, coming)
        self._hand_over(heir, by)
        self.project.audit("column.deleted", by=by, name=self.name)
        self.done_by(by).delete()

    def place(self, task: Any = None, *, before: Any = None, after: Any = None) -> str:
        """A rank in this column, whose lock the caller holds. What stands where it is wanted keeps its own."""
        rank = self._rank(task, before, after)
        if len(rank) > LONGEST_RANK:
            self.spread_tasks()
            rank = self._rank(task, before, after)
        return rank

    def spread_tasks(self) -> None:
        """Short ranks for all, beyond those that stand, so that no two are equal on the way."""
        tasks = sorted(self._locked_tasks(), key=lambda task: task.position)
        for task, rank in zip(tasks, spread(len(tasks), after=tasks[-1].position), strict=True):
            task.position = rank
        with self.project.quietly():
            self.tasks.bulk_update(tasks, ["position"], batch_size=500)

    def _rank(self, task: Any, before: Any, after: Any) -> str:
        here = task is not None and task.column_id == self.pk
        low, high = self._gap(task.pk if here else 0, before, after)
        return task.position if here and fits(task.position, low, high) else between(low, high)

    def _gap(self, moving: int, before: Any, after: Any) -> tuple[str | None, str | None]:
        """The ranks behind `after`, else above `before`, else at the end; not counting the task that is `moving`.

        A neighbour that does not (or no longer) stand here counts for nothing: where somebody drops a card is an
        intent, and the board may have moved on meanwhile.
        """
        if after is not None and (ranks := _ranks_from(column=self.pk, moving=moving, anchor=after.pk)):
            return ranks[0], ranks[1] if len(ranks) > 1 else None
        if before is not None and (ranks := _ranks_up_to(column=self.pk, moving=moving, anchor=before.pk)):
            return ranks[1] if len(ranks) > 1 else None, ranks[0]
        return next(iter(_last_rank(column=self.pk, moving=moving)), None), None

    def _lock(self) -> None:
        lock_project(self.project)
        read_again(self, Column.objects.select_related("project"))

    def _hand_over(self, heir: "Column", by: Any) -> None:
        tasks = sorted(self._locked_tasks(), key=lambda task: task.position)
        last = heir.tasks.aggregate(last=models.Max("position"))["last"]
        news = {}
        for task, rank in zip(tasks, spread(len(tasks), after=last), strict=True):
            completed = task.completed_at
            task.enter(heir, rank)
            news[task.pk] = entered(self, completed, task)
        self._save_tasks(tasks, ["column", "position", "completed_at"], by)
        Activity.objects.note_together(news, by=by)

    def _complete_tasks(self, by: Any) -> None:
        tasks = [task for task in self._locked_tasks() if bool(task.completed_at) != self.done]
        for task in tasks:
            task.completed_at = timezone.now() if self.done else None
        self._save_tasks(tasks, ["completed_at"], by)
        news = News(What.COMPLETED if self.done else What.REOPENED)
        Activity.objects.note_together({task.pk: [news] for task in tasks}, by=by)

    def _locked_tasks(self) -> list:
        """In the order of their ids, as everyone locks them; whoever moved away while we waited is not among them."""
        tasks = self.tasks.select_related("project", "column").order_by("pk")
        return list(tasks.select_for_update(no_key=True, of=("self",)))

    def _save_tasks(self, tasks: list, fields: list[str], by: Any) -> None:
        gone = [task for task in tasks if task.deleted_at]
        with live.quiet(self.project_id):
            for task in gone:
                task.save(update_fields=fields)
        save_together(self.project, [task for task in tasks if not task.deleted_at], fields, by=by)


def _first(**which: Any) -> models.QuerySet:
    return Column.objects.filter(**which).order_by("done", "position").select_for_update(no_key=True)[:1]


def _ranks(column: int, moving: int) -> models.QuerySet:
    """Of all tasks: deleted and archived ones keep their rank, for they may come back."""
    tasks = Column.tasks.rel.related_model.everything.filter(column=column).exclude(pk=moving)
    return tasks.order_by("position").values_list("position", flat=True)


def _anchor(column: int, moving: int, anchor: int) -> models.Subquery:
    return models.Subquery(
        _ranks(column, moving).filter(pk=anchor, deleted_at=None, archived_at=None).order_by()
    )


_first_held = Prepared(_first)
_last_rank = Prepared(lambda **those: _ranks(**those).reverse()[:1])
_ranks_from = Prepared(
    lambda anchor, **those: _ranks(**those).filter(position__gte=_anchor(**those, anchor=anchor))[:2]
)
_ranks_up_to = Prepared(
    lambda anchor, **those: (
        _ranks(**those).filter(position__lte=_anchor(**those, anchor=anchor)).reverse()[:2]
    )
)
