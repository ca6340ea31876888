"""
PostgreSQL and Redis out of wheels, for whoever sets no DATABASE_URL and no REDIS_URL.

`start(data)` answers with the addresses of both servers, starting them under `data` when they do not run
yet. Every process that asked holds a shared lock on `data/users.lock` for as long as it lives, however it
ends. A keeper process starts the servers, and stops them once it can have that lock for itself: then nobody
is left.

`python -m config.embedded COMMAND` runs any command with DATABASE_URL and REDIS_URL set to these servers.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from config.servers import PATIENCE, Failure, Postgres, Valkey, socket_directory

BASE_DIR = Path(__file__).resolve().parent.parent


class Servers(NamedTuple):
    database_url: str
    redis_url: str


_held = {}  # data directory -> (open lock file, Servers), for the life of this process


def start(data: Path | str) -> Servers:
    """Answer with running servers whose files lie under `data`; takes a millisecond when they run already."""
    data = Path(data).absolute()
    if data not in _held:
        try:
            _held[data] = _join(data)
        except (Failure, OSError) as problem:
            raise SystemExit(f"taskroom: {problem}") from None
    return _held[data][1]


def leave() -> None:
    """Use no servers any longer; where nobody else does, come back only after they have stopped."""
    while _held:
        data, (lock, _) = _held.popitem()
        lock.close()
        deadline = time.monotonic() + PATIENCE
        while _kept(data) and not _used(data) and time.monotonic() < deadline:
            time.sleep(0.02)


def django_database(url: str) -> dict:
    """
    The entry for Django's DATABASES of postgres://user:password@host:port/name?host=/socket/directory&a=b,
    each part percent-encoded where needed. Parameters other than host and port are OPTIONS.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError("DATABASE_URL must begin with postgres://")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": options.pop("port", "") or str(parts.port or ""),
        "OPTIONS": options,
    }


def _join(data):
    # A user of their own runs PostgreSQL for root, and has to pass through.
    data.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    users = _locked(data / "users.lock", fcntl.LOCK_SH)  # waits while a keeper is stopping the servers
    with _locked(data / "start.lock", fcntl.LOCK_EX):
        if not (_kept(data) and _ready(data).exists()):
            _launch_keeper(data)
        return users, Servers(**json.loads(_ready(data).read_text()))


def _launch_keeper(data):
    _ready(data).unlink(missing_ok=True)
    command = [sys.executable, "-m", "config.embedded", "--keep", str(data)]
    launch = subprocess.run(
        command, cwd=BASE_DIR, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    if launch.returncode:
        raise Failure(launch.stdout.strip() or "the keeper of PostgreSQL and Redis died at its start")


def _ready(data):
    return data / "servers.json"


def _kept(data):
    return not _free(data / "keeper.lock", fcntl.LOCK_SH)


def _used(data):
    # A keeper that is stopping the servers holds the lock alone: nobody can share it, and that is no use.
    path = data / "users.lock"
    return _free(path, fcntl.LOCK_SH) and not _free(path, fcntl.LOCK_EX)


def _free(path, kind):
    try:
        _locked(path, kind | fcntl.LOCK_NB).close()
    except BlockingIOError:
        return False
    return True


def _locked(path, kind):
    """The file at `path`, open and locked until it is closed. A program run from here does not inherit it."""
    file = open(path, "a")  # noqa: SIM115
    try:
        fcntl.flock(file, kind)
    except BaseException:
        file.close()
        raise
    return file


def _keep(data, report):
    """Start both servers, report, and stop them when the last user is gone."""
    with _locked(data / "keeper.lock", fcntl.LOCK_EX | fcntl.LOCK_NB) as lock:
        sockets = socket_directory(data)
        servers = [Postgres(data, sockets), Valkey(data, sockets)]
        try:
            for server in servers:
                server.start()
            addresses = Servers(*(server.url for server in servers))
            _ready(data).write_text(json.dumps(addresses._asdict()))
            report("")
            with _alone(data, servers, lock):
                _stop(data, servers, lock)
        except BaseException:
            _stop(data, servers, lock)
            raise


def _alone(data, servers, lock):
    """Wait until no user is left, starting again what died; newcomers wait until the answer is closed."""
    while True:
        try:
            return _locked(data / "users.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.1)
        if _removed(lock):
            raise Failure(f"{data} was removed")
        for server in servers:
            if not server.alive():
                server.revive()


def _stop(data, servers, lock):
    for server in reversed(servers):
        server.stop()
    if not _removed(lock):
        _ready(data).unlink(missing_ok=True)
        with suppress(OSError):  # not empty: made again, or never ours to remove
            servers[0].sockets.rmdir()


def _removed(lock):
    """Whether somebody deleted the data directory; a new one in its place has a keeper of its own."""
    try:
        return not os.path.samestat(os.fstat(lock.fileno()), os.stat(lock.name))
    except FileNotFoundError:
        return True


def _become_keeper(data):
    """Go on as a process of its own; the one that was started ends when the servers are up, or says why."""
    reader, writer = os.pipe()
    if os.fork():
        os.close(writer)
        with open(reader) as words:
            said = words.read()
        print(said.removeprefix("."))
        return 0 if said == "." else 1
    os.close(reader)
    os.setsid()
    os.chdir("/")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    # Only the last user's end may take the servers away, not a stray signal.
    for stray in (signal.SIGINT, signal.SIGHUP):
        signal.signal(stray, signal.SIG_IGN)

    words = open(writer, "w")  # noqa: SIM115

    def report(problem):
        if not words.closed:
            words.write(problem or ".")
            words.close()

    try:
        _keep(data, report)
    except (Failure, OSError) as problem:
        report(str(problem))
    os._exit(0)


def _run(command):
    data = Path(os.environ.get("TASKROOM_DATA") or BASE_DIR / ".data")
    servers = start(data)
    environment = {**os.environ, "DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
    try:
        return subprocess.run(command, env=environment).returncode
    finally:
        leave()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--keep", data]:
            raise SystemExit(_become_keeper(Path(data)))
        case [_, *_] as command:
            raise SystemExit(_run(command))
        case _:
            raise SystemExit("usage: python -m config.embedded COMMAND [ARGUMENT ...]")
