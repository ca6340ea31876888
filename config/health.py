"""Is this process alive, and may requests be sent to it? Every check has a second, and hangs nobody who asks."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from projects import draining, feed, redis_clients

logger = logging.getLogger(__name__)

LIMIT = 1.0  # seconds for all checks together
LAG_ALLOWED = 5.0  # seconds beyond FEED_CHECK_SECONDS: what a page is promised at worst


class NotReady(Exception):
    """A check's own finding; its text is shown to whoever asks, and so names nothing secret."""


class Check:
    """A question in a thread of its own; while it hangs, no second one is put, and all who ask share it."""

    def __init__(self, ask: Callable[[], None]) -> None:
        self.name, self._ask = ask.__name__, ask
        self._lock = threading.Lock()
        self._asked: Future | None = None

    def start(self) -> Future:
        with self._lock:
            if self._asked is None or self._asked.done():
                self._asked = Future()
                threading.Thread(target=self._run, args=[self._asked], name=self.name, daemon=True).start()
            return self._asked

    def _run(self, answer: Future) -> None:
        began = time.perf_counter()
        try:
            self._ask()
            answer.set_result({"ok": True, "ms": round((time.perf_counter() - began) * 1000, 1)})
        except NotReady as problem:
            answer.set_result({"ok": False, "detail": str(problem)})
        except Exception as error:
            logger.warning("the check of %s failed: %r", self.name, error)
            answer.set_result({"ok": False, "detail": f"does not answer ({type(error).__name__})"})
        finally:
            connections.close_all()


def database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def redis() -> None:
    for client in redis_clients.every(socket_timeout=LIMIT, socket_connect_timeout=LIMIT, retry=None):
        with client:
            client.ping()


def migrations() -> None:
    applied = set(MigrationRecorder(connection).applied_migrations())
    missing = [name for name, stands_for in _on_disk() if not {name, *stands_for} & applied]
    if missing:
        names = ", ".join(f"{app}.{name}" for app, name in sorted(missing)[:5])
        raise NotReady(f"{len(missing)} not applied: {names}")


@cache
def _on_disk() -> list[tuple[tuple[str, str], list[tuple[str, str]]]]:
    """Each migration of the code, with those that it stands for."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    nodes = set(loader.graph.nodes)
    return [(name, each.replaces) for name, each in loader.disk_migrations.items() if name in nodes]


def feeds() -> None:
    if (seconds := feed.lag()) > settings.FEED_CHECK_SECONDS + LAG_ALLOWED:
        raise NotReady(f"{seconds:.0f} s behind the log")


CHECKS = [Check(ask) for ask in (database, redis, migrations, feeds)]


def report() -> dict[str, Any]:
    """{"ready": bool, "checks": {name: {"ok", "ms" or "detail"}}}, after LIMIT seconds at most."""
    deadline = time.monotonic() + LIMIT
    answers = {check.name: check.start() for check in CHECKS}
    checks = {name: _outcome(answer, deadline) for name, answer in answers.items()}
    checks["draining"] = {"ok": not draining.draining}
    return {"ready": all(check["ok"] for check in checks.values()), "checks": checks}


def _outcome(answer: Future, deadline: float) -> dict[str, Any]:
    try:
        return answer.result(max(0.0, deadline - time.monotonic()))
    except TimeoutError:
        return {"ok": False, "detail": f"no answer within {LIMIT:g} s"}
