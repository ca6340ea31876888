"""`manage.py worker` as a process: what it does when the database, or it itself, goes away in the middle."""

import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from projects.models import Invitation
from tests.operations.relay import Relay
from tests.servers import ROOT, environment
from tests.waiting import eventually


@pytest.fixture
def database(transactional_db) -> Iterator[Relay]:
    host, port = connection.settings_dict["HOST"], connection.settings_dict["PORT"] or "5432"
    relay = Relay(f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host, int(port)))
    yield relay
    relay.close()


@pytest.fixture
def start_worker(database: Relay, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen]]:
    """Its database is reached through the relay, its mail lies in `tmp_path`/mail unless said otherwise."""
    name = connection.settings_dict
    started = []

    def start(**variables: str) -> subprocess.Popen:
        ours = {
            "DATABASE_URL": f"postgres://{name['USER']}@127.0.0.1:{database.port}/{name['NAME']}",
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "DJANGO_SETTINGS_MODULE": "tests.production.settings",
            "TASKROOM_TEST_MAIL": str(tmp_path / "mail"),
            **variables,
        }
        with (tmp_path / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "worker"], cwd=ROOT, env={**environment(), **ours}, stdout=log, stderr=log
            )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


def invite(project: Any, by: Any, email: str) -> None:
    with transaction.atomic():
        invitation, _ = Invitation.issue(project, role="member", email=email, by=by)
        invitation.mail(site="https://taskroom.example/")


def mails(directory: Path, to: str) -> int:
    return sum(f"To: {to}" in file.read_text() for file in (directory / "mail").glob("*.log"))


def test_a_worker_outlives_its_database(project, ana, database: Relay, start_worker, tmp_path):
    worker = start_worker()
    invite(project, ana, "eve@example.com")
    eventually(lambda: mails(tmp_path, "eve@example.com"))

    database.close()  # connections end, and new ones are refused
    invite(project, ana, "fay@example.com")
    eventually(lambda: "jobs wait for the database" in (tmp_path / "log").read_text())
    assert worker.poll() is None and not mails(tmp_path, "fay@example.com")

    again = Relay(database.target, database.port)
    eventually(lambda: mails(tmp_path, "fay@example.com"))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    again.close()


def test_what_a_killed_worker_was_doing_is_done_by_the_next(project, ana, start_worker, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # a mail server that says nothing
        worker = start_worker(
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=str(deaf.getsockname()[1]),
        )
        invite(project, ana, "eve@example.com")
        deaf.settimeout(60)
        deaf.accept()
        worker.kill()
        worker.wait()
    assert ProcrastinateJob.objects.get().status == "doing"

    with connection.cursor() as cursor:  # rather than wait until it has given no sign for so long
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
    start_worker()
    eventually(lambda: mails(tmp_path, "eve@example.com"))


def test_a_worker_that_is_told_to_end_finishes_what_it_does(project, ana, start_worker, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as slow:
        worker = start_worker(
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=str(slow.getsockname()[1]),
        )
        invite(project, ana, "eve@example.com")
        slow.settimeout(60)
        line, _ = slow.accept()
        worker.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            worker.wait(1)
        with line, line.makefile("rwb") as words:
            told = talk(words)
    assert worker.wait(30) == 0
    assert b"eve@example.com" in told
    assert [(job.task_name, job.status) for job in ProcrastinateJob.objects.all()] == []


def talk(words: Any) -> bytes:
    """The mail server's part of a mail's delivery; what it was told."""
    told = b""

    def say(line: bytes) -> None:
        words.write(line + b"\r\n")
        words.flush()

    say(b"220 slow")
    while command := words.readline():
        told += command
        if command.upper().startswith(b"DATA"):
            say(b"354 go on")
            while (line := words.readline()) != b".\r\n":
                told += line
        if command.upper().startswith(b"QUIT"):
            say(b"221 bye")
            break
        say(b"250 ok")
    return told
