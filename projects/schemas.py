"""What goes into and comes out of the API: kinds of text and numbers, pages, and the projects' own schemas."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict, Field


class In(Schema):
    """A request's body. A field that nobody knows is an error, not a shrug."""

    model_config = ConfigDict(extra="forbid")


class Out(Schema):
    """What the API answers: the same rows that stand in the snapshot and in events."""

    model_config = ConfigDict(extra="allow")


CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def blank(text: str) -> bool:
    """Whether there is nothing to see: spaces, and characters that only join or separate others."""
    return all(unicodedata.category(character) in ("Cc", "Cf", "Zs", "Zl", "Zp") for character in text)


def readable(text: str) -> str:
    if CONTROL.search(text):
        raise ValueError(_("This holds characters that are not text."))
    return text


def _one_line(text: str) -> str:
    text = " ".join(readable(text.replace("\n", " ").replace("\t", " ")).split())
    if blank(text):
        raise ValueError(_("This may not be empty."))
    return text


def _many_lines(text: str) -> str:
    return readable(text.replace("\r\n", "\n").replace("\r", "\n"))


def _not_blank(text: str) -> str:
    if blank(text):
        raise ValueError(_("This may not be empty."))
    return text


def _email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError as error:
        raise ValueError(error.message) from None
    return text.lower()


def _written(value: Any) -> Any:
    # Numbers would otherwise pass for seconds (or milliseconds) since 1970.
    if not isinstance(value, datetime) and not (
        isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d[T ]", value)
    ):
        raise ValueError(_("This must be a moment with its zone: 2026-12-24T18:00:00+01:00."))
    return value


def _near(moment: datetime) -> datetime:
    if not 1970 <= moment.year <= 9990:
        raise ValueError(_("This date is too far away."))
    return moment


def _whole(value: Any) -> Any:
    # 12.0, "12" and true would otherwise pass for ids.
    if isinstance(value, bool | float | str):
        raise ValueError(_("This must be a whole number."))
    return value


Line = Annotated[str, Field(max_length=1000), AfterValidator(_one_line), Field(max_length=200)]
Name = Annotated[str, Field(max_length=1000), AfterValidator(_one_line), Field(max_length=80)]
Text = Annotated[str, Field(max_length=20_000), AfterValidator(_many_lines)]
Body = Annotated[str, Field(max_length=20_000), AfterValidator(_many_lines), AfterValidator(_not_blank)]
Id = Annotated[int, BeforeValidator(_whole), Field(ge=1, le=2**63 - 1)]
PathId = Annotated[int, Field(ge=1, le=2**63 - 1)]
ClientId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")]
Email = Annotated[str, Field(max_length=254), AfterValidator(readable), AfterValidator(_email)]
Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_near)]


class Page(Schema):
    """Query of a list: keyset pages, newest first."""

    before: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50


def page(rows: Iterable[dict[str, Any]], limit: int) -> dict[str, Any]:
    """`rows` read with `limit + 1`, newest first -> {items, next}: `next` is the `before` of the next page."""
    rows = list(rows)
    more = len(rows) > limit
    items = rows[:limit]
    return {"items": items, "next": items[-1]["id"] if more else None}


# Projects ------------------------------------------------------------------------------------------------

RoleName = Literal["owner", "admin", "member", "guest"]
ProjectName = Annotated[str, Field(max_length=1000), AfterValidator(_one_line), Field(max_length=100)]
Key = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,9}$")]
Description = Annotated[str, Field(max_length=2000), AfterValidator(_many_lines)]


class ProjectIn(In):
    name: ProjectName
    key: Key | None = None
    description: Description = ""


class ProjectPatch(In):
    name: ProjectName = None
    key: Key = None
    description: Description = None


class ProjectOut(Out):
    id: int
    key: str
    name: str
    description: str
    archived_at: datetime | None
    created_by: int
    created_at: datetime
    updated_at: datetime
    sample: bool
    rights: dict[str, dict[str, bool]]


class AvatarOut(Schema):
    initials: str
    hue: int


class MemberOut(Out):
    id: int
    handle: str
    name: str
    role: RoleName
    avatar: AvatarOut
    joined_at: datetime


class MemberPatch(In):
    role: RoleName


class CellOut(Schema):
    allowed: bool
    default: bool
    adjustable: bool


class RightOut(Schema):
    name: str
    words: str
    owner: CellOut
    admin: CellOut
    member: CellOut
    guest: CellOut


class RightsOut(Schema):
    items: list[RightOut]


GivenRights = dict[Annotated[str, Field(max_length=40)], Annotated[bool, Field(strict=True)] | None]


class RightsPatch(In):
    """What is to change: {"member": {"create_tasks": false}}; null gives back the default."""

    member: GivenRights = {}
    guest: GivenRights = {}


class AuditFilter(Page):
    """`kind`: one kind ("member.removed"), or all about a noun ("member"). `person`: who did it, or to whom."""

    person: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    kind: Annotated[str, Field(max_length=40, pattern=r"^[a-z_]*(\.[a-z_]+)?$")] = ""


class AuditEntryOut(Out):
    id: int
    kind: str
    at: datetime
    by: int | None
    about: int | None
    words: str
    details: dict[str, Any]


class AuditEntriesOut(Schema):
    items: list[AuditEntryOut]
    next: int | None


class ExportIn(In):
    format: Literal["csv", "json"] = "json"


class InvitationIn(In):
    role: RoleName = "member"
    email: Email | Literal[""] = ""
    expires_in_days: Annotated[int, BeforeValidator(_whole), Field(ge=1, le=365)] | None = 7
    max_uses: Annotated[int, BeforeValidator(_whole), Field(ge=1, le=10_000)] | None = None


class InvitationOut(Out):
    id: int
    role: RoleName
    email: str
    expires_at: datetime | None
    max_uses: int | None
    uses: int
    created_by: int
    created_at: datetime
    state: str


class IssuedInvitationOut(InvitationOut):
    token: str
    url: str


class AcceptedOut(Schema):
    project: int
    role: RoleName


class UploadOut(Out):
    """`width` and `height` in pixels, of pictures; `preview`: the address of one that may be shown as it is."""

    id: int
    name: str
    type: str
    size: int
    width: int | None
    height: int | None
    url: str
    preview: str | None


class EventsOut(Schema):
    events: list[dict]
    last: int
    epoch: str
    reset: bool = False
    presence: list[dict] | None = None
