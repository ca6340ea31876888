"""Messages that a room keeps at hand."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models.writing import lock
from projects import live
from projects.errors import Conflict

MOST_PINS = 100  # in one room


class PinnedQuerySet(models.QuerySet):
    def pinned_in(self, room: Any) -> Self:
        """The newest pin first."""
        return self.filter(room=room, pinned_at__isnull=False).order_by("-pinned_at", "-pk")


class Pinning(models.Model):
    pinned_at = models.DateTimeField(null=True, editable=False)
    pinned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+", db_index=False
    )

    class Meta:
        abstract = True

    @live.atomic()
    def pin(self, *, by: Any) -> None:
        """Keep it at hand in its room. Conflict when there are MOST_PINS already, PermissionDenied where others pin."""
        self._require_pin(by)
        lock(type(self.room).objects.filter(pk=self.room_id))  # or two would both be the last that fits
        self._lock()
        self._refuse_deleted("message")
        if self.pinned_at:
            return
        if type(self).objects.pinned_in(self.room_id)[:MOST_PINS].count() >= MOST_PINS:
            raise Conflict(
                _("A room holds at most %(most)d pins. Take one away first.") % {"most": MOST_PINS}
            )
        self.pinned_at, self.pinned_by = timezone.now(), by
        self.done_by(by).save(update_fields=["pinned_at", "pinned_by"])

    @live.atomic()
    def unpin(self, *, by: Any) -> None:
        self._require_pin(by)
        self._lock()
        if self.pinned_at:
            self.pinned_at = self.pinned_by = None
            self.done_by(by).save(update_fields=["pinned_at", "pinned_by"])

    def _require_pin(self, by: Any) -> None:
        self.room.channel.require("pin", by=by, role=self.__dict__.get("my_role"))
