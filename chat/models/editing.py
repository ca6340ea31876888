"""The words of a message: what may stand there, and what its author makes of them later."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models.mention import Mention, called_in
from chat.models.revision import Revision
from projects import live, markdown
from projects.schemas import blank

LONGEST_BODY = 20_000  # characters
GRACE = timedelta(seconds=20)  # for an edit that was begun in time


class Editing(models.Model):
    edited_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    def edit(self, body: str, *, by: Any) -> None:
        """Say it in other words: its author, for a while (settings.MESSAGE_EDIT_WINDOW). The old ones are kept."""
        if by.pk != self.author_id:
            raise PermissionDenied(_("Only who wrote a message may edit it."))
        if not self.editable:
            raise PermissionDenied(_("It is too late to edit this message."))
        self.reword(body, by=by)

    @live.atomic()
    def reword(self, body: str, *, by: Any) -> None:
        """What `edit` does, without asking who and when: for the admin."""
        check_words(body, self.attachments)
        self._lock()
        self._refuse_deleted("body")
        if body == self.body:
            return
        Revision.objects.create(
            message=self, body=self.body, html=self.html, created_at=self.edited_at or self.created_at
        )
        self.body, self.html = body, markdown.render(body, self.project, groups=True)
        self.edited_at = timezone.now()
        self.done_by(by).save(update_fields=["body", "html", "edited_at"])
        self._call_again()

    @property
    def editable(self) -> bool:
        """Whether its author may still edit it."""
        window = settings.MESSAGE_EDIT_WINDOW
        if not window:
            return window is None
        return timezone.now() <= self.created_at + timedelta(seconds=window) + GRACE

    def history(self) -> list[dict[str, Any]]:
        """[{body, html, at}], oldest first; the last is what it says now. `at`: when that text was written."""
        earlier = [(each.body, each.html, each.created_at) for each in self.revisions.order_by("pk")]
        texts = [*earlier, (self.body, self.html, self.edited_at or self.created_at)]
        return [{"body": body, "html": html, "at": at} for body, html, at in texts]

    def _call_again(self) -> None:
        """Other words may name other people; "@channel" asks before it calls, so an edit never does."""
        called = called_in(self.html)
        if not called.groups:
            self.mentions.exclude(user__in=called.people).delete()
        Mention.objects.note(self, self.room.those_in_it(called.people, but=self.author_id))


def check_words(body: str, attachments: list) -> None:
    if blank(body) and not attachments:
        raise ValidationError({"body": [_("This may not be empty.")]})
    if len(body) > LONGEST_BODY:
        raise ValidationError(
            {"body": [_("This is too long: at most %(most)d characters.") % {"most": LONGEST_BODY}]}
        )
