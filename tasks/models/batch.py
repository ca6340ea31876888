"""What somebody did to several tasks at once, kept so that it can be taken back as one."""

from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone

KEPT = timedelta(days=1)


class BatchQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """One's own, in projects that one is still in, each with the person's role there as `my_role`."""
        mine = self.filter(by=user, project__memberships__user=user)
        return mine.annotate(my_role=F("project__memberships__role")).select_related("project")

    def known(self, project: Any, by: Any, client_id: str | None) -> "Batch | None":
        """What `by` already did here under this `client_id`."""
        return self.filter(project=project, by=by, client_id=client_id).first() if client_id else None

    def forget_old(self, project: Any, by: Any) -> None:
        self.filter(project=project, by=by, created_at__lt=timezone.now() - KEPT).delete()


class Batch(models.Model):
    """`changes`: {task id: {"was": {field: value}, "is": {field: value}, "assignees"/"labels": [added, removed]}}.

    Ids, ranks and moments only: no word of a task stays here when the task goes.
    """

    project = models.ForeignKey("projects.Project", models.CASCADE, related_name="batches", db_index=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    action = models.CharField(max_length=20)
    tasks = models.JSONField(default=list)
    changes = models.JSONField(default=dict)
    client_id = models.CharField(max_length=64, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "by", "client_id"], name="one_batch_a_client_id"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {len(self.changes)}"
