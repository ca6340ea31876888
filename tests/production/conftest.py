"""Production on this machine: nginx, web and live under gunicorn, on the tests' database and Redis."""

from collections.abc import Callable

import pytest

from config.stack import Stack


@pytest.fixture(scope="module")
def stack(keep_stack: Callable[..., Stack]) -> Stack:
    return keep_stack()
