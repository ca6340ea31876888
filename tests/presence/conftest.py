"""Presence with thresholds of fractions of a second, on the real Redis."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from presence import roster

SECONDS = {"IDLE": 0.8, "INACTIVE": 1.6, "EXPIRY": 1.2, "LEAVE": 0.6, "BEAT": 0.3, "SWEEP": 0.05}


@pytest.fixture
async def quick(settings: Any) -> AsyncIterator[None]:
    for name, seconds in SECONDS.items():
        setattr(settings, f"PRESENCE_{name}_SECONDS", seconds)
    await forget_everybody()
    yield
    await forget_everybody()
    await roster._async_client().aclose()


async def forget_everybody() -> None:
    client = roster._async_client()
    async for key in client.scan_iter(roster.key("*")):
        await client.delete(key)


async def until(condition: Callable[[], Any], *, seconds: float = 10) -> Any:
    """Wait until it is true of the world; what it answered."""
    async with asyncio.timeout(seconds):
        while True:
            answer = condition()
            if isinstance(answer, Awaitable):
                answer = await answer
            if answer:
                return answer
            await asyncio.sleep(0.01)
