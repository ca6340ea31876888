"""Sessions in the database, for keys that can be one; read with a statement that is ready, since every request asks."""

import re
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.utils import timezone

from .prepared import Prepared

KEY = re.compile(r"[0-9a-z]{8,40}")

_stored = Prepared(lambda key: SessionStore.get_model_class().objects.filter(session_key=key))


class SessionStore(DatabaseSessionStore):
    """A cookie may hold anything, a NUL for one, at which PostgreSQL would fail: no more than that is no session."""

    def _validate_session_key(self, key: Any) -> bool:
        return isinstance(key, str) and KEY.fullmatch(key) is not None

    def _get_session_from_db(self) -> Any:
        for session in _stored(key=self.session_key):
            if session.expire_date > timezone.now():
                return session
        self._session_key = None  # as Django does: this key is nobody's to be given again
        return None
