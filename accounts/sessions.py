"""What a session cookie proves, for connections that live longer than a request.

Reads only: Django's own `get_user` would flush a session of an older SECRET_KEY where a request keeps it.
"""

from collections.abc import Iterable

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from .models import User
from .session_store import KEY


def user_of(session_key: str | None) -> User | None:
    """The active person this session belongs to."""
    return users_of([session_key]).get(session_key) if session_key else None


def still_valid(session_keys: Iterable[str]) -> set[str]:
    """Those of the keys that still prove somebody: not signed out, expired, deactivated or outdated."""
    return set(users_of(session_keys))


def users_of(session_keys: Iterable[str]) -> dict[str, User]:
    """Session key -> active person, in two queries for any number of keys."""
    claims = {}
    # What can be no key is not asked about: a NUL in one cookie would fail the question for all.
    keys = {key for key in session_keys if KEY.fullmatch(key)}
    for session in Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now()):
        data = session.get_decoded()
        if data.get(SESSION_KEY, "").isdecimal() and BACKEND_SESSION_KEY in data:
            claims[session.session_key] = (int(data[SESSION_KEY]), data.get(HASH_SESSION_KEY, ""))
    people = User.objects.active().in_bulk({user_id for user_id, _ in claims.values()})
    return {
        key: people[user_id]
        for key, (user_id, session_hash) in claims.items()
        if user_id in people and _proves(session_hash, people[user_id])
    }


def _proves(session_hash: str, user: User) -> bool:
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return any(constant_time_compare(session_hash, each) for each in hashes)
