"""The cache, which counts tries at signing in for all processes together."""

from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

from projects import redis_clients


class Client(RedisCacheClient):
    """Follows sentinels, if the address names some."""

    def _get_connection_pool(self, write: bool) -> Any:
        if 0 not in self._pools:
            self._pools[0] = redis_clients.client(self._servers[0], **self._pool_options).connection_pool
        return self._pools[0]


class ForgetfulRedisCache(RedisCache):
    """Without Redis everything is forgotten and nothing fails: people can sign in, uncounted."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = Client

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except RedisError:
            return default

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        try:
            super().set(key, value, timeout, version)
        except RedisError:
            return

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        try:
            return super().add(key, value, timeout, version)
        except RedisError:
            return True

    def delete(self, key: Any, version: int | None = None) -> bool:
        try:
            return super().delete(key, version)
        except RedisError:
            return False

    def clear(self) -> bool:
        """Only what is the cache's: presence and the channel layer live in the same Redis."""
        client = self._cache.get_client(write=True)
        for key in client.scan_iter(self.make_key("*")):
            client.delete(key)
        return True
