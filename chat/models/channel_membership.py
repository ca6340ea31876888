"""Somebody's place in a channel that is not open to everyone."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.live import Live


class ChannelMembership(Live):
    """Somebody who is in a private channel, or a guest who was added to a public one."""

    noun = "channel_member"
    wire = {"id": "id", "channel": "channel_id", "user": "user_id"}
    project_path = "channel__project"

    channel = models.ForeignKey("chat.Channel", models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    joined_at = models.DateTimeField(auto_now_add=True)
    sees_after = models.BigIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text=_("id of the last message before their arrival that is not theirs to read"),
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "user"], name="one_place_in_a_channel")]

    def __str__(self) -> str:
        return f"{self.user} in {self.channel}"

    @property
    def project(self) -> Any:
        return self.channel.project

    @property
    def audience(self) -> int | None:
        return self.channel.audience
