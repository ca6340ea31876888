"""What became of a task."""

from django.http import HttpRequest
from ninja import Query, Router

from projects.schemas import PathId
from tasks.api.finding import find_task, newest_page
from tasks.schemas import ActivitiesOut, ActivityPage

router = Router(tags=["tasks"])


@router.get("/tasks/{task_id}/activity", response=ActivitiesOut)
def activity(request: HttpRequest, task_id: PathId, query: Query[ActivityPage]):
    """The newest page first; within a page the oldest stands first. With `after`, what came since."""
    found = find_task(request, task_id, to="see").activity
    if query.after is not None:
        newer = found.filter(pk__gt=query.after).order_by("id")
        return {"items": newer[: query.limit].rows(), "next": None}
    return newest_page(found.all(), query)
