"""Tests wait for conditions, never for time: here is how."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

OFTEN = 0.02


def eventually(condition: Callable[[], Any], seconds: float = 20) -> Any:
    """Wait until the condition holds; what it answered. Fails when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"did not happen within {seconds} seconds"
        time.sleep(OFTEN)
    return found


async def until(condition: Callable[[], Any], seconds: float = 10) -> Any:
    """The same on an event loop; the condition may be a coroutine function."""
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if isinstance(found, Awaitable):
                found = await found
            if found:
                return found
            await asyncio.sleep(OFTEN / 2)
