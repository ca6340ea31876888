"""Who watches a task."""

from django.http import HttpRequest
from ninja import Router

from projects.schemas import PathId
from tasks.api.finding import find_task
from tasks.schemas import TaskOut

router = Router(tags=["tasks"])


@router.post("/tasks/{task_id}/watch", response=TaskOut)
def watch_task(request: HttpRequest, task_id: PathId):
    task = find_task(request, task_id, to="comment")
    task.watch(True, by=request.user)
    return task.latest_row()


@router.post("/tasks/{task_id}/unwatch", response=TaskOut)
def unwatch_task(request: HttpRequest, task_id: PathId):
    task = find_task(request, task_id, to="comment")
    task.watch(False, by=request.user)
    return task.latest_row()
