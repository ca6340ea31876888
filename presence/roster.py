"""Who is active, idle, inactive or offline: what Redis knows of everybody's connections.

A connection is (visible, last input) with an expiry, by Redis' own clock. `beat` renews it, `leave` lets it run out
soon, `sweep` looks at those whose time has come. roster.lua decides, for every process alike, and answers each
change to one caller only, who publishes it. Nothing depends on a connection saying goodbye.
"""

import asyncio
import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import redis
from django.conf import settings
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from projects import redis_clients

logger = logging.getLogger(__name__)

CONNECTIONS = 10  # a person
TOGETHER = 100  # connections in one call of the script, which holds Redis for about a millisecond
LIMIT = 0.3  # seconds that a page may wait for a Redis that does not answer
PATIENCE = 2  # seconds that the presence loop may

SCRIPT = Path(__file__).with_suffix(".lua").read_text()


class Change(NamedTuple):
    """A transition that the caller has to publish. `last_seen`: ISO 8601, the last sign of life."""

    user: int
    status: str
    last_seen: str


class Answer(NamedTuple):
    """`refused`: connections beyond the most a person may have; they are not counted and should close."""

    changed: list[Change]
    refused: list[str]


async def beat(connections: Iterable[tuple[int, str, str]]) -> Answer:
    """These (user, connection, state) live. State: active (input now), idle or inactive (none for that long),
    hidden (the tab cannot be seen), here (nothing new; a person's first connection counts as input), invisible (to
    everybody it has left; it still counts as one of the CONNECTIONS that a person may have)."""
    connections = list(connections)
    changed, refused = [], []
    for start in range(0, len(connections), TOGETHER):
        some = connections[start : start + TOGETHER]
        answer = await _run("beat", *(part for connection in some for part in connection))
        changed += answer.changed
        refused += answer.refused
    return Answer(changed, refused)


async def leave(user: int, connection: str) -> list[Change]:
    """The connection has ended. It counts for PRESENCE_LEAVE_SECONDS more, so that a reload shows nothing."""
    return await depart([(user, connection)])


async def depart(connections: Iterable[tuple[int, str]]) -> list[Change]:
    """`leave` for several (user, connection), at most TOGETHER."""
    return (await _run("leave", *(part for connection in connections for part in connection))).changed


async def sweep() -> list[Change]:
    """Those whose status has changed merely because time went by. Any number of processes may ask."""
    return (await _run("sweep", TOGETHER)).changed


async def read(users: Iterable[int]) -> dict[int, dict[str, Any]]:
    """`statuses` for the event loop; raises RedisError."""
    users = list(users)
    if not users:
        return {}
    pipeline = _async_client().pipeline(transaction=False)
    return _decode(users, *await _ask(pipeline, users).execute())


def statuses(users: Iterable[int]) -> dict[int, dict[str, Any]]:
    """User -> {"status", "last_seen" (ISO 8601 or None)}, in one round trip. Without Redis everybody is offline."""
    users = list(users)
    if not users:
        return {}
    try:
        return _decode(users, *_ask(_client().pipeline(transaction=False), users).execute())
    except redis.RedisError as error:
        logger.warning("presence is unknown without Redis: %s", error)
        return {user: {"status": "offline", "last_seen": None} for user in users}


def beat_once(user: int, connection: str, state: str) -> list[Change]:
    """`beat` from a request; without Redis nothing has changed."""
    try:
        return _answer(_client().register_script(SCRIPT)(**_call("beat", user, connection, state))).changed
    except redis.RedisError as error:
        logger.warning("presence is not told without Redis: %s", error)
        return []


def key(name: str) -> str:
    return f"{settings.REDIS_PREFIX}:presence:{name}"


async def _run(verb: str, *arguments: Any) -> Answer:
    return _answer(await _async_client().register_script(SCRIPT)(**_call(verb, *arguments)))


def _call(verb: str, *arguments: Any) -> dict[str, list[Any]]:
    seconds = (
        settings.PRESENCE_IDLE_SECONDS,
        settings.PRESENCE_INACTIVE_SECONDS,
        settings.PRESENCE_EXPIRY_SECONDS,
        settings.PRESENCE_LEAVE_SECONDS,
    )
    limits = [key("person:"), *(int(each * 1000) for each in seconds), CONNECTIONS]
    return {"keys": [key("due"), key("shown"), key("store")], "args": [*limits, verb, *arguments]}


def _answer(raw: tuple[list[str], list[str]]) -> Answer:
    changed, refused = raw
    rows = zip(changed[::3], changed[1::3], changed[2::3], strict=True)
    return Answer([Change(int(user), status, _moment(seen)) for user, status, seen in rows], refused)


def _ask(pipeline: Any, users: list[int]) -> Any:
    pipeline.time()
    pipeline.hmget(key("shown"), users)
    return pipeline


def _decode(users: list[int], time: tuple[int, int], texts: list[str | None]) -> dict[int, dict[str, Any]]:
    now = time[0] * 1000 + time[1] // 1000
    return dict(zip(users, (_shown(text, now) for text in texts), strict=True))


def _shown(text: str | None, now: int) -> dict[str, Any]:
    status, seen, expiry = text.split() if text else ("offline", None, "0")
    if int(expiry) <= now:
        status = "offline"  # also when no process is left that would say so
    return {"status": status, "last_seen": seen and _moment(seen)}


def _moment(milliseconds: str) -> str:
    moment = datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@cache
def _client() -> redis.Redis:
    return redis_clients.client(
        socket_timeout=LIMIT,
        socket_connect_timeout=LIMIT,
        retry=Retry(NoBackoff(), 1),  # a connection that Redis closed meanwhile
        decode_responses=True,
    )


_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncRedis] = WeakKeyDictionary()


def _async_client() -> AsyncRedis:
    """One pool an event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _clients:
        _clients[loop] = redis_clients.async_client(
            socket_timeout=PATIENCE,
            socket_connect_timeout=1,
            retry=AsyncRetry(NoBackoff(), 1),
            decode_responses=True,
        )
    return _clients[loop]
