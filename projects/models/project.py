"""A project: the room of a team, with its log."""

import logging
import re
import unicodedata
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import connection, models, transaction
from django.db.models import F
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects import live, push, rights, signals
from projects.live import Live, LiveQuerySet
from projects.models.event import TURNS, encode_tail
from projects.models.membership import Membership, Role

logger = logging.getLogger(__name__)

KEY = RegexValidator(r"^[A-Z][A-Z0-9]{1,9}$", _("Two to ten capital letters or digits, a letter first."))

# Foreign keys lock the rows they point at when they are checked. At the commit that would be after the counter, and a
# deadlock with whoever changed such a row and now waits for the counter: so they are checked before, on the same trip.
RECORD = """
SET CONSTRAINTS ALL IMMEDIATE;
WITH head AS (
    UPDATE projects_counter SET sequence = sequence + 1 WHERE project_id = %(project)s RETURNING sequence
)
INSERT INTO projects_event (project_id, sequence, name, object_id, audience, by, at, tail)
SELECT %(project)s, sequence, %(name)s, %(object_id)s, %(audience)s, %(by)s, %(at)s, %(tail)s FROM head
RETURNING sequence
"""

# The same of what is said to an audience, and counted there: after the counter, whose lock then holds for both rows.
RECORD_FOR = """
SET CONSTRAINTS ALL IMMEDIATE;
WITH head AS (
    UPDATE projects_counter SET sequence = sequence + 1 WHERE project_id = %(project)s RETURNING sequence
), heard AS (
    INSERT INTO projects_audience AS mine (project_id, audience, said, turns)
    SELECT %(project)s, %(audience)s, 1, %(turn)s FROM head
    ON CONFLICT (project_id, audience) DO UPDATE SET said = mine.said + 1, turns = mine.turns + excluded.turns
)
INSERT INTO projects_event (project_id, sequence, name, object_id, audience, by, at, tail)
SELECT %(project)s, sequence, %(name)s, %(object_id)s, %(audience)s, %(by)s, %(at)s, %(tail)s FROM head
RETURNING sequence
"""

# The same for several at once, which take numbers that follow each other.
RECORD_TOGETHER = """
SET CONSTRAINTS ALL IMMEDIATE;
WITH head AS (
    UPDATE projects_counter SET sequence = sequence + %(count)s WHERE project_id = %(project)s RETURNING sequence
)
INSERT INTO projects_event (project_id, sequence, name, object_id, audience, by, at, tail)
SELECT %(project)s, sequence - %(count)s + line.place, line.name, line.object_id, NULL, %(by)s, %(at)s, line.tail
FROM head, unnest(%(names)s::text[], %(ids)s::bigint[], %(tails)s::text[])
    WITH ORDINALITY AS line(name, object_id, tail, place)
RETURNING sequence
"""


def suggest_key(name: str) -> str:
    """`Website relaunch` -> `WR`, `Web` -> `WEB`, `Данные` -> `P`-something short: always a valid key."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    words = re.findall(r"[A-Z0-9]+", plain)
    key = "".join(word[0] for word in words) if len(words) > 1 else "".join(words)[:3]
    key = re.sub(r"^[0-9]+", "", key)[:5]
    return key if len(key) > 1 else "PRJ"


class ProjectQuerySet(LiveQuerySet):
    def active(self) -> Self:
        return self.filter(archived_at=None)

    def archived(self) -> Self:
        return self.exclude(archived_at=None)

    @live.atomic()
    def open(self, name: str, *, key: str = "", description: str = "", by: Any) -> "Project":
        """A new project, with its maker as owner, its first columns and its first room."""
        project = self.model(name=name, key=key or suggest_key(name), description=description, created_by=by)
        project.full_clean(exclude=["created_by"])
        project.begin(by=by)
        return project


class Project(Live):
    noun = "project"
    project_path = ""
    wire = {
        "id": "id",
        "key": "key",
        "name": "name",
        "description": "description",
        "archived_at": "archived_at",
        "created_by": "created_by_id",
        "created_at": "created_at",
        "updated_at": "updated_at",
        "sample": "is_sample",
        "rights": "rights",
    }

    name = models.CharField(_("name"), max_length=100)
    key = models.CharField(
        _("key"),
        max_length=10,
        validators=[KEY],
        help_text=_("Stands before the number of each task: WEB-12."),
    )
    description = models.TextField(_("description"), blank=True, max_length=2000)
    archived_at = models.DateTimeField(null=True, blank=True)
    is_sample = models.BooleanField(_("sample"), default=False, db_default=False, editable=False)
    # See projects/rights.py.
    rights = models.JSONField(_("rights"), default=dict, db_default={}, blank=True, editable=False)
    last_task_number = models.PositiveBigIntegerField(default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Membership", related_name="projects")

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("projects:page", args=[self.pk])

    @property
    def project(self) -> Self:
        return self

    @live.atomic()
    def begin(self, *, by: Any) -> None:
        """Save a new project, with `by` as its owner, its first columns and its first room."""
        self.done_by(by).save()
        Membership(project=self, user=by, role=Role.OWNER).done_by(by).save()
        signals.project_created.send(Project, project=self, by=by)

    @live.atomic()
    def change(self, *, by: Any, **values: Any) -> None:
        """Rename, describe, give another key: `name`, `description`, `key`."""
        values = {name: value for name, value in values.items() if value != getattr(self, name)}
        if not values:
            return
        for name, value in values.items():
            setattr(self, name, value)
        self.full_clean(exclude=["created_by"])
        self.done_by(by).save(update_fields=[*values, "updated_at"])
        self.audit("project.changed", by=by, changes=values)

    @live.atomic()
    def archive(self, *, by: Any) -> None:
        self._lock()
        if not self.archived_at:
            self.archived_at = timezone.now()
            self.done_by(by).save(update_fields=["archived_at", "updated_at"])
            self.audit("project.archived", by=by)

    @live.atomic()
    def restore(self, *, by: Any) -> None:
        self._lock()
        if self.archived_at:
            self.archived_at = None
            self.done_by(by).save(update_fields=["archived_at", "updated_at"])
            self.audit("project.restored", by=by)

    @live.atomic()
    def change_rights(self, changes: Mapping[str, Mapping[str, bool | None]], *, by: Any) -> None:
        """Give and take: {"member": {"create_tasks": False}}; None gives back the default. See rights.changed."""
        held = Project.objects.select_for_update(no_key=True).get(pk=self.pk)
        self.rights = rights.changed(held.rights, changes)
        if not (told := rights.difference(held.rights, self.rights)):
            return
        self.done_by(by).save(update_fields=["rights", "updated_at"])
        self._withdraw_invitations(by=by)
        self.audit("rights.changed", by=by, changes=told)

    def reset_rights(self, *, by: Any) -> None:
        """Everything as it was on the first day."""
        everything = {role: dict.fromkeys(names) for role, names in rights.ADJUSTABLE.items()}
        self.change_rights(everything, by=by)

    def _lock(self) -> None:
        """Whether it is archived as that stands now, and stays until the commit. Http404 when it is gone."""
        held = Project.objects.select_for_update(no_key=True).filter(pk=self.pk).first()
        if held is None:
            raise Http404
        self.archived_at = held.archived_at

    def _withdraw_invitations(self, *, by: Any) -> None:
        """Whoever may no longer invite leaves no link behind that still does."""
        roles = [role for role in Role if not rights.has(role, "manage_invitations", self.rights)]
        people = self.memberships.filter(role__in=roles).values("user")
        self.invitations.open().filter(created_by__in=people).withdraw(self, by=by)

    def audit(
        self,
        kind: str,
        *,
        by: Any,
        about: Any = None,
        only_for: Collection[int] | None = None,
        **details: Any,
    ) -> None:
        """Note, in the caller's transaction, what somebody may have to answer for. Kinds: projects/auditing.py.

        `about`: the person concerned. `only_for`: the ids of those who may read of it, where it happened in private.
        """
        private = None if only_for is None else list(only_for)
        self.audit_entries.create(kind=kind, by=by, about=about, only_for=private, details=details)

    def audit_all(self, kind: str, several: Iterable[dict[str, Any]], *, by: Any) -> None:
        """The same for several at once, by their details."""
        entries = self.audit_entries
        entries.bulk_create([entries.model(project=self, kind=kind, by=by, details=each) for each in several])

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding and kwargs.get("update_fields") is None:
            # Numbers are given out in the database; an instance read earlier would take some of them back.
            kept = [f.name for f in self._meta.concrete_fields if f.name not in ("id", "last_task_number")]
            kwargs["update_fields"] = kept
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the project with all that is in it, its log included; open pages are told past the log."""
        gone = self.pk
        with transaction.atomic(), live.quiet(gone):
            done = models.Model.delete(self, *args, **kwargs)
            transaction.on_commit(lambda: push.project_gone(gone), robust=True)
            transaction.on_commit(
                lambda: logger.info("project deleted", extra={"fields": {"project": gone}}), robust=True
            )
        return done

    def record(
        self,
        name: str,
        data: dict[str, Any],
        *,
        by: int | None = None,
        audience: int | None = None,
        object_id: int | None = None,
        forget: bool = False,
        commit: bool = False,
    ) -> int:
        """Write one event into the log and push it after the commit; its number in the log.

        One statement takes the number and writes the row; with `commit` it ends the transaction on the same trip to
        the database. So the lock on the counter, which makes the order of numbers the order of commits, waits for no
        Python. `forget` clears what the log said of the object before.
        """
        at = timezone.now()
        tail = encode_tail(name, data, by=by, at=at)
        if forget:
            self.events.forget(name, object_id, tail=tail)
        with connection.cursor() as cursor:
            # Django's own commit then finds nothing left to do, and calls what waits for it.
            cursor.execute(
                (RECORD if audience is None else RECORD_FOR) + ("; COMMIT" if commit else ""),
                {"project": self.pk, "name": name, "object_id": object_id, "audience": audience, "by": by, "at": at,
                 "tail": tail, "turn": int(name.startswith(TURNS))},
            )  # fmt: skip
            cursor.nextset()
            if (row := cursor.fetchone()) is None:
                raise Http404  # the project was deleted
            (sequence,) = row
        self._push_later(sequence, name, audience, tail)
        return sequence

    def record_together(self, said: list[tuple[str, int, dict[str, Any]]], *, by: int | None = None) -> None:
        """Write several events (name, id, data) that everyone may hear, in this order and in one statement."""
        if not said:
            return
        at = timezone.now()
        tails = [encode_tail(name, data, by=by, at=at) for name, _, data in said]
        with connection.cursor() as cursor:
            cursor.execute(
                RECORD_TOGETHER,
                {"project": self.pk, "count": len(said), "names": [name for name, _, _ in said],
                 "ids": [pk for _, pk, _ in said], "by": by, "at": at, "tails": tails},
            )  # fmt: skip
            cursor.nextset()
            first = min(sequence for (sequence,) in cursor.fetchall())
        for sequence, (line, tail) in enumerate(zip(said, tails, strict=True), start=first):
            self._push_later(sequence, line[0], None, tail)

    def hear_anew(self, *, by: Any) -> None:
        """From now on people hear of other things than before: all of them load afresh, and count anew."""
        with transaction.atomic():
            self.record("project.reset", {}, by=by.pk)
            Counter.objects.filter(project=self).update(turns=F("turns") + 1)

    def _push_later(self, sequence: int, name: str, audience: int | None, tail: str) -> None:
        project_id = self.pk
        transaction.on_commit(
            # No partial: Django's handler of its failure asks for a name that a partial does not have.
            lambda: push.event(project_id, sequence=sequence, name=name, audience=audience, tail=tail),
            robust=True,
        )

    @contextmanager
    def quietly(self, *, by: Any = None) -> Iterator[None]:
        """Write many rows without an event each; every open page loads afresh at the end."""
        with transaction.atomic():
            with live.quiet(self.pk):
                yield
            self.record("project.reset", {}, by=by.pk if by else None)

    def next_task_number(self) -> int:
        """The next number for a reference (`WEB-12`); the project's row stays locked until the commit.

        Http404 when the project was deleted.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE projects_project SET last_task_number = last_task_number + 1 WHERE id = %s"
                " RETURNING last_task_number",
                [self.pk],
            )
            if (row := cursor.fetchone()) is None:
                raise Http404
            return row[0]


class Counter(models.Model):
    """The head of a project's log, in a narrow row of its own: its lock holds up nothing else."""

    project = models.OneToOneField(Project, models.CASCADE, primary_key=True, related_name="counter")
    sequence = models.BigIntegerField(default=0)
    turns = models.BigIntegerField(
        default=0, db_default=0, help_text="how often everyone began to hear more, or less"
    )
    epoch = models.UUIDField(
        default=uuid.uuid4, help_text="another one after a restore: pages then load afresh"
    )

    def __str__(self) -> str:
        return str(self.sequence)
