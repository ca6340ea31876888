"""Sessions in the database, for keys that can be one."""

import re
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore

KEY = re.compile(r"[0-9a-z]{8,40}")


class SessionStore(DatabaseSessionStore):
    """A cookie may hold anything, a NUL for one, at which PostgreSQL would fail: no more than that is no session."""

    def _validate_session_key(self, key: Any) -> bool:
        return isinstance(key, str) and KEY.fullmatch(key) is not None
