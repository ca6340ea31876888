"""Data of a project as a file: CSV for a spreadsheet, JSON for a program. Streamed, oldest first."""

import csv
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from django.http import StreamingHttpResponse

from projects import wire
from projects.models import Project

TOGETHER = 500  # rows read at once
# What a spreadsheet takes for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

R = TypeVar("R")


def download(
    project: Project,
    what: str,
    kind: str,
    rows: Iterable[R],
    *,
    columns: Iterable[str],
    cells: Callable[[R], Iterable[Any]],
    row: Callable[[R], dict[str, Any]],
    by: Any,
) -> StreamingHttpResponse:
    """The file; that `by` took it stands in the audit log from now on.

    `what`: "audit" or "tasks"; `kind`: "csv", of which each line has the `cells` of a row, or "json", of `row` each.
    """
    project.audit("project.exported", by=by, what=what, format=kind)
    content = as_csv(columns, map(cells, rows)) if kind == "csv" else as_json(map(row, rows))
    media_type = {"csv": "text/csv", "json": "application/json"}[kind]
    response = StreamingHttpResponse(content, content_type=f"{media_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{project.key}-{what}.{kind}"'
    return response


def in_pages(read: Callable[[int], list[R]], key: Callable[[R], int]) -> Iterator[R]:
    """All rows, by `read(id of the last one so far)`, until it finds none."""
    last = 0
    while some := read(last):
        yield from some
        last = key(some[-1])


def as_csv(columns: Iterable[str], lines: Iterable[Iterable[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(columns)  # the mark by which spreadsheets know UTF-8
    for cells in lines:
        yield writer.writerow([plain(str(cell)) for cell in cells])


def as_json(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    yield "["
    for number, row in enumerate(rows):
        yield f"{',' if number else ''}\n{wire.text(row)}"
    yield "\n]\n"


def plain(cell: str) -> str:
    """Never a formula, whatever somebody called a task: a spreadsheet shows the apostrophe to nobody."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) or cell.startswith(FORMULA) else cell


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, line: str) -> str:
        return line
