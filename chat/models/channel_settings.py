"""What a channel is called, whom it is for, and who keeps it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from chat.models.channel_membership import ChannelMembership
from chat.models.writing import save_named
from projects import live


class ChannelSettings:
    """How a Channel changes."""

    @live.atomic()
    def change(self, *, by: Any, **values: Any) -> None:
        """Other settings. PermissionDenied unless `by` manages channels or is its host.

        A private one stays private. ValidationError for a `host` who is not in it, or only a guest.
        """
        self._right_of(by)
        self.refuse_direct()
        heard_by = self.audience, self.private
        told = self._telling(values)
        if "private" in values:
            self._close(values["private"], by=by)
        if told:  # not before it is closed: what it is called from now on is its people's alone
            self.audit("channel.changed", by=by, name=str(self), changes=told)
        if "host" in values:
            self._check_host(values["host"])
            values["host_id"] = values.pop("host")
        for name, value in values.items():
            setattr(self, name, value)
        save_named(self.done_by(by), update_fields=[name.removesuffix("_id") for name in values])
        if (self.audience, self.private) != heard_by:
            self.project.hear_anew(by=by)

    def _telling(self, values: dict[str, Any]) -> dict[str, Any]:
        """What of other settings is for the audit log: who may do what in it; not its topic, which is everyday talk."""
        now = {name: self.host_id if name == "host" else getattr(self, name) for name in values}
        return {name: value for name, value in values.items() if name != "topic" and value != now[name]}

    def _close(self, private: bool, *, by: Any) -> None:
        """Make it private: those who are in one of its rooms are its people from then on."""
        if self.private and not private:
            raise ValidationError(
                {"private": [_("What was said in private stays private: make a new channel.")]}
            )
        if self.private or not private:
            return
        self._keep_one()
        self.private = True
        inside = set(self.rooms.filter(places__isnull=False).values_list("places__user", flat=True)) | {by.pk}
        for member in self.project.memberships.filter(user__in=inside).select_related("user"):
            ChannelMembership.objects.get_or_create(channel=self, user=member.user)
