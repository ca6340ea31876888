"""A file that hangs on a message."""

from typing import Any

from django.db import models

from chat.models.message import Message
from projects.models import upload


class MessageAttachment(models.Model):
    """Says who may have the file: whoever sees the message. What pages show of it stands in the message's own row."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="files")
    upload = models.OneToOneField("projects.Upload", models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.upload} on {self.message_id}"


def seen_by(user: Any) -> models.QuerySet:
    messages = Message.objects.visible_to(user).filter(pk=models.OuterRef("message"))
    return MessageAttachment.objects.filter(models.Exists(messages))


upload.holders.append(seen_by)
