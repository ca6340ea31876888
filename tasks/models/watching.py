"""Those who watch a task."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects import live


class Watching(models.Model):
    watchers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="watched_tasks", verbose_name=_("watchers")
    )

    class Meta:
        abstract = True

    @live.atomic()
    def watch(self, watching: bool, *, by: Any) -> None:
        self.hold()
        if self.watchers.contains(by) != watching:
            self.by = by.pk
            (self.watchers.add if watching else self.watchers.remove)(by)

    def watched_by(self, *users: int) -> None:
        """Let these watch it, if they don't yet; of which nobody is told but with the task's own next event."""
        through = type(self).watchers.through
        if users:
            rows = [through(task_id=self.pk, user_id=user) for user in sorted(set(users))]
            through.objects.bulk_create(rows, ignore_conflicts=True)
