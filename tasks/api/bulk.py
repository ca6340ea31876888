"""Several tasks at once."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from projects import access
from projects.models import Project
from projects.schemas import PathId
from tasks.api.finding import named
from tasks.bulk import acting, undoing
from tasks.models import Batch, Task
from tasks.schemas import BulkIn, BulkOut, UndoneOut

router = Router(tags=["tasks"])


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
            values[name] = named(rows, values[name], name)
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
