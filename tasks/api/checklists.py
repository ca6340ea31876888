"""The checklist of a task."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from projects import access
from projects.schemas import PathId
from tasks.api.finding import find_task, named
from tasks.models import ChecklistItem, Task
from tasks.schemas import (
    ChecklistItemIn,
    ChecklistItemMove,
    ChecklistItemOut,
    ChecklistItemPatch,
    ChecklistOut,
    TaskOut,
)

router = Router(tags=["tasks"])


def _item(request: HttpRequest, item_id: int) -> ChecklistItem:
    return access.find(request.user, ChecklistItem.objects.select_related("task"), item_id, to="edit_tasks")


def _neighbours(task: Task, payload: Any) -> dict[str, Any]:
    items = task.checklist.all()
    return {name: named(items, getattr(payload, name), name) for name in ("before", "after")}


@router.get("/tasks/{task_id}/checklist", response=ChecklistOut)
def checklist(request: HttpRequest, task_id: PathId):
    task = find_task(request, task_id, to="see")
    return {"items": task.checklist.active().order_by("position").rows()}


@router.post("/tasks/{task_id}/checklist", response={200: ChecklistItemOut, 201: ChecklistItemOut})
def add_checklist_item(request: HttpRequest, task_id: PathId, payload: ChecklistItemIn):
    """200 with the first one's result when the `client_id` was used by the same person before."""
    task = find_task(request, task_id, to="edit_tasks")
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
