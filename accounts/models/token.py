import hashlib
import logging
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..prepared import Prepared
from ..validators import validate_line
from .user import User

logger = logging.getLogger(__name__)

PREFIX = "tr_"
MOST = 50  # tokens of one person
USE_IS_NOTED_EVERY = timedelta(minutes=1)


class APITokenQuerySet(models.QuerySet["APIToken"]):
    def owner_of(self, text: str) -> User | None:
        """Whose token this is, as long as they are active; notes the use at most once a minute."""
        if not text.startswith(PREFIX):
            return None
        for token in _with_digest(digest=digest_of(text)):
            token.note_use()
            return token.user
        return None

    def owners_of(self, texts: Iterable[str]) -> dict[str, User]:
        """The same for any number of tokens at once: text -> person."""
        digests = {digest_of(text): text for text in texts if text.startswith(PREFIX)}
        if not digests:
            return {}
        owners = {}
        for token in self.select_related("user").filter(digest__in=digests, user__is_active=True):
            token.note_use()
            owners[digests[token.digest]] = token.user
        return owners

    def newest_first(self) -> "APITokenQuerySet":
        return self.order_by("-id")


class APIToken(models.Model):
    """A personal key to the API. Its text is shown once, when it is made; only the digest is kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens", verbose_name=_("person")
    )
    name = models.CharField(
        _("name"),
        max_length=80,
        validators=[validate_line],
        help_text=_("What uses it: “backup script”, “laptop”."),
    )
    digest = models.CharField(_("digest"), max_length=64, unique=True, editable=False)
    tail = models.CharField(_("ends in"), max_length=4, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)

    objects = APITokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name} (…{self.tail})"

    @classmethod
    def issue(cls, user: User, name: str) -> tuple["APIToken", str]:
        """A new token and its text, which exists nowhere else. ValidationError for a bad name or too many."""
        if user.api_tokens.count() >= MOST:
            raise ValidationError({"name": [_("You have %d tokens. Revoke one you no longer use.") % MOST]})
        text = PREFIX + secrets.token_urlsafe(32)
        token = cls(user=user, name=name.strip(), digest=digest_of(text), tail=text[-4:])
        token.full_clean()
        token.save()
        token._log("token made", user)
        return token, text

    def revoke(self, *, by: User) -> None:
        self._log("token revoked", by)
        self.delete()

    def _log(self, what: str, by: User) -> None:
        fields = {"token": self.pk, "user": self.user_id, "by": by.pk}
        transaction.on_commit(lambda: logger.info(what, extra={"fields": fields}), robust=True)

    def note_use(self) -> None:
        now = timezone.now()
        if self.last_used_at is None or now - self.last_used_at > USE_IS_NOTED_EVERY:
            type(self).objects.filter(pk=self.pk).update(last_used_at=now)


_with_digest = Prepared(
    lambda digest: APIToken.objects.select_related("user").filter(digest=digest, user__is_active=True)
)


def digest_of(text: str) -> str:
    # A plain digest will do: the text is 256 random bits, which nobody guesses from a list of words.
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
