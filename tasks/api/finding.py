"""How the routes of the board find what a request names."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from projects import access
from projects.schemas import Page, page
from tasks.models import Task


def find_task(request: HttpRequest, task_id: int, *, to: str) -> Task:
    """With its column. Http404 for what the person may not see, PermissionDenied for what they may not do."""
    return access.find(request.user, _with_column, task_id, to=to)


def _with_column(user: int) -> QuerySet[Task]:
    return Task.objects.select_related("column")


def named(rows: QuerySet, pk: int | None, field: str) -> Any:
    """The row that a body or query names, or a ValidationError on the field that names it."""
    return None if pk is None else first_of(rows.filter(pk=pk), field)


def first_of(rows: Any, field: str) -> Any:
    for row in rows:
        return row
    raise ValidationError({field: [_("There is nothing with this id in this project.")]})


def newest_page(rows: QuerySet, query: Page) -> dict[str, Any]:
    """The newest page first; within a page the oldest row stands first."""
    found = rows.order_by("-id")
    if query.before:
        found = found.filter(pk__lt=query.before)
    newest = page(found[: query.limit + 1].rows(), query.limit)
    return {**newest, "items": newest["items"][::-1]}
