"""What a message said before it was edited."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Revision(models.Model):
    message = models.ForeignKey("chat.Message", models.CASCADE, related_name="revisions")
    body = models.TextField(_("text"))
    html = models.TextField()
    created_at = models.DateTimeField(help_text=_("When this text was written."))

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.message_id}: {self.body[:40]}"
