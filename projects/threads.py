"""The few threads in which the feed's synchronous code asks the database.

The event loop never waits for it, and neither does the one thread that Channels keeps for everybody's.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, TypeVar

from django.db import connections

Q, T = TypeVar("Q"), TypeVar("T")

_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="feed")


async def in_database(function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run synchronous code that uses the database in the feed's threads; its connection goes back to the pool."""

    def run() -> T:
        try:
            return function(*args, **kwargs)
        finally:
            connections.close_all()

    return await asyncio.get_running_loop().run_in_executor(_threads, run)


class Together(Generic[Q, T]):
    """Questions that come while others are being answered are answered together, with at most `most` in one go.

    `answer` takes a list of questions and gives a list of answers, of which those that are exceptions are raised.
    """

    def __init__(self, answer: Callable[[list[Q]], list[T | Exception]], *, most: int) -> None:
        self._answer, self._most = answer, most
        self._waiting: list[tuple[Q, asyncio.Future[T]]] = []
        self._task: asyncio.Task | None = None

    async def ask(self, question: Q) -> T:
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((question, future))
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        while self._waiting:
            some, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            try:
                answers = await in_database(self._answer, [question for question, _ in some])
            except Exception as error:
                answers = [error] * len(some)
            for (_, future), answer in zip(some, answers, strict=True):
                if future.done():  # whoever asked has gone
                    continue
                if isinstance(answer, Exception):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)
        self._task = None
