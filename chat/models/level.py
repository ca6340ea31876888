"""Who may do something in a channel: everyone in it, the members, or the admins."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.membership import Role


class Level(models.TextChoices):
    EVERYONE = "everyone", _("Everyone in it")
    MEMBERS = "members", _("Members")
    ADMINS = "admins", _("Admins")

    @property
    def rank(self) -> int:
        return {"everyone": 0, "members": 1, "admins": 2}[self]

    @classmethod
    def of(cls, role: str | None, *, host: bool = False) -> "Level":
        """Where somebody of this role in the project stands. `host`: they keep the channel, as an admin would."""
        if host or role in (Role.OWNER, Role.ADMIN):
            return cls.ADMINS
        return cls.MEMBERS if role == Role.MEMBER else cls.EVERYONE

    @classmethod
    def field(cls, words: str, default: "Level") -> models.CharField:
        return models.CharField(words, max_length=10, choices=cls, default=default, db_default=default)


# What somebody is told whose level does not reach.
REFUSALS = {
    ("post", Level.ADMINS): _("Only admins post here."),
    ("post", Level.MEMBERS): _("Guests only read here."),
    ("create_rooms", Level.ADMINS): _("Only admins make rooms in this channel."),
    ("create_rooms", Level.MEMBERS): _("Guests make no rooms in this channel."),
    ("invite", Level.ADMINS): _("Only admins choose who is in this channel."),
    ("invite", Level.MEMBERS): _("Guests do not choose who is in this channel."),
    ("pin", Level.ADMINS): _("Only admins pin messages in this channel."),
    ("pin", Level.MEMBERS): _("Guests pin no messages in this channel."),
}
