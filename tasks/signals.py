"""What tasks hear of others, and of their own comments."""

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils.translation import gettext as _

from projects.live import announce
from projects.models import Project, Upload
from projects.signals import member_left, project_created
from tasks import leaving
from tasks.models import Attachment, Column, Comment, Task


@receiver(project_created)
def begin_board(project: Any, by: Any, **__: Any) -> None:
    for name, done in ((_("To do"), False), (_("In progress"), False), (_("Done"), True)):
        Column.objects.add_to(project, name, done=done, by=by)


@receiver(member_left)
def give_tasks_back(project: Project, user: Any, by: Any, **__: Any) -> None:
    leaving.give_back(project, user, by=by)


@receiver(post_save, sender=Project)
def renew_references(
    instance: Project, created: bool, update_fields: frozenset | None = None, raw: bool = False, **__: Any
) -> None:
    """With the project's key the reference of every task changes: one reload costs less than an event each."""
    if not (created or raw) and (update_fields is None or "key" in update_fields) and instance.tasks.exists():
        instance.record("project.reset", {}, by=instance.by)


@receiver(post_save, sender=Comment)
def count_comment(instance: Comment, created: bool, raw: bool = False, **__: Any) -> None:
    if created and not raw:
        _announce_task(instance)


@receiver(post_delete, sender=Comment)
def discount_comment(instance: Comment, **__: Any) -> None:
    _announce_task(instance)


@receiver(post_save, sender=Attachment)
def count_attachment(instance: Attachment, raw: bool = False, **__: Any) -> None:
    if not raw:
        _announce_task(instance)


@receiver(post_delete, sender=Attachment)
def delete_upload(instance: Attachment, **__: Any) -> None:
    Upload.objects.filter(pk=instance.upload_id).delete()
    if not instance.gone:
        _announce_task(instance)


def _announce_task(part: Comment | Attachment) -> None:
    # Held until the commit: its row is read, then written into the log, and must not be another's by then.
    held = Task.objects.active().select_related("project").select_for_update(no_key=True, of=("self",))
    if task := held.filter(pk=part.task_id).first():
        task.by = part.by
        announce(task)
