"""The worker of jobs: in production a process (`manage.py worker`), in development a thread beside the server."""

import asyncio
import logging
import signal
import threading
from collections.abc import Callable
from contextlib import suppress

from procrastinate import App
from procrastinate.contrib.django import app

logger = logging.getLogger(__name__)

LOOK = 30.0  # seconds between two looks at jobs whose worker is lost
GRACE = 5.0  # seconds that a job may still take when the server ends
PAUSE = 1.0  # seconds before it tries again, when the database was away
OFFERED = {"install_signal_handlers": False, "concurrency": 2, "delete_jobs": "successful"}


def start() -> Callable[[], None]:
    """In a thread, until the process ends, or what is returned is called: before the database goes, for one."""
    loop = asyncio.new_event_loop()
    working = loop.create_task(_work())

    def work() -> None:
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(working)

    def stop() -> None:
        loop.call_soon_threadsafe(working.cancel)
        thread.join(GRACE)

    thread = threading.Thread(target=work, name="jobs", daemon=True)
    thread.start()
    return stop


def run() -> None:
    """Until SIGTERM or Ctrl-C; what is being done then is done first."""
    asyncio.run(_until_told())


async def _until_told() -> None:
    working = asyncio.create_task(_work())
    for told in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(told, working.cancel)
    with suppress(asyncio.CancelledError):
        await working


async def _work() -> None:
    while True:
        # An app of its own: the server's goes on to write jobs over Django's connections, in Django's transactions.
        worker = app.with_connector(app.connector.get_worker_connector())
        try:
            async with worker.open_async():
                looking = asyncio.create_task(_take_up(worker))
                try:
                    await worker.run_worker_async(
                        **OFFERED
                    )  # ends by itself when it can't give its sign of life
                finally:
                    looking.cancel()
        except Exception as error:
            logger.warning("jobs wait for the database: %r", error)
        await asyncio.sleep(PAUSE)


async def _take_up(worker: App) -> None:
    """What a worker was doing that was killed, or lost its machine: it has given no sign for half a minute."""
    while True:
        try:
            for job in await worker.job_manager.get_stalled_jobs():
                logger.warning("job %s of a lost worker is tried again", job.id)
                await worker.job_manager.retry_job(job)
        except Exception as error:
            logger.warning("could not look for jobs of lost workers: %r", error)
        await asyncio.sleep(LOOK)
