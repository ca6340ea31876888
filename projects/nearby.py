"""Redis, as a request asks it: one small client with a pool of its own, and no patience.

A request loses at most LIMIT seconds to a Redis that does not answer, and for PAUSE seconds after that nobody of this
process tries again.
"""

import logging
import time
from collections.abc import Callable
from functools import cache
from typing import TypeVar

import redis

from projects import redis_clients

logger = logging.getLogger(__name__)

LIMIT = 0.3
PAUSE = 1.0

T = TypeVar("T")

_paused_until: dict[str, float] = {}  # address -> moment


def ask(
    question: Callable[[redis.Redis], T],
    *,
    without: str,
    failed: Callable[[], None] = lambda: None,
    address: str = "",
) -> T | None:
    """What `question(client)` answers; None when Redis is away. `without` says in the log what that means.

    `address`: of another Redis than REDIS_URL's.
    """
    if time.monotonic() < _paused_until.get(address, 0):
        return None
    try:
        return question(client(address) if address else client())
    except redis.RedisError as error:
        _paused_until[address] = time.monotonic() + PAUSE
        failed()
        logger.warning("Redis is away, %s: %s", without, error)
        return None


@cache
def client(address: str = "") -> redis.Redis:
    return redis_clients.client(address, socket_timeout=LIMIT, socket_connect_timeout=LIMIT, retry=None)
