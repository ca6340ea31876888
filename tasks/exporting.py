"""The tasks of a project as a file, archived ones included; ids stand there as the names that people know."""

from typing import Any

from django.http import StreamingHttpResponse

from accounts.models import User
from projects import exporting
from projects.models import Project

AS_THEY_ARE = (
    "ref", "title", "description", "priority", "due_at", "completed_at", "archived_at", "created_at", "updated_at"
)  # fmt: skip
COLUMNS = (
    "ref", "title", "description", "column", "assignees", "labels", "priority", "due_at", "completed_at", "archived_at",
    "blocked_by", "comments", "files", "checked", "to_check", "created_by", "created_at", "updated_at",
)  # fmt: skip


def export(project: Project, kind: str, *, by: Any) -> StreamingHttpResponse:
    """`kind`: "csv" or "json"."""
    names = Names(project)
    tasks = exporting.in_pages(lambda last: _page(project, last), lambda row: row["id"])
    return exporting.download(
        project, "tasks", kind, map(names.spelled, tasks), columns=COLUMNS, cells=_cells, row=dict, by=by
    )


class Names:
    """What the ids of a project's tasks stand for, read once for all of them."""

    def __init__(self, project: Project) -> None:
        self._columns = dict(project.columns.values_list("pk", "name"))
        self._labels = dict(project.labels.values_list("pk", "name"))
        here = User.objects.filter(memberships__project=project)
        left = User.objects.filter(pk__in=project.former_members.values("user"))
        self._people = dict(here.union(left).values_list("pk", "handle"))
        self._refs = {
            pk: f"{project.key}-{n}" for pk, n in project.tasks.active().values_list("pk", "number")
        }

    def spelled(self, row: dict[str, Any]) -> dict[str, Any]:
        """A row as it stands on the wire, for a reader who knows no ids."""
        checklist = row["checklist"] or {"done": 0, "total": 0}
        spelled = {name: row[name] for name in AS_THEY_ARE} | {
            "column": self._columns.get(row["column"], ""),
            "assignees": [self._person(pk) for pk in row["assignees"]],
            "labels": [self._labels[pk] for pk in row["labels"] if pk in self._labels],
            "blocked_by": [self._refs[pk] for pk in row["blocked_by"] if pk in self._refs],
            "comments": row["comment_count"],
            "files": row["attachment_count"],
            "checked": checklist["done"],
            "to_check": checklist["total"],
            "created_by": self._person(row["created_by"]),
        }
        return {name: spelled[name] for name in COLUMNS}

    def _person(self, pk: int | None) -> str:
        """The handle, without the @ that a spreadsheet would take for a formula."""
        return self._people.get(pk, "")


def _page(project: Project, last: int) -> list[dict[str, Any]]:
    return project.tasks.active().filter(pk__gt=last).order_by("pk")[: exporting.TOGETHER].rows()


def _cells(row: dict[str, Any]) -> list[Any]:
    return [_cell(value) for value in row.values()]


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return "; ".join(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return "" if value is None else value
