"""Tests wait for conditions, never for time: here is how. machine.py has the seconds of what is promised in seconds."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, transaction

OFTEN = 0.02
PATIENCE = 60  # seconds that a test waits for what has to happen: no promise of the product


def eventually(condition: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Wait until the condition holds; what it answered. Fails when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"did not happen within {seconds} seconds"
        time.sleep(OFTEN)
    return found


async def until(condition: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """The same on an event loop; the condition may be a coroutine function."""
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if isinstance(found, Awaitable):
                found = await found
            if found:
                return found
            await asyncio.sleep(OFTEN / 2)


def waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0] > 0


def meanwhile(first: Callable[[], Any], second: Callable[[], Any]) -> Any:
    """`first` is done, and commits only when `second` has come and waits for it, or is done as well; its answer.

    For tests on a real transaction of their own.
    """

    def run() -> Any:
        try:
            return second()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            later = pool.submit(run)
            eventually(lambda: later.done() or waits_for_a_lock())
        return later.result(20)
