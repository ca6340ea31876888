"""The id of the request that is being answered: in its log lines, in its answer, on the page of a failure."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")

_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """Empty outside of requests."""
    return _current.get()


@contextmanager
def given(offered: str | None) -> Iterator[str]:
    """Within it the request has the id that the proxy in front gave it, or one of ours where that is no sane one."""
    id = offered if offered and SANE.fullmatch(offered) else secrets.token_hex(16)
    token = _current.set(id)
    try:
        yield id
    finally:
        _current.reset(token)
