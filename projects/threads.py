"""The few threads in which the feed's synchronous code asks the database.

The event loop never waits for it, and neither does the one thread that Channels keeps for everybody's.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import connections

T = TypeVar("T")

_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="feed")


async def in_database(function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run synchronous code that uses the database in the feed's threads; its connection goes back to the pool."""

    def run() -> T:
        try:
            return function(*args, **kwargs)
        finally:
            connections.close_all()

    return await asyncio.get_running_loop().run_in_executor(_threads, run)
