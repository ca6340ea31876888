"""What a person may write into the short fields of an account."""

import unicodedata
import zoneinfo
from functools import cache

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

HANDLE_PATTERN = r"^[a-z0-9](?:[a-z0-9_.-]{0,28}[a-z0-9])?$"

# Words that mean many people when written after an @.
RESERVED_HANDLES = frozenset({"all", "channel", "everyone", "here", "room", "project"})

# Characters that turn the direction of whatever follows them: with one of these a name can rewrite the line
# it stands in. Right-to-left letters need none of them.
DIRECTION_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

validate_handle_characters = RegexValidator(
    # \Z, for $ would let a line break through
    HANDLE_PATTERN.removesuffix("$") + r"\Z",
    _(
        "Use 1 to 30 small letters, digits, dots, hyphens or underscores, "
        "with a letter or digit at both ends."
    ),
    code="invalid_handle",
)


def validate_handle(value: str) -> None:
    """A handle is what follows the @: `ana`, `ben.w`, `c-3po`."""
    validate_handle_characters(value)
    if value in RESERVED_HANDLES:
        raise ValidationError(_("This handle is reserved. Choose another one."), code="reserved_handle")


def validate_line(value: str) -> None:
    """One line that shows something: any script, any emoji, nothing invisible that could do harm."""
    for character in value:
        if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or character in DIRECTION_OVERRIDES:
            raise ValidationError(
                _("This contains a character that cannot be shown, such as a line break."),
                code="unprintable",
            )
    if not any(unicodedata.category(character)[0] in "LNPS" for character in value):
        raise ValidationError(_("Write at least one letter, digit or symbol."), code="invisible")


@cache
def time_zones() -> tuple[str, ...]:
    """Every zone this machine knows, by name. Leaves out the aliases without a place, such as `EST5EDT`."""
    names = zoneinfo.available_timezones()
    return tuple(
        sorted(name for name in names if name == "UTC" or ("/" in name and not name.startswith("Etc/")))
    )


def validate_time_zone(value: str) -> None:
    """A zone of the time zone database that Python can load: `Europe/Berlin`."""
    if value not in time_zones():
        raise ValidationError(_("There is no such time zone."), code="unknown_time_zone")
