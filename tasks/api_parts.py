"""The parts of a task over HTTP: checklist, dependencies, watchers, activity."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from projects import access
from projects.schemas import PathId, page
from tasks.api import _named, _task
from tasks.models import ChecklistItem, Dependency, Task
from tasks.schemas import (
    ActivitiesOut,
    ActivityPage,
    ChecklistItemIn,
    ChecklistItemMove,
    ChecklistItemOut,
    ChecklistItemPatch,
    ChecklistOut,
    DependenciesOut,
    DependencyIn,
    TaskOut,
)

router = Router(tags=["tasks"])


# Checklist ------------------------------------------------------------------------------------------------


def _item(request: HttpRequest, item_id: int) -> ChecklistItem:
    return access.find(request.user, ChecklistItem.objects.select_related("task"), item_id, to="edit_tasks")


def _neighbours(task: Task, payload: Any) -> dict[str, Any]:
    items = task.checklist.all()
    return {name: _named(items, getattr(payload, name), name) for name in ("before", "after")}


@router.get("/tasks/{task_id}/checklist", response=ChecklistOut)
def checklist(request: HttpRequest, task_id: PathId):
    task = _task(request, task_id, to="see")
    return {"items": task.checklist.active().order_by("position").rows()}


@router.post("/tasks/{task_id}/checklist", response={200: ChecklistItemOut, 201: ChecklistItemOut})
def add_checklist_item(request: HttpRequest, task_id: PathId, payload: ChecklistItemIn):
    """200 with the first one's result when the `client_id` was used by the same person before."""
    task = _task(request, task_id, to="edit_tasks")
    details = payload.dict() | _neighbours(task, payload)
    item, new = ChecklistItem.objects.add_to(task, by=request.user, **details)
    return Status(201 if new else 200, item.row())


@router.patch("/checklist_items/{checklist_item_id}", response=ChecklistItemOut)
def change_checklist_item(request: HttpRequest, checklist_item_id: PathId, payload: ChecklistItemPatch):
    item = _item(request, checklist_item_id)
    item.change(by=request.user, **payload.dict(exclude_unset=True))
    return item.row()


@router.post("/checklist_items/{checklist_item_id}/move", response=ChecklistItemOut)
def move_checklist_item(request: HttpRequest, checklist_item_id: PathId, payload: ChecklistItemMove):
    item = _item(request, checklist_item_id)
    item.move_to(by=request.user, **_neighbours(item.task, payload))
    return item.row()


@router.post("/checklist_items/{checklist_item_id}/convert", response={201: TaskOut})
def convert_checklist_item(request: HttpRequest, checklist_item_id: PathId):
    """The item becomes a task of its own, and leaves the checklist."""
    item = _item(request, checklist_item_id)
    access.check(item, "create_tasks")
    return Status(201, item.convert(by=request.user).latest_row())


@router.delete("/checklist_items/{checklist_item_id}", response={204: None})
def discard_checklist_item(request: HttpRequest, checklist_item_id: PathId):
    """Can be undone: POST /checklist_items/{id}/restore."""
    _item(request, checklist_item_id).discard(by=request.user)
    return Status(204, None)


@router.post("/checklist_items/{checklist_item_id}/restore", response=ChecklistItemOut)
def restore_checklist_item(request: HttpRequest, checklist_item_id: PathId):
    among = ChecklistItem.everything.filter(task__deleted_at=None)
    item = access.find(request.user, among, checklist_item_id, to="edit_tasks")
    item.restore(by=request.user)
    return item.row()


# Dependencies ---------------------------------------------------------------------------------------------


def _dependencies(task: Task) -> dict[str, list[int]]:
    """Those of deleted tasks are not among them: they come back with the task."""
    return {
        name: list(getattr(task, name).active().order_by("pk").values_list("pk", flat=True))
        for name in ("blocked_by", "blocks")
    }


@router.get("/tasks/{task_id}/dependencies", response=DependenciesOut)
def dependencies(request: HttpRequest, task_id: PathId):
    return _dependencies(_task(request, task_id, to="see"))


@router.post("/tasks/{task_id}/dependencies", response={200: DependenciesOut, 201: DependenciesOut})
def add_dependency(request: HttpRequest, task_id: PathId, payload: DependencyIn):
    """Say either `blocked_by` or `blocks`. 422 when the two would wait for each other, however indirectly."""
    task = _task(request, task_id, to="edit_tasks")
    named = payload.dict(exclude_unset=True)
    if len(named) != 1:
        words = _("Say either what it is blocked by or what it blocks.")
        raise ValidationError({"blocked_by": [words], "blocks": [words]})
    ((field, pk),) = named.items()
    other = _named(Task.objects.filter(project=task.project).active().select_related("project"), pk, field)
    both = (task, other) if field == "blocked_by" else (other, task)
    new = Dependency.objects.add_to(*both, field=field, by=request.user)
    return Status(201 if new else 200, _dependencies(task))


@router.delete("/tasks/{task_id}/dependencies/{other_task_id}", response={204: None})
def remove_dependency(request: HttpRequest, task_id: PathId, other_task_id: PathId):
    """Whichever of the two waits for the other: no more."""
    task = _task(request, task_id, to="edit_tasks")
    other = task.project.tasks.select_related("project").filter(pk=other_task_id).first()
    pairs = ((task, other), (other, task)) if other else ()
    if not any(Dependency.objects.remove_from(*both, by=request.user) for both in pairs):
        raise Http404
    return Status(204, None)


# Watchers -------------------------------------------------------------------------------------------------


@router.post("/tasks/{task_id}/watch", response=TaskOut)
def watch_task(request: HttpRequest, task_id: PathId):
    task = _task(request, task_id, to="comment")
    task.watch(True, by=request.user)
    return task.latest_row()


@router.post("/tasks/{task_id}/unwatch", response=TaskOut)
def unwatch_task(request: HttpRequest, task_id: PathId):
    task = _task(request, task_id, to="comment")
    task.watch(False, by=request.user)
    return task.latest_row()


# Activity -------------------------------------------------------------------------------------------------


@router.get("/tasks/{task_id}/activity", response=ActivitiesOut)
def activity(request: HttpRequest, task_id: PathId, query: Query[ActivityPage]):
    """The newest page first; within a page the oldest stands first. With `after`, what came since."""
    found = _task(request, task_id, to="see").activity
    if query.after is not None:
        newer = found.filter(pk__gt=query.after).order_by("id")
        return {"items": newer[: query.limit].rows(), "next": None}
    found = found.order_by("-id")
    if query.before:
        found = found.filter(pk__lt=query.before)
    newest = page(found[: query.limit + 1].rows(), query.limit)
    return {**newest, "items": newest["items"][::-1]}
