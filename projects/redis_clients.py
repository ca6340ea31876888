"""Clients of Redis, built in one place."""

from typing import Any

import redis
from django.conf import settings
from redis.asyncio import Redis as AsyncRedis


def client(**options: Any) -> redis.Redis:
    """For presence, limits and whatever else is kept in Redis. Options are redis-py's: time limits, retries."""
    return redis.Redis.from_url(settings.REDIS_URL, **options)


def async_client(**options: Any) -> AsyncRedis:
    """The same for an event loop; one loop's client is no other's."""
    return AsyncRedis.from_url(settings.REDIS_URL, **options)


def every(**options: Any) -> list[redis.Redis]:
    """One client for each Redis there is."""
    return [client(**options)]
