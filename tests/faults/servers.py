"""PostgreSQL and Redis of the fault tests' own, to be killed and restarted: out of wheels, or Debian's."""

import shutil
import signal
from pathlib import Path

import psycopg

from config.servers import Failure, Postgres, Valkey

DEBIAN_POSTGRES = Path("/usr/lib/postgresql/15/bin")


class FaultyPostgres(Postgres):
    """`kill` is a crash: the next start goes through recovery."""

    def kill(self) -> None:
        self.stop_signal, usual = signal.SIGQUIT, self.stop_signal
        try:
            self.stop()
        finally:
            self.stop_signal = usual

    def restart(self) -> None:
        self.stop()
        self.revive()

    def connect(self) -> psycopg.Connection:
        """As a database administrator would: past the product."""
        return psycopg.connect(f"host={self.sockets} user=taskroom dbname=taskroom", autocommit=True)

    def note_commit_times(self) -> None:
        """From now on the server remembers when each transaction was committed."""
        with self.connect() as connection:
            connection.execute("ALTER SYSTEM SET track_commit_timestamp = on")
        self.restart()

    def terminate_connections(self) -> int:
        """End every session but one's own; how many there were."""
        with self.connect() as connection:
            ended = connection.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            return ended.fetchone()[0]

    def connections(self) -> int:
        with self.connect() as connection:
            found = connection.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            return found.fetchone()[0]


class DebianPostgres(FaultyPostgres):
    title = "PostgreSQL 15"

    def _command(self, program, *arguments):
        # Debian's 15 has no locale provider of its own.
        fitting = [
            word
            for word in arguments
            if word not in ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        ]
        found = super()._command(program, *fitting)
        return {
            **found,
            "args": [
                str(DEBIAN_POSTGRES / program) if word.endswith(f"/pginstall/bin/{program}") else word
                for word in found["args"]
            ],
        }


class FaultyRedis(Valkey):
    def kill(self) -> None:
        self.stop_signal, usual = signal.SIGKILL, self.stop_signal
        try:
            self.stop()
        finally:
            self.stop_signal = usual

    def spawn(self, command: dict) -> int:
        self.socket.unlink(missing_ok=True)
        return super().spawn({**command, "args": [*self.binary(command["args"]), "--loglevel", "warning"]})

    def binary(self, arguments: list[str]) -> list[str]:
        return arguments


class DebianRedis(FaultyRedis):
    title = "Redis"

    def binary(self, arguments: list[str]) -> list[str]:
        found = shutil.which("redis-server")
        if not found:
            raise Failure("redis-server is not there; on Debian: apt-get install redis-server")
        return [found, *arguments[1:]]


def servers(data: Path, sockets: Path, *, debian: bool) -> tuple[FaultyPostgres, FaultyRedis]:
    """Both, not yet started; their files under `data`."""
    kinds = (DebianPostgres, DebianRedis) if debian else (FaultyPostgres, FaultyRedis)
    return kinds[0](data, sockets), kinds[1](data, sockets)
