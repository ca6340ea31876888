"""All of production on one machine, without containers: nginx, `web` and `live` under gunicorn, the worker of jobs.

What runs here is what deploy/ ships: the same nginx.conf, the same gunicorn.conf.py. `script/server --production`
shows it to people, the tests of faults break it, bench/ measures it. Everything listens on loopback alone, except
nginx where it is told otherwise, and ends with the Stack.
"""

import atexit
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import psutil

from config import nginx

BASE_DIR = Path(__file__).resolve().parent.parent
PATIENCE = 60  # seconds for all of it to come up, and for one process to end


class Process:
    """One program of the stack, which may be stopped, killed and started again."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.name, self.command, self.environment, self.log = name, command, environment, log
        self._process: subprocess.Popen | None = None

    @property
    def pid(self) -> int:
        return self._process.pid

    def workers(self) -> list[int]:
        """The ids of the processes below it."""
        try:
            children = psutil.Process(self.pid).children()
            return [child.pid for child in children if child.status() != psutil.STATUS_ZOMBIE]
        except psutil.Error:
            return []

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command, cwd=BASE_DIR, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,  # Ctrl-C is for who started the stack; it then ends them in order
            )  # fmt: skip

    def reload(self) -> None:
        """New workers, then an end for the old ones: how a new version comes in without a gap."""
        os.kill(self.pid, signal.SIGHUP)

    def stop(self) -> None:
        if self.alive():
            self._process.terminate()
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """All of it, at once, without a goodbye."""
        if self.alive():
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)  # a session of its own, see `start`
            self._process.wait()

    def last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n  ".join([f"{self.name} says:", *lines[-12:]])


class Stack:
    """nginx and, behind it, so many gunicorn workers of each kind. `directory` takes its files and logs.

    `listen`: where nginx does, a free port where it is left out. `static`: what collectstatic wrote earlier.
    """

    def __init__(
        self,
        directory: Path | str,
        *,
        database_url: str,
        redis_url: str,
        web: int = 1,
        live: int = 2,
        worker: bool = True,
        listen: str = "",
        static: Path | None = None,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.directory = Path(directory).absolute()
        self.directory.mkdir(parents=True, exist_ok=True)
        taken = set()
        self._listen = listen or f"127.0.0.1:{_free_port(taken)}"
        self._web, self._live = (f"127.0.0.1:{_free_port(taken)}" for _ in range(2))
        self._collected, self.static = static is not None, static or self.directory / "static"
        for name in ("static", "media", "metrics"):
            (self.directory / name).mkdir(exist_ok=True)
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": str(BASE_DIR),
            "DEBUG": "false",
            "HTTPS": "false",
            "ALLOWED_HOSTS": os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]"),
            "SECRET_KEY_FILE": str(self._secret_key()),
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "TASKROOM_DATA": str(self.directory),
            "STATIC_ROOT": str(self.static),
            "MEDIA_ROOT": str(self.directory / "media"),
            **(environment or {}),
        }
        self.web = self._gunicorn("web", self._web, web)
        self.live = self._gunicorn("live", self._live, live)
        self.worker = self._process("worker", [sys.executable, "manage.py", "worker"])
        self.nginx = self._process("nginx", nginx.command(self.directory))
        self.processes = [self.web, self.live, *([self.worker] if worker else []), self.nginx]

    @property
    def url(self) -> str:
        return f"http://{self._listen}"

    @property
    def websocket_url(self) -> str:
        return f"ws://{self._listen}"

    @property
    def web_url(self) -> str:
        return f"http://{self._web}"

    @property
    def live_url(self) -> str:
        return f"http://{self._live}"

    def start(self) -> "Stack":
        """Everything up and ready; SystemExit with what the culprit said when it does not come."""
        atexit.register(self.stop)
        for stale in (self.directory / "metrics").iterdir():
            stale.unlink()
        try:
            self._manage("migrate", "--verbosity", "0")
            if not self._collected:
                self._manage("collectstatic", "--noinput", "--verbosity", "0")
            nginx.configure(
                self.directory, listen=self._listen, web=self._web, live=self._live,
                static=self.static, media=Path(self.environment["MEDIA_ROOT"]),
                upload_mb=float(self.environment.get("UPLOAD_MAX_MB") or 25),
            )  # fmt: skip
            for process in self.processes:
                process.start()
            self._wait()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """nginx last: until then nobody meets a closed door."""
        atexit.unregister(self.stop)
        for process in self.processes:
            if process is not self.nginx and process.alive():
                os.kill(process.pid, signal.SIGTERM)
        for process in self.processes:
            process.stop()

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        for url in (self.live_url, self.web_url, self.url):
            while not _ready(f"{url}/readyz"):
                dead = [process for process in self.processes if not process.alive()]
                if dead or time.monotonic() > deadline:
                    said = [process.last_words() for process in dead or self.processes]
                    raise SystemExit("taskroom: not all of it came up.\n" + "\n".join(said))
                time.sleep(0.05)

    def _manage(self, *arguments: str) -> None:
        done = subprocess.run([sys.executable, "manage.py", *arguments], cwd=BASE_DIR, env=self.environment)
        if done.returncode:
            raise SystemExit(f"taskroom: manage.py {arguments[0]} failed; see above")

    def _gunicorn(self, kind: str, bind: str, workers: int) -> Process:
        command = [sys.executable, "-m", "gunicorn", "-c", str(BASE_DIR / "deploy" / "gunicorn.conf.py")]
        return self._process(
            kind, command, TASKROOM_PROCESS=kind, TASKROOM_BIND=bind, TASKROOM_WORKERS=str(workers),
            PROMETHEUS_MULTIPROC_DIR=str(self.directory / "metrics"),
        )  # fmt: skip

    def _process(self, name: str, command: list[str], **environment: str) -> Process:
        return Process(name, command, {**self.environment, **environment}, self.directory / f"{name}.log")

    def _secret_key(self) -> Path:
        path = self.directory / "secret_key"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(50))
        return path


def _ready(url: str) -> bool:
    try:
        return urllib.request.urlopen(url, timeout=5).status == 200
    except (urllib.error.URLError, OSError):
        return False


def _free_port(taken: set[int]) -> int:
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in taken:
            taken.add(port)
            return port
            return port
