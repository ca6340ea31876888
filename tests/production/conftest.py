"""Production on this machine: nginx, web and live under gunicorn, on the tests' database and Redis."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from config.stack import Stack
from tests.servers import database_url


@pytest.fixture(scope="module")
def keep_stack(django_db_setup, collected: Path, tmp_path_factory) -> Iterator[Callable[..., Stack]]:
    """`keep_stack(live=1, ...)` starts one; all are stopped at the module's end."""
    kept: list[Stack] = []

    def keep(environment: dict[str, str] | None = None, **how: Any) -> Stack:
        directory = tmp_path_factory.mktemp("stack")
        key = directory / "tests_key"  # sessions of the tests' own making hold there
        key.write_text(settings.SECRET_KEY)
        ours = {"REDIS_PREFIX": settings.REDIS_PREFIX, "SECRET_KEY_FILE": str(key), **(environment or {})}
        # No worker, but where a test wants one: it would do the jobs of other tests as well.
        how = {"worker": False, "static": collected, **how}
        stack = Stack(
            directory, database_url=database_url(), redis_url=settings.REDIS_URL, environment=ours, **how
        )
        kept.append(stack)
        return stack.start()

    yield keep
    for stack in kept:
        stack.stop()


@pytest.fixture(scope="module")
def stack(keep_stack: Callable[..., Stack]) -> Stack:
    return keep_stack()
