"""Where among its neighbours something goes, and changes that take many tasks at once."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Max, Min, QuerySet
from django.utils import timezone

from projects.live import announce
from projects.positions import between

# Beyond this one reload of every page costs less than an event a task.
MOST_EVENTS = 100


def place(among: QuerySet, *, before: Any = None, after: Any = None, moving: Any = None) -> str:
    """The rank beside `after`, else beside `before`, else at the end of `among`.

    A neighbour that is not (or no longer) among them counts for nothing. What is `moving`, one of them, keeps its rank
    when that is right already. The caller holds the lock under which ranks of `among` are chosen.
    """
    others = among.exclude(pk=moving.pk) if moving else among
    low, high = gap(others, before=before, after=after)
    return moving.position if moving and fits(moving.position, low, high) else between(low, high)


def gap(
    among: QuerySet, *, beside: QuerySet | None = None, before: Any = None, after: Any = None
) -> tuple[str | None, str | None]:
    """The ranks of `among` behind `after`, else above `before`, else at the end.

    A neighbour that is not (or no longer) in `beside`, if that is less than `among`, counts for nothing.
    """
    wanted = [each.pk for each in (before, after) if each is not None]
    beside = among if beside is None else beside
    anchors = dict(beside.filter(pk__in=wanted).values_list("pk", "position")) if wanted else {}
    if after is not None and after.pk in anchors:
        low = anchors[after.pk]
        return low, among.filter(position__gt=low).aggregate(first=Min("position"))["first"]
    if before is not None and before.pk in anchors:
        high = anchors[before.pk]
        return among.filter(position__lt=high).aggregate(last=Max("position"))["last"], high
    return among.aggregate(last=Max("position"))["last"], None


def fits(rank: str, low: str | None, high: str | None) -> bool:
    return (low is None or low < rank) and (high is None or rank < high)


def save_together(project: Any, tasks: list, fields: Iterable[str], *, by: Any) -> None:
    """Save the same fields of several tasks: each with its event, or with one reload for all when they are many."""
    fields = [*fields, "updated_by", "updated_at"]
    if len(tasks) <= MOST_EVENTS:
        for task in tasks:
            task.updated_by = by
            task.done_by(by).save(update_fields=fields)
        return
    for task in tasks:
        task.updated_by, task.updated_at = by, timezone.now()
    with project.quietly(by=by):
        type(tasks[0]).objects.bulk_update(tasks, fields, batch_size=500)


def announce_together(project: Any, tasks: list, *, by: int | None) -> None:
    """Say that the rows of several tasks changed, though none of their own columns did."""
    if len(tasks) > MOST_EVENTS:
        project.record("project.reset", {}, by=by)
        return
    for task in tasks:
        task.by = by
        announce(task)


def write_together(rows: list, fields: Iterable[str]) -> None:
    """Write the same fields of several rows of one model in one statement, however many. Says no word of it."""
    if not rows:
        return
    meta = rows[0]._meta
    columns = [meta.pk, *(meta.get_field(name) for name in fields)]
    quoted = [connection.ops.quote_name(field.column) for field in columns]
    arrays = ", ".join(
        f"%s::{field.rel_db_type(connection) if field.primary_key else field.db_type(connection)}[]"
        for field in columns
    )
    values = [
        [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows] for field in columns
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {connection.ops.quote_name(meta.db_table)} AS old"
            f" SET {', '.join(f'{name} = new.{name}' for name in quoted[1:])}"
            f" FROM unnest({arrays}) AS new({', '.join(quoted)}) WHERE old.{quoted[0]} = new.{quoted[0]}",
            values,
        )
