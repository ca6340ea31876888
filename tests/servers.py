"""Taskroom in a process of its own, on the tests' database and Redis: what browsers and sockets talk to."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from tests.browser.late import APPLICATION

ROOT = Path(settings.BASE_DIR)
PATIENCE = 120  # seconds: a whole worker's tests need its server, however busy the machine is


def database_url() -> str:
    """The address of the database that this test run has made."""
    database = connection.settings_dict
    who = f"{quote(database['USER'])}:{quote(database['PASSWORD'])}@" if database["USER"] else ""
    where = f"?host={quote(database['HOST'], safe='')}" + (
        f"&port={database['PORT']}" if database["PORT"] else ""
    )
    return f"postgres://{who}/{quote(database['NAME'])}{where}"


def environment() -> dict[str, str]:
    """In which a process works on this test run's database and Redis."""
    return {
        **os.environ,
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "REDIS_PREFIX": settings.REDIS_PREFIX,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def manage(*arguments: str, **extra: str) -> subprocess.CompletedProcess:
    """`manage.py` as somebody runs it."""
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**environment(), **extra},
        capture_output=True,
        text=True,
        timeout=5 * PATIENCE,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One uvicorn process. `stop` and `start` may be repeated: the address stays."""

    def __init__(self, log: Path, **variables: str) -> None:
        self.port, self.log = free_port(), log
        self.environment = {**environment(), **variables}
        self.process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def websocket_url(self) -> str:
        return f"ws://localhost:{self.port}"

    def start(self) -> "Server":
        command = [sys.executable, "-m", "uvicorn", APPLICATION, "--host", "127.0.0.1"]
        options = [
            "--port",
            str(self.port),
            "--lifespan",
            "off",
            "--ws",
            "config.websocket:Protocol",
            "--log-level",
            "warning",
        ]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *options, "--timeout-graceful-shutdown", "3"],
                cwd=ROOT, env=self.environment, stdout=log, stderr=log,
            )  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not come up:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.05)
        return self

    def answers(self) -> bool:
        try:
            return urllib.request.urlopen(f"{self.url}/accounts/login/", timeout=5).status == 200
        except (urllib.error.URLError, OSError):
            return False

    def stop(self, how: int = signal.SIGTERM) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(PATIENCE)

    def kill(self) -> None:
        self.stop(signal.SIGKILL)
