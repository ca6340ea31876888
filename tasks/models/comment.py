"""What somebody says about a task."""

from typing import Any, Self

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects import live
from projects.live import Live, LiveQuerySet
from projects.markdown import render
from projects.models import Spent
from tasks.locking import read_again


class CommentQuerySet(LiveQuerySet):
    def visible_to(self, user: Any) -> Self:
        return super().visible_to(user).filter(task__deleted_at__isnull=True)

    @live.atomic()
    def add_to(
        self, task: Any, body: str, *, client_id: str | None = None, by: Any
    ) -> tuple["Comment", bool]:
        """A new comment, or the one that `by` already made under this `client_id`; and whether it is new.

        Conflict when that one is deleted; Http404 when the task is.
        """
        task.hold()
        Spent.objects.refuse("comment", task.pk, by, client_id)
        comment = self.model(
            task=task, body=body, html=render(body, task.project), author=by, client_id=client_id
        )
        try:
            with transaction.atomic():
                comment.done_by(by).save()
        except IntegrityError:
            known = self.filter(task=task, author=by, client_id=client_id).first() if client_id else None
            if known is None:  # deleted in this very moment
                Spent.objects.refuse("comment", task.pk, by, client_id)
                raise
            return known, False
        task.watched_by(by.pk)
        return comment, True


class Comment(Live):
    noun = "comment"
    project_path = "task__project"
    wire = {
        "id": "id",
        "task": "task_id",
        "author": "author_id",
        "body": "body",
        "html": "html",
        "client_id": "client_id",
        "created_at": "created_at",
        "edited_at": "edited_at",
    }

    task = models.ForeignKey(
        "tasks.Task", models.CASCADE, related_name="comments", verbose_name=_("task"), db_index=False
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="comments", verbose_name=_("author")
    )
    body = models.TextField(_("text"), max_length=20_000)
    html = models.TextField(editable=False)
    client_id = models.CharField(max_length=64, null=True, editable=False)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    edited_at = models.DateTimeField(_("edited"), null=True, editable=False)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("comment"), _("comments")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["task", "author", "client_id"], name="one_comment_a_client_id"),
        ]
        indexes = [models.Index(fields=["task", "id"], name="comment_page")]

    def __str__(self) -> str:
        return self.body[:60]

    @property
    def project(self) -> Any:
        return self.task.project

    @live.atomic()
    def edit(self, body: str, *, by: Any) -> None:
        read_again(self, Comment.objects.select_related("task__project"))
        if body != self.body:
            self.body, self.html, self.edited_at = body, render(body, self.project), timezone.now()
            self.done_by(by).save(update_fields=["body", "html", "edited_at"])

    @live.atomic()
    def remove(self, *, by: Any) -> None:
        read_again(self, Comment.objects.select_related("task__project", "author"))
        if by.pk != self.author_id:
            self.project.audit(
                "comment.deleted", by=by, about=self.author, ref=self.task.ref, task=self.task_id
            )
        self.done_by(by).delete()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with live.atomic():
            Spent.objects.note("comment", self.task_id, self.author_id, self.client_id)
            return super().delete(*args, **kwargs)
