"""What tasks hear of others, and of their own comments."""

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils.translation import gettext as _

from projects.live import announce
from projects.signals import project_created
from tasks.models import Column, Comment


@receiver(project_created)
def begin_board(project: Any, by: Any, **__: Any) -> None:
    for name, done in ((_("To do"), False), (_("In progress"), False), (_("Done"), True)):
        Column.objects.add_to(project, name, done=done, by=by)


@receiver(post_save, sender=Comment)
def count_comment(instance: Comment, created: bool, raw: bool = False, **__: Any) -> None:
    if created and not raw:
        _announce_task(instance)


@receiver(post_delete, sender=Comment)
def discount_comment(instance: Comment, **__: Any) -> None:
    _announce_task(instance)


def _announce_task(comment: Comment) -> None:
    task = comment.task
    if not task.gone:
        task.by = comment.by
        announce(task)
