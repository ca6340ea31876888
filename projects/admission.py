"""Who may open a project's socket. Everything here is synchronous and runs in the feed's own threads."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any, NamedTuple

from django.conf import settings
from django.http.request import validate_host

from accounts.models import APIToken, User
from accounts.sessions import still_valid, users_of
from projects.models import Membership

SIGNED_OUT, NOT_A_MEMBER, NOT_UNDERSTOOD = 4401, 4403, 4400


class Refused(Exception):
    """`code`: what the socket is closed with, or None where not even the handshake is granted."""

    def __init__(self, code: int | None, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Claim(NamedTuple):
    """What somebody shows at the door: a session's key, or the text of a personal token."""

    project_id: int
    session: str | None = None
    token: str | None = None


@dataclass(frozen=True)
class Admission:
    """What a socket was let in with; checked again as long as it is open."""

    project_id: int
    user_id: int
    session: str | None = None  # the session's key
    token: str | None = None  # or the text of a personal token
    invisible: bool = field(default=False, compare=False)
    shares_typing: bool = field(default=True, compare=False)


def claim(scope: dict[str, Any], project_id: int) -> Claim:
    """What the handshake shows. Refused, without a word, for another site's page."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    _check_origin(scope, headers)
    if authorization := headers.get("authorization"):
        scheme, _, token = authorization.partition(" ")
        return Claim(project_id, token=token.strip() if scheme.lower() == "bearer" else "")
    return Claim(project_id, session=_cookie(headers.get("cookie", "")))


def admit(claims: list[Claim]) -> list[Admission | Refused]:
    """An answer to each, in a few queries for any number: those who come at the same time are let in together.

    Refused with 4401 for nobody, with 4403 for somebody who is no member (or where no such project is).
    """
    sessions = users_of({each.session for each in claims if each.session})
    owners = APIToken.objects.owners_of({each.token for each in claims if each.token})
    users = [
        owners.get(each.token) if each.token is not None else sessions.get(each.session) for each in claims
    ]
    pairs = _members(
        (each.project_id, user.pk) for each, user in zip(claims, users, strict=True) if user is not None
    )
    answers: list[Admission | Refused] = []
    for each, user in zip(claims, users, strict=True):
        if user is None:
            answers.append(Refused(SIGNED_OUT, "signed out"))
        elif (each.project_id, user.pk) not in pairs:
            answers.append(Refused(NOT_A_MEMBER, "not a member"))
        else:
            discreet = {"invisible": user.invisible, "shares_typing": user.shares_typing}
            answers.append(
                Admission(each.project_id, user.pk, session=each.session, token=each.token, **discreet)
            )
    return answers


def ended(admissions: Iterable[Admission]) -> dict[Admission, tuple[int, str]]:
    """Those which no longer hold, with the code and the reason to close with; four queries for any number."""
    admissions = set(admissions)
    sessions = still_valid({each.session for each in admissions if each.session})
    tokens = set(APIToken.objects.owners_of({each.token for each in admissions if each.token}))
    people = set(
        User.objects.active().filter(pk__in={a.user_id for a in admissions}).values_list("pk", flat=True)
    )
    members = _members((each.project_id, each.user_id) for each in admissions)
    verdicts = {}
    for each in admissions:
        if each.user_id not in people or (each.session not in sessions and each.token not in tokens):
            verdicts[each] = (SIGNED_OUT, "signed out")
        elif (each.project_id, each.user_id) not in members:
            verdicts[each] = (NOT_A_MEMBER, "not a member")
    return verdicts


def _members(pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of the (project, user) that are members, and perhaps others."""
    pairs = [(project_id, user_id) for project_id, user_id in pairs if project_id < 2**63]
    if not pairs:
        return set()
    projects, users = map(set, zip(*pairs, strict=True))
    rows = Membership.objects.filter(project_id__in=projects, user_id__in=users)
    return set(rows.values_list("project_id", "user_id"))


def _check_origin(scope: dict[str, Any], headers: dict[str, str]) -> None:
    """Another site's page may not open a socket with our cookie: scheme, host and port must be our own.

    The same rule as Django's for CSRF. A program that signs in by token sends no Origin, and no cookie.
    """
    host, origin = headers.get("host", ""), headers.get("origin")
    if origin is None and headers.get("authorization"):
        return
    secure = scope.get("scheme") in ("wss", "https") or _said_to_be_secure(headers)
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    ours = (
        validate_host(name, settings.ALLOWED_HOSTS) and origin == f"{'https' if secure else 'http'}://{host}"
    )
    if not ours and origin not in settings.CSRF_TRUSTED_ORIGINS:
        raise Refused(None, "origin")


def discretion(user_ids: Iterable[int]) -> dict[int, tuple[bool, bool]]:
    """User -> (invisible, shares_typing), as they stand now."""
    rows = User.objects.filter(pk__in=set(user_ids)).values_list("pk", "invisible", "shares_typing")
    return {id: (invisible, shares_typing) for id, invisible, shares_typing in rows}


def _said_to_be_secure(headers: dict[str, str]) -> bool:
    name, value = getattr(settings, "SECURE_PROXY_SSL_HEADER", None) or ("", None)
    return bool(name) and headers.get(name.removeprefix("HTTP_").replace("_", "-").lower()) == value


def _cookie(header: str) -> str | None:
    try:
        morsel = SimpleCookie(header).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    return morsel.value if morsel else None
