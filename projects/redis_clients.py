"""Clients of Redis, built in one place, so that all follow what an address means.

    redis://[user:password@]host:port/db, rediss://, unix:///path      one Redis
    redis+sentinel://[user:password@]host:port,host:port/service[/db]  the master that these sentinels name

`?sentinel_username=` and `?sentinel_password=` are for the sentinels themselves. Needs no settings at import, since
the settings are made with it.
"""

from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

import redis
from channels_redis.utils import _consistent_hash
from django.conf import settings
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.asyncio.sentinel import Sentinel as AsyncSentinel
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

SENTINEL = "redis+sentinel"
PATIENCE = 0.5  # seconds for one sentinel, before the next is asked


class Watched(NamedTuple):
    """A master by name: who knows where it is, and how to sign in there."""

    service: str
    sentinels: list[tuple[str, int]]
    sentinel_options: dict[str, Any]
    options: dict[str, Any]

    # One that is away is passed over at once: redis-py would try it again for seconds before it asked the next.

    def for_a_thread(self) -> dict[str, Any]:
        return {**self.sentinel_options, "retry": Retry(NoBackoff(), 0)}

    def for_a_loop(self) -> dict[str, Any]:
        return {**self.sentinel_options, "retry": AsyncRetry(NoBackoff(), 0)}


def watched(address: str) -> Watched | None:
    """None for the address of one Redis. ValueError where it can't be understood."""
    parts = urlsplit(address)
    if parts.scheme != SENTINEL:
        return None
    who, _, hosts = parts.netloc.rpartition("@")
    service, _, db = parts.path.strip("/").partition("/")
    if not (service and hosts):
        raise ValueError(
            f"{SENTINEL}:// needs hosts and a service: {SENTINEL}://host:26379,host:26379/service"
        )
    query = dict(parse_qsl(parts.query))
    user, _, password = who.partition(":")
    options = {"db": int(db or 0), "username": unquote(user), "password": unquote(password)}
    theirs = {name: query.get(f"sentinel_{name}") for name in ("username", "password")}
    return Watched(
        service,
        [_host(each) for each in hosts.split(",")],
        {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE, **_given(theirs)},
        _given(options),
    )


def client(address: str = "", **options: Any) -> redis.Redis:
    """Of REDIS_URL, for presence, limits and whatever else is kept. Options are redis-py's: time limits, retries."""
    address = address or settings.REDIS_URL
    if found := watched(address):
        sentinel = Sentinel(found.sentinels, sentinel_kwargs=found.for_a_thread())
        return sentinel.master_for(found.service, **found.options, **options)
    return redis.Redis.from_url(address, **options)


def async_client(**options: Any) -> AsyncRedis:
    """The same for an event loop; one loop's client is no other's."""
    if found := watched(settings.REDIS_URL):
        sentinel = AsyncSentinel(found.sentinels, sentinel_kwargs=found.for_a_loop())
        return sentinel.master_for(found.service, **found.options, **options)
    return AsyncRedis.from_url(settings.REDIS_URL, **options)


def every(**options: Any) -> list[redis.Redis]:
    """A client for each Redis there is."""
    addresses = dict.fromkeys([settings.REDIS_URL, *settings.CHANNEL_LAYER_URLS])
    return [client(address, **options) for address in addresses]


def layer_host(address: str, **options: Any) -> dict[str, Any]:
    """An entry of the channel layer's `hosts`."""
    if found := watched(address):
        here = {"master_name": found.service, "sentinels": found.sentinels}
        return {**here, "sentinel_kwargs": found.for_a_loop(), **found.options, **options}
    return {"address": address, **options}


def layer_address(group_channel: str) -> str:
    """The Redis in which the channel layer looks for that group, by its own hash; empty for REDIS_URL's."""
    if not (addresses := settings.CHANNEL_LAYER_URLS):
        return ""
    return addresses[_consistent_hash(group_channel, len(addresses))]


def _host(text: str) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    return parts.hostname or "", parts.port or 26379


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}
