"""The audit log of a project as a file: CSV for a spreadsheet, JSON for a program. Oldest entry first."""

import csv
from collections.abc import Iterator
from typing import Any

from django.http import StreamingHttpResponse

from projects import wire
from projects.models import AuditEntry, Project

COLUMNS = ("id", "at", "kind", "by", "about", "words", "details")
TOGETHER = 500  # entries read at once
# What a spreadsheet takes for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def export(project: Project, kind: str, *, by: Any) -> StreamingHttpResponse:
    """A file of all that `by` may see of it; `kind`: "csv" or "json". That they took it stands in the log then."""
    newest = project.audit_entries.order_by("-id").values_list("id", flat=True).first() or 0
    project.audit("project.exported", by=by, what="audit", format=kind)
    entries = _entries(project, by, newest)
    content, media_type = {"csv": (as_csv, "text/csv"), "json": (as_json, "application/json")}[kind]
    response = StreamingHttpResponse(content(entries), content_type=f"{media_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{project.key}-audit.{kind}"'
    return response


def as_csv(entries: Iterator[AuditEntry]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(COLUMNS)  # the mark by which spreadsheets know UTF-8
    for entry in entries:
        handles = (f"@{person.handle}" if person else "" for person in (entry.by, entry.about))
        details = wire.text(entry.details) if entry.details else ""
        cells = (entry.pk, entry.at.isoformat(), entry.kind, *handles, entry.words, details)
        yield writer.writerow([plain(str(cell)) for cell in cells])


def as_json(entries: Iterator[AuditEntry]) -> Iterator[str]:
    yield "["
    for number, entry in enumerate(entries):
        yield f"{',' if number else ''}\n{wire.text(entry.row())}"
    yield "\n]\n"


def plain(cell: str) -> str:
    """Never a formula, whatever somebody called a task: a spreadsheet shows the apostrophe to nobody."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) or cell.startswith(FORMULA) else cell


def _entries(project: Project, user: Any, newest: int) -> Iterator[AuditEntry]:
    seen = AuditEntry.objects.visible_to(user).filter(project=project, pk__lte=newest)
    last = 0
    while some := list(seen.filter(pk__gt=last).select_related("by", "about").order_by("id")[:TOGETHER]):
        yield from some
        last = some[-1].pk


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, line: str) -> str:
        return line
