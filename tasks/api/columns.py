"""The columns of the board."""

from django.http import HttpRequest
from ninja import Query, Router, Status

from projects import access
from projects.schemas import PathId
from tasks.api.finding import named
from tasks.models import Column
from tasks.schemas import ColumnIn, ColumnMoveIn, ColumnOut, ColumnPatch, ColumnRemoval, ColumnsOut

router = Router(tags=["tasks"])


def _column(request: HttpRequest, column_id: int) -> Column:
    return access.find(request.user, Column, column_id, to="manage_columns")


@router.get("/projects/{project_id}/columns", response=ColumnsOut)
def columns(request: HttpRequest, project_id: PathId):
    return {"items": access.project(request.user, project_id).columns.order_by("position").rows()}


@router.post("/projects/{project_id}/columns", response={201: ColumnOut})
def add_column(request: HttpRequest, project_id: PathId, payload: ColumnIn):
    project = access.project(request.user, project_id, to="manage_columns")
    return Status(201, Column.objects.add_to(project, by=request.user, **payload.dict()).row())


@router.patch("/columns/{column_id}", response=ColumnOut)
def change_column(request: HttpRequest, column_id: PathId, payload: ColumnPatch):
    column = _column(request, column_id)
    column.change(by=request.user, **payload.dict(exclude_unset=True))
    return column.row()


@router.post("/columns/{column_id}/move", response=ColumnOut)
def move_column(request: HttpRequest, column_id: PathId, payload: ColumnMoveIn):
    column = _column(request, column_id)
    before = named(column.project.columns, payload.before, "before")
    after = named(column.project.columns, payload.after, "after")
    column.move_to(before=before, after=after, by=request.user)
    return column.row()


@router.delete("/columns/{column_id}", response={204: None})
def remove_column(request: HttpRequest, column_id: PathId, query: Query[ColumnRemoval]):
    """A column with tasks needs `move_to`, the column that they go to; without it the answer is 409."""
    column = _column(request, column_id)
    heir = named(column.project.columns.exclude(pk=column.pk), query.move_to, "move_to")
    column.remove(move_to=heir, by=request.user)
    return Status(204, None)
