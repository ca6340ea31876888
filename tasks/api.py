"""The board over HTTP: tasks, columns, labels, comments."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from accounts.prepared import Prepared
from projects import access
from projects.models import Project
from projects.schemas import ExportIn, Page, PathId, page
from tasks import exporting
from tasks.bulk import acting, undoing
from tasks.models import Attachment, Batch, Column, Comment, Label, Task, View
from tasks.schemas import (
    AttachmentIn,
    AttachmentOut,
    AttachmentsOut,
    BulkIn,
    BulkOut,
    ColumnIn,
    ColumnMoveIn,
    ColumnOut,
    ColumnPatch,
    ColumnRemoval,
    ColumnsOut,
    CommentIn,
    CommentOut,
    CommentPatch,
    CommentsOut,
    LabelIn,
    LabelOut,
    LabelPatch,
    LabelsOut,
    MoveIn,
    TaskFilter,
    TaskIn,
    TaskOut,
    TaskPatch,
    TasksOut,
    UndoneOut,
    ViewIn,
    ViewOut,
    ViewPatch,
    ViewsOut,
)

router = Router(tags=["tasks"])


def _named(rows: Any, pk: int | None, field: str) -> Any:
    """The row that a body or query names, or a ValidationError on the field that names it."""
    if pk is None:
        return None
    return _found(rows.filter(pk=pk), field)


def _found(rows: Any, field: str) -> Any:
    for row in rows:
        return row
    raise ValidationError({field: [_("There is nothing with this id in this project.")]})


# Tasks ----------------------------------------------------------------------------------------------------


def _task(request: HttpRequest, task_id: int, *, to: str) -> Task:
    return access.find(request.user, _with_column, task_id, to=to)


def _neighbour(task: Task, pk: int | None, field: str) -> Task | None:
    return None if pk is None else _found(_tasks_of(project=task.project_id, pk=pk), field)


_tasks_of = Prepared(lambda **which: Task.everything.filter(**which).only("pk", "deleted_at"))


def _with_column(user: int) -> QuerySet[Task]:
    return Task.objects.select_related("column")


@router.get("/projects/{project_id}/tasks", response=TasksOut)
def tasks(request: HttpRequest, project_id: PathId, query: Query[TaskFilter]):
    project = access.project(request.user, project_id)
    found = project.tasks.active().order_by("-id")
    if query.number is not None:
        found = found.filter(number=query.number)
    else:
        found = found.archived() if query.archived else found.on_board()
    if column := _named(project.columns, query.column, "column"):
        found = found.in_column(column)
    if query.assignee is not None:
        found = found.assigned_to(query.assignee)
    if query.open is not None:
        found = found.open() if query.open else found.completed()
    if query.before:
        found = found.filter(pk__lt=query.before)
    return page(found[: query.limit + 1].rows(), query.limit)


@router.post("/projects/{project_id}/tasks", response={200: TaskOut, 201: TaskOut})
def add_task(request: HttpRequest, project_id: PathId, payload: TaskIn):
    """200 with the first one's result when the `client_id` was used by the same person before."""
    project = access.project(request.user, project_id, to="create_tasks")
    if task := Task.objects.known(project, request.user, payload.client_id):
        return Status(200, task.row())
    task, new = Task.objects.add_to(project, by=request.user, **payload.dict())
    return Status(201 if new else 200, task.latest_row())


@router.post("/projects/{project_id}/tasks/export", response={200: Any})
def export_tasks(request: HttpRequest, project_id: PathId, payload: ExportIn):
    """A file of all tasks, archived ones included; and an entry of the audit log."""
    project = access.project(request.user, project_id, to="export")
    return exporting.export(project, payload.format, by=request.user)


@router.get("/tasks/{task_id}", response=TaskOut)
def task(request: HttpRequest, task_id: PathId):
    return _task(request, task_id, to="see").row()


@router.patch("/tasks/{task_id}", response=TaskOut)
def change_task(request: HttpRequest, task_id: PathId, payload: TaskPatch):
    task = _task(request, task_id, to="edit_tasks")
    task.change(by=request.user, **payload.dict(exclude_unset=True))
    return task.latest_row()


@router.delete("/tasks/{task_id}", response={204: None})
def discard_task(request: HttpRequest, task_id: PathId):
    """Can be undone: POST /tasks/{id}/restore."""
    _task(request, task_id, to="delete_tasks").discard(by=request.user)
    return Status(204, None)


@router.post("/tasks/{task_id}/restore", response=TaskOut)
def restore_task(request: HttpRequest, task_id: PathId):
    task = access.find(request.user, Task.everything.all(), task_id, to="delete_tasks")
    task.restore(by=request.user)
    return task.latest_row()


@router.post("/tasks/{task_id}/archive", response=TaskOut)
def archive_task(request: HttpRequest, task_id: PathId):
    """Off the board; it keeps its page, and comes back with /unarchive."""
    task = _task(request, task_id, to="move_tasks")
    task.archive(by=request.user)
    return task.latest_row()


@router.post("/tasks/{task_id}/unarchive", response=TaskOut)
def unarchive_task(request: HttpRequest, task_id: PathId):
    """Where it stood. 409 when its column has a limit that refuses."""
    task = _task(request, task_id, to="move_tasks")
    task.unarchive(by=request.user)
    return task.latest_row()


@router.post("/tasks/{task_id}/move", response=TaskOut)
def move_task(request: HttpRequest, task_id: PathId, payload: MoveIn):
    task = _task(request, task_id, to="move_tasks")
    before = _neighbour(task, payload.before, "before")
    after = _neighbour(task, payload.after, "after")
    task.move_to(payload.column, before=before, after=after, by=request.user)
    return task.latest_row()


@router.post("/tasks/{task_id}/complete", response=TaskOut)
def complete_task(request: HttpRequest, task_id: PathId):
    task = _task(request, task_id, to="move_tasks")
    task.complete(by=request.user)
    return task.latest_row()


@router.post("/tasks/{task_id}/reopen", response=TaskOut)
def reopen_task(request: HttpRequest, task_id: PathId):
    task = _task(request, task_id, to="move_tasks")
    task.reopen(by=request.user)
    return task.latest_row()


# Several tasks at once --------------------------------------------------------------------------------------


@router.post("/projects/{project_id}/tasks/bulk", response=BulkOut)
def change_tasks(request: HttpRequest, project_id: PathId, payload: BulkIn):
    """All or nothing. What it did can be undone for a day: POST /batches/{undo}/undo."""
    project = access.project(request.user, project_id, to=acting.ACTIONS[payload.action].needs)
    values, also = payload.values(), payload.also
    acting.check(payload.action, values, also=also and (also.action, also.values()))
    if also:
        access.check(project, acting.ACTIONS[also.action].needs)
        values["also"] = (also.action, also.values())
    for name, rows in (("column", project.columns), ("before", project.tasks), ("after", project.tasks)):
        if name in values:
            values[name] = _named(rows, values[name], name)
    ids = list(dict.fromkeys(payload.tasks))
    batch = acting.act(project, ids, payload.action, client_id=payload.client_id, by=request.user, **values)
    return {"items": _rows(project, ids), "undo": batch.pk if batch.changes else None}


@router.post("/batches/{batch_id}/undo", response=UndoneOut)
def undo_batch(request: HttpRequest, batch_id: PathId):
    """What somebody changed since stays as it is; when that is all of it the answer is 409."""
    batch = access.find(request.user, Batch, batch_id)
    for action in batch.action.split():
        access.check(batch, acting.ACTIONS[action].needs)
    left = undoing.take_back(batch, by=request.user)
    return {
        "items": _rows(batch.project, batch.tasks),
        "left": left,
        "detail": undoing.words_for(left) if left else None,
    }


def _rows(project: Project, ids: list[int]) -> list[dict[str, Any]]:
    rows = {row["id"]: row for row in Task.objects.active().filter(project=project, pk__in=ids).rows()}
    return [rows[pk] for pk in ids if pk in rows]


# Attachments ----------------------------------------------------------------------------------------------


@router.get("/tasks/{task_id}/attachments", response=AttachmentsOut)
def attachments(request: HttpRequest, task_id: PathId):
    return {"items": _task(request, task_id, to="see").attachments.active().rows()}


@router.post("/tasks/{task_id}/attachments", response={200: AttachmentOut, 201: AttachmentOut})
def attach(request: HttpRequest, task_id: PathId, payload: AttachmentIn):
    """200 when it is there already."""
    task = _task(request, task_id, to="edit_tasks")
    attachment, new = Attachment.objects.add_to(task, payload.upload, by=request.user)
    return Status(201 if new else 200, attachment.row())


@router.delete("/attachments/{attachment_id}", response={204: None})
def take_off(request: HttpRequest, attachment_id: PathId):
    """Can be undone for a day: POST /attachments/{id}/restore."""
    access.find(request.user, Attachment, attachment_id, to="edit_tasks").discard(by=request.user)
    return Status(204, None)


@router.post("/attachments/{attachment_id}/restore", response=AttachmentOut)
def restore_attachment(request: HttpRequest, attachment_id: PathId):
    attachment = access.find(request.user, Attachment.everything.all(), attachment_id, to="edit_tasks")
    attachment.restore(by=request.user)
    return attachment.row()


# Columns --------------------------------------------------------------------------------------------------


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
    before = _named(column.project.columns, payload.before, "before")
    after = _named(column.project.columns, payload.after, "after")
    column.move_to(before=before, after=after, by=request.user)
    return column.row()


@router.delete("/columns/{column_id}", response={204: None})
def remove_column(request: HttpRequest, column_id: PathId, query: Query[ColumnRemoval]):
    """A column with tasks needs `move_to`, the column that they go to; without it the answer is 409."""
    column = _column(request, column_id)
    heir = _named(column.project.columns.exclude(pk=column.pk), query.move_to, "move_to")
    column.remove(move_to=heir, by=request.user)
    return Status(204, None)


# Labels ---------------------------------------------------------------------------------------------------


@router.get("/projects/{project_id}/labels", response=LabelsOut)
def labels(request: HttpRequest, project_id: PathId):
    return {"items": access.project(request.user, project_id).labels.order_by("name", "id").rows()}


@router.post("/projects/{project_id}/labels", response={201: LabelOut})
def add_label(request: HttpRequest, project_id: PathId, payload: LabelIn):
    project = access.project(request.user, project_id, to="manage_labels")
    return Status(201, Label.objects.add_to(project, by=request.user, **payload.dict()).row())


@router.patch("/labels/{label_id}", response=LabelOut)
def change_label(request: HttpRequest, label_id: PathId, payload: LabelPatch):
    label = access.find(request.user, Label, label_id, to="manage_labels")
    label.change(by=request.user, **payload.dict(exclude_unset=True))
    return label.row()


@router.delete("/labels/{label_id}", response={204: None})
def remove_label(request: HttpRequest, label_id: PathId):
    access.find(request.user, Label, label_id, to="manage_labels").remove(by=request.user)
    return Status(204, None)


# Comments -------------------------------------------------------------------------------------------------


@router.get("/tasks/{task_id}/comments", response=CommentsOut)
def comments(request: HttpRequest, task_id: PathId, query: Query[Page]):
    """The newest page first; within a page the oldest comment stands first."""
    found = _task(request, task_id, to="see").comments.order_by("-id")
    if query.before:
        found = found.filter(pk__lt=query.before)
    newest = page(found[: query.limit + 1].rows(), query.limit)
    return {**newest, "items": newest["items"][::-1]}


@router.post("/tasks/{task_id}/comments", response={200: CommentOut, 201: CommentOut})
def add_comment(request: HttpRequest, task_id: PathId, payload: CommentIn):
    task = _task(request, task_id, to="comment")
    comment, new = Comment.objects.add_to(task, by=request.user, **payload.dict())
    return Status(201 if new else 200, comment.row())


@router.patch("/comments/{comment_id}", response=CommentOut)
def edit_comment(request: HttpRequest, comment_id: PathId, payload: CommentPatch):
    comment = access.find(request.user, Comment, comment_id, to="comment")
    if comment.author_id != request.user.pk:
        raise PermissionDenied(_("Only its author can edit a comment."))
    comment.edit(payload.body, by=request.user)
    return comment.row()


@router.delete("/comments/{comment_id}", response={204: None})
def remove_comment(request: HttpRequest, comment_id: PathId):
    comment = access.find(request.user, Comment, comment_id, to="comment")
    if comment.author_id != request.user.pk and not access.may(
        comment.my_role, "delete_messages", comment.project
    ):
        raise PermissionDenied(_("Only its author or an admin can delete a comment."))
    comment.remove(by=request.user)
    return Status(204, None)


# Views ----------------------------------------------------------------------------------------------------


def _view(request: HttpRequest, view_id: int) -> View:
    """A view that the person may change: their own, and as an admin whatever is shared."""
    view = access.find(request.user, View, view_id, to="save_views")
    if view.owner_id != request.user.pk and not access.may(view.my_role, "manage_columns", view.project):
        raise PermissionDenied(_("Only whoever made a view, or an admin, can change it."))
    return view


@router.get("/projects/{project_id}/views", response=ViewsOut)
def views(request: HttpRequest, project_id: PathId):
    """Those that are shared, and one's own."""
    project = access.project(request.user, project_id)
    return {"items": project.views.seen_by(request.user).order_by("name", "id").rows()}


@router.post("/projects/{project_id}/views", response={201: ViewOut})
def add_view(request: HttpRequest, project_id: PathId, payload: ViewIn):
    project = access.project(request.user, project_id, to="save_views")
    if payload.shared:
        access.check(project, "share_views")
    details = payload.dict() | {"query": payload.query.dict(exclude_defaults=True)}
    return Status(201, View.objects.add_to(project, by=request.user, **details).row())


@router.patch("/views/{view_id}", response=ViewOut)
def change_view(request: HttpRequest, view_id: PathId, payload: ViewPatch):
    view = _view(request, view_id)
    values = payload.dict(exclude_unset=True)
    if values.get("shared"):
        access.check(view, "share_views")
    if "query" in values:
        values["query"] = payload.query.dict(exclude_defaults=True)
    view.change(by=request.user, **values)
    return view.row()


@router.delete("/views/{view_id}", response={204: None})
def remove_view(request: HttpRequest, view_id: PathId):
    _view(request, view_id).remove(by=request.user)
    return Status(204, None)
