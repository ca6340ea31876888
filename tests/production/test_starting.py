"""How production begins, refuses to begin, and ends."""

import re
import secrets
import socket
import subprocess
import sys
from urllib.parse import urlsplit

import psutil
import pytest
from django.conf import settings

from config.stack import Stack
from tests.servers import ROOT, database_url, environment
from tests.waiting import eventually

NEEDED = {
    "SECRET_KEY": secrets.token_urlsafe(50),
    "ALLOWED_HOSTS": "taskroom.example",
    "DATABASE_URL": "postgres://localhost/none",
    "REDIS_URL": "redis://localhost",
}


def check(**variables: str) -> subprocess.CompletedProcess:
    surroundings = {name: value for name, value in environment().items() if name not in NEEDED}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT, env={**surroundings, "DEBUG": "false", **variables}, capture_output=True, text=True,
    )  # fmt: skip


@pytest.mark.parametrize("name", NEEDED)
def test_without_one_of_its_four_settings_nothing_starts(name):
    done = check(**{each: value for each, value in NEEDED.items() if each != name})
    assert done.returncode != 0
    assert f"DEBUG=False needs {name} in the environment." in done.stderr


def test_all_that_is_missing_is_said_at_once():
    assert f"DEBUG=False needs {', '.join(NEEDED)} in the environment." in check().stderr


def test_with_the_four_django_finds_nothing_unsafe():
    done = check(**NEEDED)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_without_https_django_says_what_is_given_up():
    done = check(**NEEDED, HTTPS="false")
    assert done.returncode != 0
    assert {"security.W004", "security.W008", "security.W012", "security.W016"} <= set(
        re.findall(r"security\.W\d+", done.stderr)
    )


def test_without_nginx_it_says_in_one_line_what_to_do(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "config.server", "--production", "--data", str(tmp_path / "data")],
        cwd=ROOT, env={**environment(), "NGINX": str(tmp_path / "nothing")}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1 and "apt-get install nginx" in done.stderr
    assert not (tmp_path / "data").exists()


def test_when_a_part_does_not_come_up_its_last_words_are_shown_and_the_others_end(transactional_db, tmp_path):
    (tmp_path / "static").mkdir()
    stack = Stack(
        tmp_path / "stack", database_url=database_url(), redis_url=settings.REDIS_URL, static=tmp_path / "static",
        environment={"REDIS_PREFIX": settings.REDIS_PREFIX, "GUNICORN_CMD_ARGS": "--worker-class nobody.knows.it"},
    )  # fmt: skip
    with pytest.raises(SystemExit) as failure:
        stack.start()
    assert "not all of it came up" in str(failure.value)
    assert re.search(r"(web|live) says:", str(failure.value)) and "nobody" in str(failure.value)
    assert not any(process.alive() for process in stack.processes)


def test_a_killed_part_comes_back_and_when_all_ends_nothing_is_left(transactional_db, tmp_path):
    (tmp_path / "static").mkdir()
    stack = Stack(
        tmp_path / "stack", database_url=database_url(), redis_url=settings.REDIS_URL, static=tmp_path / "static",
        environment={"REDIS_PREFIX": settings.REDIS_PREFIX},
    )  # fmt: skip
    stack.start()
    killed = [stack.live.pid, *stack.live.workers()]
    assert len(killed) == 3
    stack.live.kill()
    eventually(lambda: not any(map(psutil.pid_exists, killed)))
    stack.live.start()
    eventually(lambda: len(stack.live.workers()) == 2)

    started = [process.pid for process in stack.processes]
    started += [pid for process in stack.processes for pid in process.workers()]
    assert len(started) >= 8  # the four, and what web, live and nginx have below them
    stack.stop()
    assert not [pid for pid in started if psutil.pid_exists(pid)]
    for url in (stack.url, stack.web_url, stack.live_url):
        with socket.socket() as probe:
            assert probe.connect_ex((urlsplit(url).hostname, urlsplit(url).port)) != 0
