"""What people's files are called: what is refused, and how the rest is shown."""

import html
import re
import unicodedata

from django.core.exceptions import ValidationError
from django.http.multipartparser import MultiPartParser
from django.utils.translation import gettext as _

LONGEST_NAME = 120  # characters


class NamesAsSent(MultiPartParser):
    """Django cuts folders off a name before anybody sees them; here they are seen, so that they can be refused."""

    def sanitize_file_name(self, file_name: str) -> str:
        return html.unescape(file_name)  # as Django does: forms write letters of other alphabets so


def check_name(name: str) -> None:
    """ValidationError for a name that leads into folders or has control characters. Browsers send neither."""
    if re.search(r"[/\\]", name) or name in (".", ".."):
        words = _("The name of this file leads into folders: send it without them.")
    elif any(unicodedata.category(each) == "Cc" for each in name):
        words = _("The name of this file has characters that cannot be shown: give it another one.")
    else:
        return
    raise ValidationError({"file": [words]})


def clean_name(name: str) -> str:
    """What is shown, and offered as a name for the download: one line without folders, marks that turn text, NULs."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    name = "".join(" " if each.isspace() else each for each in name if each.isspace() or _printable(each))
    name = " ".join(name.split()).strip(". ") or _("file")
    stem, dot, ending = name.rpartition(".")
    if len(name) <= LONGEST_NAME:
        return name
    if not dot or len(ending) > 10:
        return name[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"


def _printable(character: str) -> bool:
    return not unicodedata.category(character).startswith("C")
