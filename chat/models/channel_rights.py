"""Who may do what with a channel."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from chat.models.level import REFUSALS, Level
from projects import access


class ChannelRights:
    """What a Channel asks before it does something."""

    def require(self, what: str, *, by: Any, role: str | None = None) -> None:
        """PermissionDenied, in words, unless `by` may "post", "create_rooms", "invite" or "pin" here.

        `role` of `by` in the project, where it is known; it is asked for only when the level needs it.
        """
        level = Level(getattr(self, f"may_{what}"))
        if level == Level.EVERYONE or by.pk == self.host_id:
            return
        role = role or self.__dict__.get("my_role") or access.role_of(by, self.project_id)
        if Level.of(role).rank < level.rank:
            raise PermissionDenied(REFUSALS[what, level])

    def refuse_direct(self) -> None:
        """PermissionDenied for what is only done with channels that have a name."""
        if self.direct:
            raise PermissionDenied(_("A direct conversation stays as it is."))

    def _right_of(self, by: Any) -> None:
        if by.pk != self.host_id and not access.has_right(by, "manage_channels", self.project):
            raise PermissionDenied(_("Your role in this project does not allow this."))
        if self.project.archived_at:
            raise PermissionDenied(_("This project is archived."))
