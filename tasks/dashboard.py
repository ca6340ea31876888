"""The tasks' part of home."""

from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from projects.dashboard import part
from tasks.models import Task

MOST = 30
SOON = timedelta(days=2)


@part("tasks")
def mine(user: Any) -> list[Task]:
    """My open tasks in projects that are not archived, the most pressing first; each with its `urgency`."""
    tasks = (
        Task.objects.visible_to(user)
        .filter(project__archived_at=None, archived_at=None)
        .open()
        .assigned_to(user)
    )
    pressing = list(tasks.order_by(F("due_at").asc(nulls_last=True), "-pk")[:MOST])
    for task in pressing:
        task.urgency = urgency_of(task)
    return pressing


def urgency_of(task: Task) -> str:
    """ "over", "soon" or "" """
    if task.due_at is None:
        return ""
    left = task.due_at - timezone.now()
    return "over" if left < timedelta(0) else "soon" if left < SOON else ""
