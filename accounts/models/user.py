import logging
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..signals import sessions_ended
from ..validators import HANDLE_PATTERN, validate_handle, validate_line, validate_time_zone

logger = logging.getLogger(__name__)

AVATAR_HUES = 12


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> "UserQuerySet":
        return self.filter(is_active=True)

    def called(self, handles: list[str] | set[str]) -> "UserQuerySet":
        """Those with one of these handles, however they were capitalised."""
        return self.filter(handle__in={handle.lower() for handle in handles})


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):
    def create_user(
        self, email: str, handle: str, name: str, password: str | None = None, **extra: Any
    ) -> "User":
        """A new person. No password means that they cannot sign in by password until they reset it."""
        user = self.model(email=email.lower(), handle=handle.lower(), name=name, **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, email: str, handle: str, name: str, password: str | None = None, **extra: Any
    ) -> "User":
        return self.create_user(email, handle, name, password, is_staff=True, is_superuser=True, **extra)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=(email or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Signs in by e-mail or handle; is shown by name, mentioned by handle."""

    email = models.EmailField(
        _("e-mail"),
        max_length=254,
        unique=True,
        error_messages={"unique": _("Somebody already signed up with this e-mail.")},
    )
    handle = models.CharField(
        _("handle"),
        max_length=30,
        unique=True,
        validators=[validate_handle],
        help_text=_("What people write after an @ to mention you."),
        error_messages={"unique": _("This handle is taken.")},
    )
    name = models.CharField(_("name"), max_length=80, validators=[validate_line])
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    invisible = models.BooleanField(
        _("invisible"),
        default=False,
        db_default=False,
        help_text=_("Others see you as offline: no dot, no typing, not what you look at."),
    )
    shares_typing = models.BooleanField(
        _("typing"),
        default=True,
        db_default=True,
        help_text=_("Others see that you are typing, and you see that they are. Off, neither."),
    )
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("Without this the person cannot sign in. What they made stays."),
    )
    is_staff = models.BooleanField(_("staff"), default=False, help_text=_("May use the admin pages."))
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True, editable=False)

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["handle", "name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["id"]
        constraints = [
            # With unique=True these make e-mail and handle unique however they are capitalised.
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")),
                name="user_email_in_small_letters",
                violation_error_message=_("Write the e-mail in small letters."),
            ),
            models.CheckConstraint(
                condition=models.Q(handle__regex=HANDLE_PATTERN),
                name="user_handle_well_formed",
                violation_error_message=_("This is not a handle."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} (@{self.handle})"

    @property
    def avatar(self) -> dict[str, str | int]:
        """`{"initials": "AB", "hue": 0..11}`: all that is needed to draw this person."""
        return avatar_of(self.pk or 0, self.name)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]

    def clean(self) -> None:
        super().clean()
        self.email = self.email.lower()
        self.handle = self.handle.lower()

    def change(self, *, by: "User", **values: str | bool) -> None:
        """Another `name`, `handle` or `time_zone`, `invisible` or `shares_typing`; ValidationError by field where
        one cannot be accepted."""
        for field, value in values.items():
            setattr(self, field, value.strip() if isinstance(value, str) else value)
        self.handle = self.handle.lower().removeprefix("@")
        self.full_clean(exclude={field.name for field in self._meta.fields} - set(values))
        try:
            with transaction.atomic():
                self.save(update_fields=list(values))
        except IntegrityError:
            # Somebody took the handle since it was looked up.
            taken = self._meta.get_field("handle").error_messages["unique"]
            raise ValidationError({"handle": [taken]}) from None

    def save(self, *args: Any, **kwargs: Any) -> None:
        # Whoever sets the password or takes the access away (form, admin, shell), open pages hear of it.
        # Django keeps _password from set_password() to the next save.
        ends_sessions = not self._state.adding and (self._password is not None or not self.is_active)
        # What hears of the save (post_save) shares its transaction.
        with transaction.atomic():
            super().save(*args, **kwargs)
            if ends_sessions:
                transaction.on_commit(self._announce_ended_sessions, robust=True)

    def deactivate(self, *, by: "User | None") -> None:
        """Ends this person's access at once: no session and no token works any more. What they made stays."""
        self._set_active(False)

    def activate(self, *, by: "User | None") -> None:
        self._set_active(True)

    @transaction.atomic
    def take_back(self) -> None:
        """Whoever proves by mail that the account is theirs has it alone: no key from before opens it.

        Somebody else may have signed up with their address, made a token, and asked for another address to which
        the confirmation is still on its way.
        """
        for token in self.api_tokens.all():
            token.revoke(by=self)
        self.emailaddress_set.exclude(email=self.email).delete()

    def _set_active(self, active: bool) -> None:
        self.is_active = active
        self.save(update_fields=["is_active"])

    def _announce_ended_sessions(self) -> None:
        what = "password set" if self.is_active else "deactivated"
        logger.info(what, extra={"fields": {"user": self.pk}})
        sessions_ended.send_robust(type(self), user_id=self.pk, session_key=None)


def avatar_of(user_id: int, name: str) -> dict[str, str | int]:
    """The avatar from its two ingredients, for those who read rows and no instances."""
    return {"initials": initials_of(name), "hue": user_id % AVATAR_HUES}


def initials_of(name: str) -> str:
    """`Ana María Ruiz` -> `AR`, `Ben` -> `B`; a name without a letter gives its first character."""
    words = [word for word in name.split() if word[0].isalnum()]
    if not words:
        return name.strip()[:1] or "?"
    ends = words[:1] if len(words) == 1 else [words[0], words[-1]]
    return "".join(word[0] for word in ends).upper()
