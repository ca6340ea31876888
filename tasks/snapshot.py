"""The board's part of the snapshot: a constant number of queries, rows and no instances."""

from typing import Any

from projects.kept import KeptRows
from projects.snapshot import section
from tasks.models import Column, Label, Task, View


@section("columns")
def columns(project: Any, user: Any) -> list[dict[str, Any]]:
    return Column.objects.filter(project=project).order_by("position").rows()


@section("labels")
def labels(project: Any, user: Any) -> list[dict[str, Any]]:
    return Label.objects.filter(project=project).order_by("name", "id").rows()


def _board(project: Any) -> list[dict[str, Any]]:
    return Task.objects.filter(project=project).on_board().order_by("column", "position").rows()


_kept = KeptRows(
    Task.noun, _board, order=("column", "position"), shows=lambda row: row.get("archived_at") is None
)


@section("tasks")
def tasks(project: Any, user: Any) -> Any:
    """Every task that is neither deleted nor archived, in the order of the board; all the same for everyone."""
    return _kept.of(project)


@section("views")
def views(project: Any, user: Any) -> list[dict[str, Any]]:
    """Those that are shared, and one's own."""
    return View.objects.filter(project=project).seen_by(user).order_by("name", "id").rows()
