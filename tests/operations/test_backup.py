"""Everything into one file, and back, beside servers that run."""

import io
import json
import re
import tarfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client
from websockets.sync.client import connect

from accounts.models import APIToken
from projects.models import Event
from tasks.models import Task
from tests.conftest import add, person, picture
from tests.machine import clock
from tests.operations.conftest import frame
from tests.servers import Server, manage
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def media(tmp_path, settings) -> Path:
    folder = settings.MEDIA_ROOT = tmp_path / "media"
    folder.mkdir()
    (folder / "plan.txt").write_text("as it was")
    return folder


def backup(path: Path) -> Path:
    call_command("backup", path, stdout=io.StringIO())
    return path


def restore(path: Path) -> str:
    said = io.StringIO()
    call_command("restore", path, yes=True, stdout=said)
    return said.getvalue()


@pytest.fixture
def archive(tmp_path, project, ana, media) -> Path:
    """A backup with one task, "Before", and one file."""
    task(project, "Before", ana)
    return backup(tmp_path / "backup.tar")


def task(project, title, by):
    return Task.objects.add_to(project, title, by=by)[0]


def titles(project) -> list[str]:
    return sorted(project.tasks.values_list("title", flat=True))


def test_a_restore_brings_back_rows_and_files_and_nothing_else(archive, media, project, ana):
    task(project, "After", ana)
    (media / "plan.txt").write_text("changed")
    (media / "later").mkdir()
    (media / "later" / "more.txt").write_text("new")
    assert restore(archive).startswith("Restored: 1 projects and 4 people")
    assert titles(project) == ["Before"]
    assert [(path.name, path.read_text()) for path in media.rglob("*")] == [("plan.txt", "as it was")]


def test_both_as_somebody_types_them(project, ana, media, tmp_path):
    path = tmp_path / "backup.tar"
    done = manage("backup", str(path), MEDIA_ROOT=str(media))
    assert done.returncode == 0 and "with 1 projects, 4 people, 1 files" in done.stdout, done.stderr
    task(project, "After", ana)
    done = manage("restore", str(path), "--yes", MEDIA_ROOT=str(media))
    assert done.returncode == 0 and "Open pages load afresh" in done.stdout, done.stderr
    connection.close()  # the restore ended it
    assert titles(project) == []


def test_without_yes_it_says_what_would_be_lost_and_does_nothing(archive, media, project, ana):
    task(project, "After", ana)
    with pytest.raises(CommandError, match=r"would replace 1 projects and 4 people.* add --yes"):
        call_command("restore", archive)
    assert titles(project) == ["After", "Before"]


def test_a_backup_is_for_its_owner_only_and_overwrites_nothing(archive, media):
    assert archive.stat().st_mode & 0o777 == 0o600
    before = archive.read_bytes()
    with pytest.raises(CommandError, match="is there already"):
        backup(archive)
    assert archive.read_bytes() == before


def test_a_backup_that_cannot_be_written_leaves_nothing(tmp_path, media):
    with pytest.raises(CommandError, match="There is no backup"):
        backup(tmp_path / "no" / "such.tar")
    assert not (tmp_path / "no").exists()


def damaged(archive: Path, to: Path, change) -> Path:
    """The same backup with its parts as `change(name, bytes)` leaves them."""
    with tarfile.open(archive) as old, tarfile.open(to, "w") as new:
        for member in old:
            data = change(member.name, old.extractfile(member).read())
            member.size = len(data)
            new.addfile(member, io.BytesIO(data))
    return to


def cut(name: str, data: bytes) -> bytes:
    return data[: len(data) * 2 // 3] if name == "database" else data


def newer(name: str, data: bytes) -> bytes:
    if name != "manifest.json":
        return data
    manifest = json.loads(data)
    manifest["migrations"].append("projects.9999_from_the_future")
    return json.dumps(manifest).encode()


def another_format(name: str, data: bytes) -> bytes:
    return json.dumps({**json.loads(data), "format": 2}).encode() if name == "manifest.json" else data


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (cut, "Nothing was restored"),
        (newer, "9999_from_the_future"),
        (another_format, "a format that this Taskroom does not know"),
    ],
)
def test_what_cannot_be_restored_whole_changes_nothing(archive, media, project, ana, tmp_path, change, words):
    task(project, "After", ana)
    (media / "plan.txt").write_text("changed")
    with pytest.raises(CommandError, match=words):
        restore(damaged(archive, tmp_path / "damaged.tar", change))
    assert titles(project) == ["After", "Before"]
    assert [path.name for path in media.iterdir()] == ["plan.txt"]
    assert (media / "plan.txt").read_text() == "changed"


@pytest.mark.parametrize("content", [b"", b"no tar at all", b"\0" * 10240])
def test_a_file_that_is_no_backup_is_refused(media, project, tmp_path, content):
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=re.escape(str(path))):
        restore(path)


def test_an_open_socket_starts_afresh_within_five_seconds_and_the_log_goes_on(
    media, project, ben, page, api, tmp_path
):
    server, writer = Server(tmp_path / "log").start(), api(ben)
    archive = backup(tmp_path / "backup.tar")
    try:
        head = Event.objects.filter(project=project).order_by("-sequence").first().sequence
        socket = page(server)
        for title in ("Later", "Latest"):
            assert writer.post(f"/projects/{project.pk}/tasks", {"title": title}).status_code == 201
        epoch = writer.get(f"/projects/{project.pk}/snapshot").json()["epoch"]
        restore(archive)
        began = time.monotonic()
        assert frame(socket, "reset")["sequence"] == head
        assert clock.since(began) < 5
        assert writer.post(f"/projects/{project.pk}/tasks", {"title": "Onward"}).status_code == 201
        (event,) = frame(socket, "events")["events"]
        assert (event["sequence"], event["data"]["title"]) == (head + 1, "Onward")
        numbers = (
            Event.objects.filter(project=project).order_by("sequence").values_list("sequence", flat=True)
        )
        assert list(numbers) == list(range(1, head + 2))
        # Somebody who was away meanwhile has numbers of another log, and learns it from the epoch.
        assert writer.get(f"/projects/{project.pk}/snapshot").json()["epoch"] != epoch
        assert writer.get(f"/projects/{project.pk}/events", after=head).json()["epoch"] != epoch
    finally:
        server.stop()


def test_whoever_is_removed_by_a_restore_hears_nothing_more(
    project, ana, cleo, api, media, archive, tmp_path
):
    token = APIToken.issue(cleo, "socket")[1]
    add(project, cleo, "member")
    server = Server(tmp_path / "log").start()
    address = f"{server.websocket_url}/ws/projects/{project.pk}/"
    try:
        with connect(address, additional_headers={"Authorization": f"Bearer {token}"}) as socket:
            frame(socket, "hello")
            restore(archive)
            with pytest.raises(Exception, match=r"440[13]"):
                while True:
                    frame(socket, "reset", 5)
    finally:
        server.stop()


def test_sessions_stay_as_they_are_now(project, ana, ben, media, tmp_path):
    stays, goes = Client(), Client()
    stays.force_login(ana)
    goes.force_login(ben)
    path = backup(tmp_path / "backup.tar")
    cookies = dict(goes.cookies)
    goes.logout()
    newcomer, later = Client(), Client()
    newcomer.force_login(person("dora"))
    later.force_login(ana)
    restore(path)
    assert stays.get("/profile/").status_code == later.get("/profile/").status_code == 200
    goes.cookies.update(cookies)
    assert goes.get("/profile/").status_code == newcomer.get("/profile/").status_code == 302
    assert Session.objects.count() == 3


def test_a_restore_waits_for_nobody_who_works(media, project, ana, api, tmp_path):
    """Somebody in the middle of a transaction loses it, and writers find the restored state at the end."""
    server = Server(tmp_path / "log").start()
    over = threading.Event()
    answers = []

    def write():
        headers = {**writer.headers, "Content-Type": "application/json"}
        while not over.is_set():
            body = json.dumps({"title": "While it runs"}).encode()
            address = f"{server.url}/api/v1/projects/{project.pk}/tasks"
            try:
                with urllib.request.urlopen(
                    urllib.request.Request(address, body, headers), timeout=30
                ) as answer:
                    answers.append(answer.status)
            except urllib.error.HTTPError as error:
                answers.append(error.code)
                time.sleep(0.05)

    writer = api(ana)
    archive = backup(tmp_path / "with-token.tar")
    threads = [threading.Thread(target=write) for _ in range(3)]
    try:
        for thread in threads:
            thread.start()
        eventually(lambda: len(answers) > 5)
        restore(archive)
        at = len(answers)
        eventually(lambda: 201 in answers[at:])
    finally:
        over.set()
        for thread in threads:
            thread.join()
        server.stop()
    numbers = Event.objects.filter(project=project).order_by("sequence").values_list("sequence", flat=True)
    assert list(numbers) == list(range(1, len(numbers) + 1))


def test_what_people_brought_comes_back_with_its_rows(media, project, ben, api, tmp_path):
    bens = api(ben)
    row = bens.upload(project, "wall.png", picture()).json()
    room = project.rooms.get().pk
    bens.post(f"/rooms/{room}/messages", {"attachments": [row["id"]]})
    half = media / ".incoming" / "half"
    half.write_text("on its way")
    path = backup(tmp_path / "backup.tar")
    (message,) = bens.get(f"/rooms/{room}/messages").json()["items"]
    bens.delete(f"/messages/{message['id']}")
    assert not list((media / "uploads").rglob("*.webp"))
    restore(path)
    with tarfile.open(path) as tar:
        assert not [name for name in tar.getnames() if "incoming" in name]
    assert half.exists(), "whoever is bringing a file goes on"
    bens = api(ben)
    assert bens.get(f"/rooms/{room}/messages").json()["items"][0]["attachments"] == [row]
    for address in (row["url"], row["preview"]):
        assert bens.get(address.removeprefix("/api/v1")).status_code == 200
