"""A file that hangs on a task."""

from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects import live
from projects.live import Live, LiveQuerySet
from projects.models import Upload, upload
from tasks.locking import read_again
from tasks.models.activity import Activity, News, What

MOST = 200  # files of one task


class AttachmentQuerySet(LiveQuerySet):
    def visible_to(self, user: Any) -> Self:
        return super().visible_to(user).active()

    def active(self) -> Self:
        return self.filter(deleted_at=None, task__deleted_at=None)

    def rows(self) -> list[dict[str, Any]]:
        return [attachment.row() for attachment in self.select_related("upload").order_by("pk")]

    @live.atomic()
    def add_to(self, task: Any, upload_id: int, *, by: Any) -> tuple["Attachment", bool]:
        """The upload of `by` on the task, and whether that is new. ValidationError when it hangs somewhere else."""
        task.hold()
        if known := self.active().filter(task=task, upload=upload_id, created_by=by).first():
            return known, False
        if self.filter(task=task).count() >= MOST:
            raise ValidationError({"upload": [_("A task holds at most %(most)d files.") % {"most": MOST}]})
        (file,) = Upload.objects.claim([upload_id], project=task.project, by=by, field="upload")
        attachment = self.model(task=task, upload=file, created_by=by)
        attachment.done_by(by).save()
        Activity.objects.note(task, News(What.FILES, None, [file.name]), by=by)
        return attachment, True


class Attachment(Live):
    noun = "attachment"
    project_path = "task__project"
    wire = {"id": "id", "task": "task_id", "created_by": "created_by_id", "created_at": "created_at"}

    task = models.ForeignKey("tasks.Task", models.CASCADE, related_name="attachments", verbose_name=_("task"))
    upload = models.OneToOneField("projects.Upload", models.CASCADE, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = AttachmentQuerySet.as_manager()
    everything = LiveQuerySet.as_manager()  # whose visible_to() shows those that were taken off, too

    class Meta:
        verbose_name, verbose_name_plural = _("attachment"), _("attachments")

    def __str__(self) -> str:
        return str(self.upload)

    @property
    def project(self) -> Any:
        return self.task.project

    @property
    def gone(self) -> bool:
        return self.deleted_at is not None

    def row(self) -> dict[str, Any]:
        """What the upload says of itself, under the attachment's own id."""
        return {**self.upload.row(), **super().row()}

    @live.atomic()
    def discard(self, *, by: Any) -> None:
        """Take it off the task, so that it can be undone. The file goes with the next `prune` but one day."""
        self._lock(Attachment.objects.active())
        self._mark(timezone.now(), by)
        Activity.objects.note(self.task, News(What.FILES, [self.upload.name], None), by=by)

    @live.atomic()
    def restore(self, *, by: Any) -> None:
        self._lock(Attachment.everything.filter(task__deleted_at=None))
        if self.gone:
            self.was_gone = True
            self._mark(None, by)
            Activity.objects.note(self.task, News(What.FILES, None, [self.upload.name]), by=by)

    def _lock(self, among: LiveQuerySet) -> None:
        read_again(self, among.select_related("task__project", "upload"))

    def _mark(self, deleted_at: Any, by: Any) -> None:
        self.deleted_at = deleted_at
        self.done_by(by).save(update_fields=["deleted_at"])


def seen_by(user: Any) -> models.QuerySet:
    return Attachment.objects.visible_to(user)


upload.holders.append(seen_by)
