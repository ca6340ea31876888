"""The reactions of a message."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from chat import emoji as emojis
from projects import live

MOST_KINDS = 20  # of emoji under one message


class Reacting(models.Model):
    # [{emoji, users}], each in the order of arrival: a page of history reads them with the rest.
    reactions = models.JSONField(default=list, db_default=[], blank=True, editable=False)

    class Meta:
        abstract = True

    @live.atomic()
    def react(self, emoji: str, *, by: Any) -> None:
        """`by` puts an emoji under it; once more changes nothing. ValidationError for what is none, or one too many."""
        emoji = emojis.valid(emoji)
        self._lock()
        self._refuse_deleted("emoji")
        kind = next((each for each in self.reactions if each["emoji"] == emoji), None)
        if kind is None:
            if len(self.reactions) >= MOST_KINDS:
                raise ValidationError(
                    {"emoji": [_("There are %(most)d kinds already.") % {"most": MOST_KINDS}]}
                )
            kind = {"emoji": emoji, "users": []}
            self.reactions.append(kind)
        if by.pk not in kind["users"]:
            kind["users"].append(by.pk)
            self.done_by(by).save(update_fields=["reactions"])

    @live.atomic()
    def take_back(self, emoji: str, *, by: Any) -> None:
        """`by` takes their emoji away; where there is none, nothing changes."""
        emoji = emojis.valid(emoji)
        self._lock()
        for kind in self.reactions:
            if kind["emoji"] == emoji and by.pk in kind["users"]:
                kind["users"].remove(by.pk)
                self.reactions = [each for each in self.reactions if each["users"]]
                self.done_by(by).save(update_fields=["reactions"])
                return
