"""The stack under test with its PostgreSQL and Redis, the people in it, and projects of theirs."""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import redis

from tests.faults.background import Background
from tests.faults.proxy import Proxy
from tests.faults.servers import FaultyPostgres, FaultyRedis
from tests.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]
POOL = 12  # connections that a process may keep to the database
REQUEST = 15  # seconds of patience for one answer


@dataclass(frozen=True)
class Person:
    id: int
    handle: str
    token: str
    session: str


@dataclass
class Answer:
    """What HTTP said."""

    status: int
    text: str
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class Caller:
    """Somebody's API client on one connection, kept open between calls; not for several threads."""

    def __init__(self, url: str, person: Person | None, cookie: str = "") -> None:
        self.netloc, self.person, self.cookie = urlsplit(url).netloc, person, cookie
        self._line: http.client.HTTPConnection | None = None

    def call(self, method: str, path: str, body: Any = None) -> Answer:
        """OSError or HTTPException when no answer came: then nobody knows whether it was done."""
        return self._send(method, path, None if body is None else json.dumps(body), "application/json")

    def bring(self, path: str, name: str, content: bytes) -> Answer:
        """Upload a file."""
        edge = "the-edge-of-a-part"
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        data = head.encode() + content + f"\r\n--{edge}--\r\n".encode()
        return self._send("POST", path, data, f"multipart/form-data; boundary={edge}")

    def _send(self, method: str, path: str, data: Any, content_type: str) -> Answer:
        headers = {"Authorization": f"Bearer {self.person.token}"} if self.person and not self.cookie else {}
        if self.cookie and self.person:
            headers["Cookie"] = f"{self.cookie}={self.person.session}"
        if data is not None:
            headers["Content-Type"] = content_type
        try:
            if self._line is None:
                self._line = http.client.HTTPConnection(self.netloc, timeout=REQUEST)
                self._line.connect()
                self._line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._line.request(method, path, data, headers)
            response = self._line.getresponse()
            answer = Answer(response.status, response.read().decode(), dict(response.headers))
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        if response.will_close:
            self.close()
        return answer

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's JSON; fails unless it is 2xx."""
        answer = self.call(method, f"/api/v1{path}", body)
        assert 200 <= answer.status < 300, f"{method} {path}: {answer.status} {answer.text[:300]}"
        return answer.json if answer.text else None

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


class House:
    """Everything a fault test needs: `stack`, `postgres`, `redis`, people, and how to reach them."""

    def __init__(
        self, directory: Path, stack: Any, postgres: FaultyPostgres, redis_server: FaultyRedis, background: Background,
        environment: dict[str, str], people: int = 40,
    ) -> None:  # fmt: skip
        self.directory, self.stack, self.postgres, self.redis = directory, stack, postgres, redis_server
        self.background = background
        self.lines: dict[str, Proxy] = {}  # of a wired house: "database" and "redis"
        self.environment = environment
        cast = json.loads(self.run("-m", "tests.faults.cast", str(people)))
        self.people = [Person(**person) for person in cast["people"]]
        self.cookie = cast["cookie"]
        self._turns = 0
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return self.stack.url

    def versions(self) -> str:
        """Of the two servers, as they say themselves."""
        with self.postgres.connect() as connection:
            (postgres,) = connection.execute("SHOW server_version").fetchone()
        with redis.Redis.from_url(self.redis.url) as client:
            found = client.info("server")
        name = "Valkey" if "valkey_version" in found else "Redis"
        return f"PostgreSQL {postgres}, {name} {found.get('valkey_version', found['redis_version'])}"

    def run(self, *arguments: str, **environment: str) -> str:
        """Python with the stack's settings, to its end; what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env={**os.environ, **self.environment, **environment},
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def caller(self, person: Person | None, url: str | None = None) -> Caller:
        return Caller(url or self.url, person)

    def browser(self, person: Person, url: str | None = None) -> Caller:
        """Signed in by session, as a browser is."""
        return Caller(url or self.url, person, self.cookie)

    def project(self, members: int = 12) -> "Place":
        """A project of its own: its owner and some more people, each taking their turn."""
        with self._lock:
            self._turns += 1
            turn = self._turns
        people = [self.people[(turn * 7 + step) % len(self.people)] for step in range(members)]
        owner = self.caller(people[0])
        project = owner.ask("POST", "/projects", {"name": f"Fault {turn}", "key": f"F{turn}"})
        token = owner.ask(
            "POST", f"/projects/{project['id']}/invitations", {"role": "member", "max_uses": 100}
        )["token"]
        for person in people[1:]:
            caller = self.caller(person)
            caller.ask("POST", f"/invitations/{token}/accept")
            caller.close()
        snapshot = owner.ask("GET", f"/projects/{project['id']}/snapshot")
        owner.close()
        return Place(self, project["id"], snapshot["rooms"][0]["id"], people)

    # Deaths and descriptors --------------------------------------------------------------------------------

    def arm(self, death: str) -> Path:
        """The next process that comes by dies there; the file is gone then."""
        armed = Path(self.environment["TASKROOM_FAULTS"]) / death
        armed.touch()
        return armed

    def processes(self) -> list[psutil.Process]:
        """The gunicorn workers, web and live."""
        return [psutil.Process(pid) for kind in (self.stack.web, self.stack.live) for pid in kind.workers()]

    def resources(self) -> "Resources":
        """What the workers and the database hold now."""
        workers = self.processes()
        with self.postgres.connect() as connection:
            sessions, stuck = connection.execute(
                "SELECT count(*), count(*) FILTER (WHERE state LIKE 'idle in transaction%') FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchone()
        return Resources(
            memory=max(worker.memory_info().rss for worker in workers),
            descriptors=max(worker.num_fds() for worker in workers),
            sockets=self.sockets(),
            sessions=sessions,
            stuck=stuck,
        )

    def sockets(self) -> int:
        """Connections that the live workers hold to clients."""
        port = urlsplit(self.stack.live_url).port
        return sum(
            line.status == psutil.CONN_ESTABLISHED and line.laddr.port == port
            for pid in self.stack.live.workers()
            for line in psutil.Process(pid).net_connections("tcp")
        )

    def left_behind(self, before: "Resources") -> list[str]:
        """What has not gone back to where it was, once all listeners have left; waits for it."""
        wrong: list[str] = []

        def back() -> bool:
            try:
                now = self.resources()
            except (psutil.Error, OSError):
                return False  # a worker is just being replaced
            wrong[:] = now.beyond(before)
            return not wrong

        with suppress(AssertionError):
            eventually(back)
        return wrong

    def log_sizes(self) -> dict[Path, int]:
        return {path: path.stat().st_size for path in self.directory.rglob("*.log")}

    def logged_since(self, sizes: dict[Path, int]) -> dict[Path, str]:
        """What each process has logged since `log_sizes` answered so."""
        said = {}
        for path in self.directory.rglob("*.log"):
            with path.open("rb") as file:
                file.seek(sizes.get(path, 0))
                said[path] = file.read().decode(errors="replace")
        return said


@dataclass
class Resources:
    """`memory` in bytes and `descriptors` are those of the worker that has most."""

    memory: int
    descriptors: int
    sockets: int
    sessions: int
    stuck: int

    def beyond(self, before: "Resources") -> list[str]:
        """In words: what is more than before, beyond what pools and caches may keep."""
        wrong = []
        if self.memory > before.memory + 64 * 1024 * 1024:
            wrong.append(f"memory grew from {before.memory >> 20} to {self.memory >> 20} MiB")
        if self.descriptors > before.descriptors + 2 * POOL:
            wrong.append(f"descriptors grew from {before.descriptors} to {self.descriptors}")
        if self.sockets > before.sockets + 2:
            wrong.append(f"sockets grew from {before.sockets} to {self.sockets}")
        if self.stuck:
            wrong.append(f"{self.stuck} database sessions are stuck in a transaction")
        if self.sessions > before.sessions + 4 * POOL:
            wrong.append(f"database sessions grew from {before.sessions} to {self.sessions}")
        return wrong


@dataclass
class Place:
    """One project, its room, and its people: the first owns it, the others are members."""

    house: House
    id: int
    room: int
    people: list[Person]

    @property
    def owner(self) -> Person:
        return self.people[0]

    def snapshot(self, person: Person | None = None) -> dict[str, Any]:
        caller = self.house.caller(person or self.owner)
        try:
            return caller.ask("GET", f"/projects/{self.id}/snapshot")
        finally:
            caller.close()

    @contextmanager
    def as_owner(self) -> Iterator[Caller]:
        caller = self.house.caller(self.owner)
        try:
            yield caller
        finally:
            caller.close()
