"""The worker of jobs in development, in a thread beside the server. In production it is a process of its own."""

import asyncio
import logging
import threading
import time

from procrastinate.contrib.django import app

logger = logging.getLogger(__name__)

OFFERED = {"install_signal_handlers": False, "concurrency": 2, "delete_jobs": "successful"}


def start() -> None:
    threading.Thread(target=_work, name="jobs", daemon=True).start()


def _work() -> None:
    # An app of its own: the server's goes on to write jobs over Django's connections, in Django's transactions.
    worker = app.with_connector(app.connector.get_worker_connector())
    while True:
        try:
            asyncio.run(_run(worker))
        except Exception as error:
            logger.warning("jobs wait, and are tried again: %r", error)
            time.sleep(1)


async def _run(worker) -> None:
    async with worker.open_async():
        await worker.run_worker_async(**OFFERED)
