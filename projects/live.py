"""Models that announce their saves and deletions.

A Live model says what it is called (`noun`), what of it stands on the wire (`wire`) and where its project is
(`project_path`). Saving or deleting it records an event in the project's log, in the same transaction; signals.py
holds the receivers that call `announce`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Literal, Self

from asgiref.local import Local
from django.db import models, transaction
from django.db.models import F

from projects.errors import LiveError

Change = Literal["created", "updated", "deleted"]

_state = (
    Local()
)  # .pending: what the open `atomic` block has to announce; .quiet: ids of projects in `quietly`


@contextmanager
def atomic(*, savepoint: bool = True) -> Iterator[None]:
    """`transaction.atomic` whose announcements are recorded once an object, just before the commit.

    Waiting until the end keeps the lock on the project's counter short, lets an event carry the object's final
    state (its many-to-many rows included), and makes one event of several saves.
    """
    if hasattr(_state, "pending"):
        before = dict(_state.pending)
        try:
            with transaction.atomic(savepoint=savepoint):
                yield
        except BaseException:
            _state.pending = before
            raise
        return
    outermost = not transaction.get_connection().in_atomic_block
    with transaction.atomic():
        _state.pending = {}
        try:
            yield
            # Each locks its project's counter: in one order, or two who write to the same two projects deadlock.
            pending = sorted(_state.pending.values(), key=lambda each: each.project.pk)
        finally:
            del _state.pending
        for announcement in pending:
            announcement.record(commit=outermost and announcement is pending[-1])


def announce(instance: "Live", change: Change = "updated", *, for_good: bool = False) -> None:
    """Record that `instance` changed: at the end of the open `atomic` block, or now where there is none.

    Called by the receivers for every save and deletion; by hand where a row's wire form changes although none of
    its own columns did (a comment counted on its task). `for_good`: its earlier words cannot come back, so that no
    text of it may stay in the log either.
    """
    project_id = instance.project.pk
    if project_id in getattr(_state, "quiet", ()):
        return
    said = Announcement(instance, change, for_good)
    if not hasattr(_state, "pending"):
        said.record()
        return
    key = (type(instance), instance.pk)
    earlier = _state.pending.pop(key, None)
    if earlier and earlier.change == "created" and change == "updated":
        said.change = "created"
    _state.pending[key] = said


class Announcement:
    """One object's change on its way into the log."""

    def __init__(self, instance: "Live", change: Change, for_good: bool) -> None:
        self.instance, self.change, self.for_good = instance, change, for_good
        # Read now: a deletion takes the key from the instance before the block ends.
        self.project, self.wire_id = instance.project, instance.wire_id
        self.audiences = instance.audiences(change)

    def record(self, *, commit: bool = False) -> None:
        self.instance.told = {"id": self.wire_id} if self.change == "deleted" else self.instance.row()
        for audience in self.audiences:
            self.project.record(
                f"{self.instance.noun}.{self.change}",
                self.instance.told,
                by=self.instance.by,
                audience=audience,
                object_id=self.wire_id,
                forget=self.for_good and audience == self.audiences[0],
                commit=commit and audience == self.audiences[-1],
            )


@contextmanager
def quiet(project_id: int) -> Iterator[None]:
    """Within it, rows of the project announce nothing and may be written in bulk. See `Project.quietly`."""
    earlier = getattr(_state, "quiet", frozenset())
    _state.quiet = earlier | {project_id}
    try:
        yield
    finally:
        _state.quiet = earlier


class LiveQuerySet(models.QuerySet):
    """What every Live model's QuerySet derives from."""

    def visible_to(self, user: Any) -> Self:
        """Rows of projects that `user` is a member of, each with the member's role there as `my_role`."""
        path = self.model.membership_path()
        mine = self.filter(**{f"{path}__user": user}).annotate(my_role=F(f"{path}__role"))
        return mine.select_related(self.model.project_path) if self.model.project_path else mine

    def rows(self) -> list[dict[str, Any]]:
        """The rows as they stand on the wire, straight from the database, without an instance each."""
        keys = tuple(self.model.wire)
        return [dict(zip(keys, row, strict=True)) for row in self.on_wire()]

    def on_wire(self) -> Self:
        """The values of `rows`, in the order of the model's `wire`."""
        return self.values_list(*self.model.wire.values())

    def update(self, **values: Any) -> int:
        self._refuse("update()", "change the rows one by one with a verb of the model or save()")
        return super().update(**values)

    def bulk_create(self, *args: Any, **kwargs: Any) -> list:
        self._refuse("bulk_create()", "create the rows one by one with a verb of the model or save()")
        return super().bulk_create(*args, **kwargs)

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        self._refuse("bulk_update()", "change the rows one by one with a verb of the model or save()")
        return super().bulk_update(*args, **kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Deletes one by one, so that each row can say goodbye in its own way."""
        with atomic():
            done = [row.delete() for row in self]
        return sum(count for count, _ in done), {}

    delete.queryset_only = True

    def _refuse(self, what: str, instead: str) -> None:
        if not getattr(_state, "quiet", ()):
            raise LiveError(
                f"{what} on {self.model.__name__} would change rows that nobody hears of: {instead}, or work "
                f"inside `with project.quietly():`, which ends by telling every page to load afresh."
            )


class Live(models.Model):
    """A model that announces its saves and deletions to everyone who may see it."""

    noun: ClassVar[str]
    wire: ClassVar[dict[str, str]]
    project_path: ClassVar[str] = "project"

    by: int | None = None  # the id of the person behind the change that is under way
    was_gone: bool = False  # `gone` as the database last had it
    told: dict[str, Any] | None = None  # what its last event says of it

    objects = LiveQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        with atomic(savepoint=False):
            super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with atomic():
            return super().delete(*args, **kwargs)

    @classmethod
    def membership_path(cls) -> str:
        return f"{cls.project_path}__memberships".removeprefix("__")

    @classmethod
    def from_db(cls, db: str, field_names: Any, values: Any) -> Self:
        instance = super().from_db(db, field_names, values)
        instance.was_gone = instance.gone
        return instance

    def done_by(self, user: Any) -> Self:
        """Name the actor of the save or deletion that follows."""
        self.by = user.pk if user is not None else None
        return self

    def row(self) -> dict[str, Any]:
        """The object as it stands on the wire. Equal to what `rows()` of its QuerySet gives."""
        return {key: getattr(self, name) for key, name in self.wire.items()}

    def latest_row(self) -> dict[str, Any]:
        """What its event said when it was just changed; else as it stands."""
        return self.told if self.told is not None else self.row()

    @property
    def wire_id(self) -> int:
        return self.pk

    @property
    def audience(self) -> int | None:
        """Who may hear of it: None for everyone in the project, the id of a private channel, or access.audience_of a
        person."""
        return None

    def audiences(self, change: Change) -> list[int | None]:
        """Who is told of a change, where that takes more than one event. Never empty, and no two are the same."""
        return [self.audience]

    @property
    def closed(self) -> str | None:
        """Why it may only be looked at, in words, even where the role allows more."""
        return None

    @property
    def gone(self) -> bool:
        """Whether it is deleted though its row still stands, so that it can come back."""
        return False
