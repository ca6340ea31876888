"""What a run needs: PostgreSQL and Redis of its own, Taskroom as in production, the references, the load."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from bench.data import PEOPLE, VERSION
from config.servers import Postgres, Valkey, socket_directory
from config.stack import BASE_DIR, Stack

ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "bench.reference.settings",
    "RATE_SENDS_PER_SECOND": "0",  # here one person sends what many do elsewhere
    "TASKROOM_EMBEDDED_FSYNC": "on",
}


class Load:
    """A process of bench.load: `load.do("fan", group=..., ...)`."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.load"], cwd=BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )  # fmt: skip

    def do(self, what: str, **values: Any) -> dict[str, Any]:
        self.begin(what, **values)
        return self.end()

    def begin(self, what: str, **values: Any) -> None:
        """`do` in two halves, so that two loads can work at once."""
        self.what = what
        self.process.stdin.write(json.dumps({"do": what, **values}) + "\n")
        self.process.stdin.flush()

    def end(self) -> dict[str, Any]:
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"bench: the load failed at {self.what}; see above")
        return json.loads(line)

    def stop(self) -> None:
        with suppress(BrokenPipeError):  # it failed
            self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


class Servers:
    """`directory` keeps the database from one bench to the next: to fill it takes longer than to measure.

    `sizes`: of bench.data.prepare.
    """

    def __init__(self, directory: Path, sizes: dict[str, int]) -> None:
        self.directory, self.sizes = directory.absolute(), sizes
        self.directory.mkdir(mode=0o711, parents=True, exist_ok=True)
        sockets = socket_directory(self.directory)
        self.postgres, self.redis = Postgres(self.directory, sockets), Valkey(self.directory, sockets)
        self.static: Path | None = None
        self.data: dict[str, Any] = {}
        self._open = ExitStack()

    def __enter__(self) -> "Servers":
        os.environ.update(ENVIRONMENT)
        self._forget_others()
        for server in (self.postgres, self.redis):
            server.start()
            self._open.callback(server.stop)
        self._keep_commit_times()
        self.main = self._open.enter_context(self.taskroom())  # migrates
        self.data = self._prepared()
        self.load = self._open.enter_context(self.client())
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def pids(self) -> list[int]:
        """Of servers that an earlier bench may have left, and that are no children of ours."""
        return [self.postgres.pid, self.redis.pid]

    @contextmanager
    def taskroom(
        self, name: str = "main", *, web: int = 1, live: int = 1, **environment: str
    ) -> Iterator[Stack]:
        """Taskroom in production, with so many processes of each kind. Each name has its own part of Redis."""
        stack = Stack(
            self.directory / name, database_url=self.postgres.url, redis_url=self.redis.url, web=web, live=live,
            worker=False, static=self.static, environment={**self._environment(name), **environment},
        )  # fmt: skip
        stack.start()
        self.static = stack.static
        stack.prefix = f"bench-{name}"
        try:
            yield stack
        finally:
            stack.stop()

    @contextmanager
    def reference(self, name: str) -> Iterator[tuple[int, int]]:
        """bench.reference.NAME in a process of its own: its port and its pid."""
        command = [sys.executable, "-m", f"bench.reference.{name}", self.redis.url]
        with subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True) as process:
            try:
                yield int(process.stdout.readline()), process.pid
            finally:
                process.kill()  # it keeps nothing; asked to end, the textbook would wait for its consumers

    @contextmanager
    def client(self) -> Iterator[Load]:
        load = Load()
        try:
            yield load
        finally:
            load.stop()

    def django(self, function: str, **values: Any) -> Any:
        """A function of bench.data, in a process of its own."""
        environment = {
            **os.environ, **self._environment("main"), "DEBUG": "true", "TASKROOM_DATA": str(self.directory),
            "LOG_LEVEL": "WARNING", "DATABASE_POOL": "40",
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "bench.data", function], input=json.dumps(values), text=True, cwd=BASE_DIR,
            stdout=subprocess.PIPE, env=environment,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"bench: {function} failed; see above")
        return json.loads(done.stdout.splitlines()[-1])

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.connection() as connection:
            return connection.execute(sql, values).fetchall()

    def connection(self) -> psycopg.Connection:
        """R4: psycopg, one connection."""
        return psycopg.connect(
            host=str(self.postgres.sockets), user="taskroom", dbname="taskroom", autocommit=True
        )

    # Who opens a socket, who asks ------------------------------------------------------------------------

    def person(self, number: int) -> dict[str, Any]:
        return self.data["people"][number % PEOPLE]

    def member(self, user: int) -> dict[str, Any]:
        return next(each for each in [*self.data["people"], self.data["ana"]] if each["id"] == user)

    def sockets(
        self, base: str, projects: list[dict[str, Any]], count: int, *, each: int = 5
    ) -> list[dict[str, Any]]:
        """What the load opens: `count` sockets spread evenly over the projects, each person with `each` of them."""
        origin = base.replace("ws://", "http://")
        people = {one["id"]: one for one in self.data["people"]}
        found = []
        for number in range(count):
            project = projects[number % len(projects)]
            place = number // len(projects) // each
            person = people[project["members"][-1 - place % len(project["members"])]]
            found.append({
                "project": project["id"],
                "url": f"{base.replace('http://', 'ws://')}/ws/projects/{project['id']}/",
                "headers": {"Cookie": f"sessionid={person['session']}", "Origin": origin},
            })  # fmt: skip
        return found

    def plain_sockets(self, port: int, projects: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
        """The same for a reference."""
        ids = [projects[number % len(projects)]["id"] for number in range(count)]
        return [{"project": id, "url": f"ws://127.0.0.1:{port}/{id}"} for id in ids]

    def headers(self, person: dict[str, Any]) -> dict[str, str]:
        """Of a page's requests."""
        return {
            "Cookie": f"sessionid={person['session']}; csrftoken={person['csrf']}", "X-CSRFToken": person["csrf"],
        }  # fmt: skip

    # Beginning -------------------------------------------------------------------------------------------

    def _environment(self, name: str) -> dict[str, str]:
        return {
            **ENVIRONMENT, "REDIS_PREFIX": f"bench-{name}", "REDIS_URL": self.redis.url,
            "DATABASE_URL": self.postgres.url,
            "SECRET_KEY_FILE": str(self.directory / "main" / "secret_key"),  # sessions hold everywhere
        }  # fmt: skip

    def _keep_commit_times(self) -> None:
        if self.query("SHOW track_commit_timestamp") == [("off",)]:
            with self.connection() as connection:
                connection.execute("ALTER SYSTEM SET track_commit_timestamp = on")
            self.postgres.stop()
            self.postgres.start()

    @property
    def _stamp(self) -> dict[str, int]:
        return {**self.sizes, "version": VERSION}

    def _kept(self) -> dict[str, Any]:
        path = self.directory / "data.json"
        kept = json.loads(path.read_text()) if path.exists() else {}
        return kept["data"] if kept.get("stamp") == self._stamp else {}

    def _forget_others(self) -> None:
        """A database that holds something else, or only half of it, is made anew."""
        if not self._kept() and self.postgres.files.exists():
            if self.postgres.leftover():
                raise SystemExit(f"bench: the PostgreSQL of {self.directory} still runs; stop it first")
            shutil.rmtree(self.postgres.files)

    def _prepared(self) -> dict[str, Any]:
        if data := self._kept():
            return data
        print("Making the data; a minute or two, once ...", file=sys.stderr)
        data = self.django("prepare", **self.sizes)
        with self.connection() as connection:
            connection.execute("VACUUM ANALYZE")
        (self.directory / "data.json").write_text(json.dumps({"stamp": self._stamp, "data": data}))
        return data
