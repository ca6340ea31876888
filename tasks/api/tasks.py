"""Tasks over HTTP."""

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Status

from accounts.prepared import Prepared
from projects import access
from projects.schemas import ExportIn, PathId, page
from tasks import exporting
from tasks.api.finding import find_task, first_of, named
from tasks.models import Task
from tasks.schemas import MoveIn, TaskFilter, TaskIn, TaskOut, TaskPatch, TasksOut

router = Router(tags=["tasks"])


def _neighbour(task: Task, pk: int | None, field: str) -> Task | None:
    return None if pk is None else first_of(_tasks_of(project=task.project_id, pk=pk), field)


_tasks_of = Prepared(lambda **which: Task.everything.filter(**which).only("pk", "deleted_at"))


@router.get("/projects/{project_id}/tasks", response=TasksOut)
def tasks(request: HttpRequest, project_id: PathId, query: Query[TaskFilter]):
    project = access.project(request.user, project_id)
    found = project.tasks.active().order_by("-id")
    if query.number is not None:
        found = found.filter(number=query.number)
    else:
        found = found.archived() if query.archived else found.on_board()
    if column := named(project.columns, query.column, "column"):
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
    return find_task(request, task_id, to="see").row()


@router.patch("/tasks/{task_id}", response=TaskOut)
def change_task(request: HttpRequest, task_id: PathId, payload: TaskPatch):
    task = find_task(request, task_id, to="edit_tasks")
    task.change(by=request.user, **payload.dict(exclude_unset=True))
    return task.latest_row()


@router.delete("/tasks/{task_id}", response={204: None})
def discard_task(request: HttpRequest, task_id: PathId):
    """Can be undone: POST /tasks/{id}/restore."""
    find_task(request, task_id, to="delete_tasks").discard(by=request.user)
    return Status(204, None)


@router.post("/tasks/{task_id}/restore", response=TaskOut)
def restore_task(request: HttpRequest, task_id: PathId):
    task = access.find(request.user, Task.everything.all(), task_id, to="delete_tasks")
    task.restore(by=request.user)
    return task.latest_row()


@router.post("/tasks/{task_id}/archive", response=TaskOut)
def archive_task(request: HttpRequest, task_id: PathId):
    """Off the board; it keeps its page, and comes back with /unarchive."""
    task = find_task(request, task_id, to="move_tasks")
    task.archive(by=request.user)
    return task.latest_row()


@router.post("/tasks/{task_id}/unarchive", response=TaskOut)
def unarchive_task(request: HttpRequest, task_id: PathId):
    """Where it stood. 409 when its column has a limit that refuses."""
    task = find_task(request, task_id, to="move_tasks")
    task.unarchive(by=request.user)
    return task.latest_row()


@router.post("/tasks/{task_id}/move", response=TaskOut)
def move_task(request: HttpRequest, task_id: PathId, payload: MoveIn):
    task = find_task(request, task_id, to="move_tasks")
    before = _neighbour(task, payload.before, "before")
    after = _neighbour(task, payload.after, "after")
    task.move_to(payload.column, before=before, after=after, by=request.user)
    return task.latest_row()


@router.post("/tasks/{task_id}/complete", response=TaskOut)
def complete_task(request: HttpRequest, task_id: PathId):
    task = find_task(request, task_id, to="move_tasks")
    task.complete(by=request.user)
    return task.latest_row()


@router.post("/tasks/{task_id}/reopen", response=TaskOut)
def reopen_task(request: HttpRequest, task_id: PathId):
    task = find_task(request, task_id, to="move_tasks")
    task.reopen(by=request.user)
    return task.latest_row()
