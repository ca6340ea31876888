"""Which task waits for which."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Status

from projects.schemas import PathId
from tasks.api.finding import find_task, named
from tasks.models import Dependency, Task
from tasks.schemas import DependenciesOut, DependencyIn

router = Router(tags=["tasks"])


def _dependencies(task: Task) -> dict[str, list[int]]:
    """Those of deleted tasks are not among them: they come back with the task."""
    return {
        name: list(getattr(task, name).active().order_by("pk").values_list("pk", flat=True))
        for name in ("blocked_by", "blocks")
    }


@router.get("/tasks/{task_id}/dependencies", response=DependenciesOut)
def dependencies(request: HttpRequest, task_id: PathId):
    return _dependencies(find_task(request, task_id, to="see"))


@router.post("/tasks/{task_id}/dependencies", response={200: DependenciesOut, 201: DependenciesOut})
def add_dependency(request: HttpRequest, task_id: PathId, payload: DependencyIn):
    """Say either `blocked_by` or `blocks`. 422 when the two would wait for each other, however indirectly."""
    task = find_task(request, task_id, to="edit_tasks")
    said = payload.dict(exclude_unset=True)
    if len(said) != 1:
        words = _("Say either what it is blocked by or what it blocks.")
        raise ValidationError({"blocked_by": [words], "blocks": [words]})
    ((field, pk),) = said.items()
    other = named(Task.objects.filter(project=task.project).active().select_related("project"), pk, field)
    both = (task, other) if field == "blocked_by" else (other, task)
    new = Dependency.objects.add_to(*both, field=field, by=request.user)
    return Status(201 if new else 200, _dependencies(task))


@router.delete("/tasks/{task_id}/dependencies/{other_task_id}", response={204: None})
def remove_dependency(request: HttpRequest, task_id: PathId, other_task_id: PathId):
    """Whichever of the two waits for the other: no more."""
    task = find_task(request, task_id, to="edit_tasks")
    other = task.project.tasks.select_related("project").filter(pk=other_task_id).first()
    pairs = ((task, other), (other, task)) if other else ()
    if not any(Dependency.objects.remove_from(*both, by=request.user) for both in pairs):
        raise Http404
    return Status(204, None)
