"""Presence with thresholds of fractions of a second, on the real Redis."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn

from config.asgi import application
from presence import roster
from tests.presence.house import SERVERS, House
from tests.waiting import until

SECONDS = {"IDLE": 0.8, "INACTIVE": 1.6, "EXPIRY": 1.2, "LEAVE": 0.6, "BEAT": 0.3, "SWEEP": 0.05}


@pytest.fixture
async def quick(settings: Any) -> AsyncIterator[None]:
    for name, seconds in SECONDS.items():
        setattr(settings, f"PRESENCE_{name}_SECONDS", seconds)
    await forget_everybody()
    yield
    await forget_everybody()
    await roster._async_client().aclose()


async def long_ago() -> None:
    """The store has been there for long: a young one lets nobody leave."""
    await roster._async_client().hset(roster.key("store"), "born", "1")


async def forget_everybody() -> None:
    client = roster._async_client()
    async for key in client.scan_iter(roster.key("*")):
        await client.delete(key)


@pytest.fixture(params=SERVERS[:1])
async def house(quick: None, request: pytest.FixtureRequest) -> AsyncIterator[House]:
    config = uvicorn.Config(
        application,
        port=0,
        ws=request.param,
        lifespan="off",
        ws_per_message_deflate=False,
        log_level="warning",
        ws_max_size=64 * 1024,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    house = House(server.servers[0].sockets[0].getsockname()[1])
    yield house
    for page in house.pages:
        page.crash()
    server.should_exit = server.force_exit = True
    await task
