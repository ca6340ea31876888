"""Who may open a project's socket. Everything here is synchronous and runs in the feed's own threads."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any

from django.conf import settings
from django.http.request import validate_host

from accounts.models import APIToken, User
from accounts.sessions import still_valid, user_of
from projects import access
from projects.models import Membership

SIGNED_OUT, NOT_A_MEMBER, NOT_UNDERSTOOD = 4401, 4403, 4400


class Refused(Exception):
    """`code`: what the socket is closed with, or None where not even the handshake is granted."""

    def __init__(self, code: int | None, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


@dataclass(frozen=True)
class Admission:
    """What a socket was let in with; checked again as long as it is open."""

    project_id: int
    user_id: int
    session: str | None = None  # the session's key
    token: str | None = None  # or the text of a personal token
    invisible: bool = field(default=False, compare=False)
    shares_typing: bool = field(default=True, compare=False)


def check_origin(scope: dict[str, Any]) -> None:
    """Another site's page may not open a socket with our cookie: scheme, host and port must be our own.

    The same rule as Django's for CSRF. A program that signs in by token sends no Origin, and no cookie.
    """
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
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


def admit(scope: dict[str, Any], project_id: int) -> Admission:
    """Refused with 4401 for nobody, with 4403 for somebody who is no member (or where no such project is)."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    token = session = None
    if authorization := headers.get("authorization"):
        scheme, _, token = authorization.partition(" ")
        user = APIToken.objects.owner_of(token.strip()) if scheme.lower() == "bearer" else None
    else:
        session = _cookie(headers.get("cookie", ""))
        user = user_of(session)
    if user is None:
        raise Refused(SIGNED_OUT, "signed out")
    if project_id > 2**63 - 1 or access.role_of(user, project_id) is None:
        raise Refused(NOT_A_MEMBER, "not a member")
    return Admission(
        project_id,
        user.pk,
        session=session,
        token=token,
        invisible=user.invisible,
        shares_typing=user.shares_typing,
    )


def ended(admissions: Iterable[Admission]) -> dict[Admission, tuple[int, str]]:
    """Those which no longer hold, with the code and the reason to close with; four queries for any number."""
    admissions = set(admissions)
    sessions = still_valid({each.session for each in admissions if each.session})
    tokens = {each.token for each in admissions if each.token and APIToken.objects.owner_of(each.token)}
    people = set(
        User.objects.active().filter(pk__in={a.user_id for a in admissions}).values_list("pk", flat=True)
    )
    pairs = Membership.objects.filter(project_id__in={a.project_id for a in admissions}, user_id__in=people)
    members = set(pairs.values_list("project_id", "user_id"))
    verdicts = {}
    for each in admissions:
        if each.user_id not in people or (each.session not in sessions and each.token not in tokens):
            verdicts[each] = (SIGNED_OUT, "signed out")
        elif (each.project_id, each.user_id) not in members:
            verdicts[each] = (NOT_A_MEMBER, "not a member")
    return verdicts


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
