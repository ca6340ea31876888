"""The cast: Ana (owner), Ben (member), Gus (guest) and Cleo (outsider), and one project of theirs."""

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import OperationalError, connection, transaction
from django.test import Client, TransactionTestCase
from PIL import Image
from procrastinate.contrib.django import app as jobs
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.models import APIToken, User
from config.stack import Stack
from projects.models import Membership, Project
from tests.chromium import browser  # noqa: F401 - a fixture
from tests.servers import Server, database_url, manage


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers last: Playwright keeps an event loop running in this thread, beside which no other can run."""
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))


PASSWORD = "a long enough password"


def person(handle: str, **extra: Any) -> User:
    name = extra.pop("name", handle.capitalize())
    return User.objects.create_user(f"{handle}@example.com", handle, name, PASSWORD, **extra)


@pytest.fixture
def ana(db) -> User:
    return person("ana")


@pytest.fixture
def ben(db) -> User:
    return person("ben")


@pytest.fixture
def gus(db) -> User:
    return person("gus")


@pytest.fixture
def cleo(db) -> User:
    return person("cleo")


@pytest.fixture
def project(ana: User, ben: User, gus: User, cleo: User) -> Project:
    """Web (WEB): Ana owns it, Ben works on it, Gus may look and talk; Cleo knows nothing of it."""
    project = Project.objects.open("Web", key="WEB", by=ana)
    add(project, ben, "member")
    add(project, gus, "guest")
    return project


def add(project: Project, user: User, role: str) -> Membership:
    """Make somebody a member the way an accepted invitation does."""
    from projects.models import Invitation

    owner = project.memberships.owners().first().user
    invitation, _ = Invitation.issue(project, role=role, by=owner)
    return invitation.accept(by=user)


class API:
    """Somebody's API client: `api(ben).post("/projects/1/tasks", {"title": "..."})`, by personal token."""

    def __init__(self, user: User | None) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {APIToken.issue(user, 'tests')[1]}"} if user else {}

    def request(self, method: str, path: str, body: Any = None, **extra: Any) -> Any:
        data = {} if body is None else {"data": body, "content_type": "application/json"}
        if isinstance(body, dict) and any(isinstance(value, UploadedFile) for value in body.values()):
            data = {"data": body}  # as multipart/form-data
        return getattr(self.client, method)(f"/api/v1{path}", headers=self.headers, **data, **extra)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", query, headers=self.headers)

    def post(self, path: str, body: Any = None) -> Any:
        return self.request("post", path, body if body is not None else {})

    def patch(self, path: str, body: Any) -> Any:
        return self.request("patch", path, body)

    def delete(self, path: str, body: Any = None) -> Any:
        return self.request("delete", path, body)

    def upload(
        self, project: Any, name: str = "plan.txt", content: bytes = b"Walls first.", type: str = ""
    ) -> Any:
        file = SimpleUploadedFile(name, content, content_type=type or "application/octet-stream")
        return self.post(f"/projects/{getattr(project, 'pk', project)}/uploads", {"file": file})


def picture(width: int = 40, height: int = 30, kind: str = "PNG", **how: Any) -> bytes:
    """A picture as bytes: blue at the left, red at the right."""
    image = Image.new("RGB", (width, height), "blue")
    image.paste("red", (width // 2, 0, width, height))
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


@pytest.fixture
def api(db):
    return API


def run_jobs() -> None:
    """Do at once what waits for the worker, as it would, but within the test's own transaction."""
    for job in ProcrastinateJob.objects.filter(status="todo").order_by("pk"):
        jobs.tasks[job.task_name].func(**job.args)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


KEPT = {"django_content_type", "auth_permission"}  # which `migrate` fills, and no test changes


def empty(*_: Any) -> None:
    """Delete all rows after a test that committed. Django's own flush truncates, which makes the files of every table
    and index anew, and fills these two again: that takes longer than most of these tests."""
    tables = sorted(set(connection.introspection.django_table_names(only_existing=True)) - KEPT)
    with transaction.atomic(), connection.cursor() as cursor:
        # Waits for what is still being written, as truncating would; keys to other tables are checked at the end.
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(
            " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables)
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {table}")


def empty_patiently(*_: Any) -> None:
    """Once more when a request that is still under way in a server holds what it wants."""
    for tries_left in (2, 1, 0):
        try:
            return empty()
        except OperationalError:  # a deadlock, or a lock's time-out
            if not tries_left:
                raise


TransactionTestCase._fixture_teardown = empty_patiently


@pytest.fixture(scope="session")
def collected(tmp_path_factory) -> Path:
    """The directory of static files, hashed and compressed as production has them. script/test has made it already."""
    if found := os.environ.get("TASKROOM_COLLECTED"):
        return Path(found)
    directory = tmp_path_factory.mktemp("static")
    production = {"DEBUG": "false", "SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "localhost"}
    done = manage("collectstatic", "--noinput", "--verbosity", "0", STATIC_ROOT=str(directory), **production)
    assert done.returncode == 0, done.stderr
    return directory


@pytest.fixture(scope="module")
def keep_stack(django_db_setup, collected: Path, tmp_path_factory) -> Iterator[Callable[..., Stack]]:
    """`keep_stack(live=1, ...)` starts one; all are stopped at the module's end."""
    kept: list[Stack] = []

    def keep(environment: dict[str, str] | None = None, **how: Any) -> Stack:
        directory = tmp_path_factory.mktemp("stack")
        key = directory / "tests_key"  # sessions of the tests' own making hold there
        key.write_text(settings.SECRET_KEY)
        ours = {"REDIS_PREFIX": settings.REDIS_PREFIX, "SECRET_KEY_FILE": str(key), **(environment or {})}
        # No worker, but where a test wants one: it would do the jobs of other tests as well.
        how = {"worker": False, "static": collected, **how}
        stack = Stack(
            directory, database_url=database_url(), redis_url=settings.REDIS_URL, environment=ours, **how
        )
        kept.append(stack)
        return stack.start()

    yield keep
    for stack in kept:
        stack.stop()


@pytest.fixture(scope="session")
def server(django_db_setup, django_db_blocker, tmp_path_factory):
    """Taskroom running for real, with presence in seconds rather than minutes."""
    with django_db_blocker.unblock():
        running = Server(tmp_path_factory.mktemp("server") / "log", **QUICK)
    yield running.start()
    running.stop()


@pytest.fixture
def own_server(transactional_db, tmp_path):
    """A server of the test's own, to stop and start as it likes."""
    running = Server(tmp_path / "log", **QUICK)
    yield running.start()
    running.stop()


# Presence in seconds rather than minutes.
QUICK = {
    "PRESENCE_IDLE_SECONDS": "3",
    "PRESENCE_INACTIVE_SECONDS": "6",
    "PRESENCE_EXPIRY_SECONDS": "4",
    "PRESENCE_LEAVE_SECONDS": "2",
    "PRESENCE_BEAT_SECONDS": "1",
    "PRESENCE_SWEEP_SECONDS": "0.3",
}
