"""`manage.py prune`: keeps logs and bins short. For a timer, once a day."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from projects import uploading
from projects.models import Event, Project, Spent
from tasks.models import Attachment, Task

BIN_DAYS = 30  # how long a deleted task can be brought back
ATTACHMENT_DAYS = 1  # how long what was taken off a task can be


class Command(BaseCommand):
    help = (
        "Trims each project's log to what EVENT_LOG_DAYS and EVENT_LOG_MINIMUM keep; "
        "empties the bin of tasks; removes stray files."
    )

    def handle(self, **options: Any) -> None:
        cutoff = timezone.now() - timedelta(days=settings.EVENT_LOG_DAYS)
        events = sum(
            Event.objects.trim(project, before=cutoff, keep=settings.EVENT_LOG_MINIMUM)
            for project in Project.objects.values_list("pk", flat=True)
        )
        Spent.objects.before(cutoff).delete()
        old = Task.objects.filter(deleted_at__lt=timezone.now() - timedelta(days=BIN_DAYS))
        tasks = sum(bool(task.delete()) for task in old.select_related("project").iterator())
        taken_off = timezone.now() - timedelta(days=ATTACHMENT_DAYS)
        Attachment.everything.filter(deleted_at__lt=taken_off).delete()
        files = uploading.prune()
        self.stdout.write(
            f"{events} events, {tasks} deleted tasks and {files} stray files are gone for good."
        )
