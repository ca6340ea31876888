"""From synchronous code into the channel layer: what was committed is on its way to every live process.

One small client with its own pool and short limits, in the layer's own encoding and group names: going through
`async_to_sync(layer.group_send)` would make an event loop and a connection to Redis a call. A push that fails is
only late: the feeds check the log themselves.
"""

import logging
import time
from functools import cache
from typing import Any

import redis
from channels.layers import get_channel_layer
from django.conf import settings

from projects import metrics, wire

logger = logging.getLogger(__name__)

LIMIT = 0.3  # seconds that a request may lose to a Redis that does not answer
PAUSE = 1.0  # seconds without another try after that

PEOPLE = "people"  # the group of what concerns a person rather than a project

_paused_until = 0.0


def group_of(project_id: int) -> str:
    return f"project.{project_id}"


def event(project_id: int, *, sequence: int, name: str, audience: int | None, text: str) -> None:
    _send(
        group_of(project_id),
        {
            "type": "event",
            "project": project_id,
            "sequence": sequence,
            "name": name,
            "audience": audience,
            "text": text,
        },
    )


def project_gone(project_id: int) -> None:
    _send(group_of(project_id), {"type": "gone", "project": project_id})


def to_user(user_id: int, frame: dict[str, Any]) -> None:
    """A frame to all of one person's own sockets, in no log: what it says can be read again elsewhere."""
    _send(PEOPLE, {"type": "own", "user": user_id, "text": wire.text(frame)})


def signed_out(user_id: int, *, session: str | None = None) -> None:
    """Close the sockets of one session (its digest), or all of the person."""
    _send(PEOPLE, {"type": "signed_out", "user": user_id, "session": session})


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=LIMIT, socket_connect_timeout=LIMIT, retry=None
    )


def _send(group: str, message: dict[str, Any]) -> None:
    global _paused_until
    if time.monotonic() < _paused_until:
        return
    try:
        _client().publish(f"{settings.REDIS_PREFIX}__group__{group}", get_channel_layer().serialize(message))
    except redis.RedisError as error:
        _paused_until = time.monotonic() + PAUSE
        metrics.PUSH_ERRORS.inc()
        logger.warning("push failed, the feeds will read the log: %s", error)
