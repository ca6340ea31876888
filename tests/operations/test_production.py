"""Watching production as it runs: nginx, two web and two live processes."""

import json
import re
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from accounts.models import APIToken
from config.stack import Stack
from projects.jobs import prune
from tests.conftest import picture
from tests.operations.conftest import frame
from tests.operations.test_metrics import samples
from tests.servers import database_url
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def no_jobs(transactional_db):
    """Their tables are not Django's own to empty."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


@pytest.fixture
def stack(no_jobs, tmp_path):
    static = tmp_path / "static"
    static.mkdir()
    environment = {"REDIS_PREFIX": settings.REDIS_PREFIX, "METRICS_ALLOWED": "127.0.0.1,198.51.100.7"}
    running = Stack(
        tmp_path / "stack",
        database_url=database_url(),
        redis_url=settings.REDIS_URL,
        web=2,
        live=2,
        worker=True,
        static=static,
        environment=environment,
    )
    running.start()
    yield running
    running.stop()


def ask(url: str, **headers: str) -> tuple[int, str, dict]:
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), dict(error.headers)
    except OSError:
        return 0, "", {}  # nobody is there


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_production_is_watched(stack: Stack, project, ben, page):
    token = {"Authorization": f"Bearer {APIToken.issue(ben, 'tests')[1]}"}
    for url in (stack.url, stack.web_url, stack.live_url):
        assert ask(f"{url}/healthz")[0] == ask(f"{url}/readyz")[0] == 200

    sockets = [page(stack) for _ in range(6)]
    ids = set()
    for _ in range(8):
        status, _, headers = ask(f"{stack.url}/api/v1/projects/{project.pk}", **token)
        assert status == 200
        ids.add(headers["X-Request-ID"])
    assert len(ids) == 8 and all(re.fullmatch(r"[0-9a-f]{32}", id) for id in ids)
    _, _, headers = ask(f"{stack.url}/api/v1/me", **token, **{"X-Request-ID": "given-by-the-edge"})
    assert headers["X-Request-ID"] == "given-by-the-edge"

    # One answer for all processes, of either kind, whichever gives it.
    for url in (stack.url, stack.live_url):
        status, text, _ = ask(f"{url}/metrics")
        assert status == 200
        assert samples(text)["taskroom_sockets_open",] == 6
        assert samples(text)["taskroom_requests_total", "GET", "api:project", "200"] >= 8

    # A worker that is gone has no open sockets any more, however it went.
    sockets[0].close()
    eventually(lambda: samples(ask(f"{stack.url}/metrics")[1])["taskroom_sockets_open",] == 5)
    stack.live.kill()
    eventually(lambda: not samples(ask(f"{stack.url}/metrics")[1]).get(("taskroom_sockets_open",)))
    stack.live.start()
    eventually(lambda: ask(f"{stack.live_url}/readyz")[0] == 200)

    written = lines(stack.directory / "web.log")
    assert ids <= {line.get("request_id") for line in written if line["message"] == "request"}
    ends = [line for line in lines(stack.directory / "live.log") if line["message"] == "socket closed"]
    assert ends and ends[0]["code"] == 1000 and ends[0]["user"] == ben.pk


def test_nobody_becomes_an_allowed_address_by_saying_so(stack: Stack):
    stack.web.stop()
    stack.web.environment["METRICS_ALLOWED"] = "198.51.100.7"
    stack.web.start()
    eventually(lambda: ask(f"{stack.url}/readyz")[0] == 200)
    for said in ("198.51.100.7", "198.51.100.7, 198.51.100.7"):
        assert ask(f"{stack.url}/metrics", **{"X-Forwarded-For": said})[0] == 403
    assert ask(f"{stack.url}/metrics")[0] == 403


def done(job: int) -> bool:
    """Procrastinate's worker takes away what it has done."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM procrastinate_jobs WHERE id = %s", [job])
        return cursor.fetchone() is None


def test_a_restore_under_all_of_it(stack: Stack, page, project, ana, api, tmp_path, settings):
    settings.MEDIA_ROOT = stack.directory / "media"
    writer, socket = api(ana), page(stack)
    assert writer.post(f"/projects/{project.pk}/tasks", {"title": "Kept"}).status_code == 201
    first = prune.defer(timestamp=1)
    eventually(lambda: done(first))
    with connection.cursor() as cursor:  # somebody was at work when the backup was made
        cursor.execute(
            "INSERT INTO procrastinate_jobs (task_name, queue_name, args, status)"
            " VALUES ('projects.prune', 'default', '{\"timestamp\": 2}', 'doing') RETURNING id"
        )
        (unfinished,) = cursor.fetchone()
    call_command("backup", tmp_path / "backup.tar", verbosity=0)
    assert writer.post(f"/projects/{project.pk}/tasks", {"title": "Lost"}).status_code == 201
    call_command("restore", tmp_path / "backup.tar", yes=True, verbosity=0)
    frame(socket, "reset")
    assert writer.post(f"/projects/{project.pk}/tasks", {"title": "Onward"}).status_code == 201
    assert frame(socket, "events")["events"][0]["data"]["title"] == "Onward"
    eventually(lambda: done(unfinished))
    eventually(lambda: ask(f"{stack.url}/readyz")[0] == 200)
    assert lines(stack.directory / "web.log") and lines(stack.directory / "live.log")
    # What commands print is no log; all else is, in the worker as well.
    printed = [line for line in (stack.directory / "worker.log").read_text().splitlines() if line[0] != "{"]
    assert set(printed) <= {
        "Launching a worker on all queues",
        "0 events, 0 deleted tasks and 0 stray files are gone for good.",
    }
    said = "".join((stack.directory / f"{kind}.log").read_text() for kind in ("web", "live"))
    assert "Traceback" not in said


def test_a_socket_says_heartbeat_through_all_of_it(stack: Stack, page, project, ana, api):
    socket = page(stack)
    assert api(ana).post(f"/projects/{project.pk}/tasks", {"title": "Paint"}).status_code == 201
    assert frame(socket, "events")["events"][0]["data"]["title"] == "Paint"


def test_a_file_comes_in_and_goes_out_through_nginx(stack: Stack, project, ben):
    token = APIToken.issue(ben, "tests")[1]
    photo = picture(800, 600, "PNG") + bytes(2_000_000)
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="w\xc3\xa4nde.png"\r\n\r\n'
    request = urllib.request.Request(
        f"{stack.url}/api/v1/projects/{project.pk}/uploads",
        form + photo + b"\r\n--x--\r\n",
        {"Content-Type": "multipart/form-data; boundary=x", "Authorization": f"Bearer {token}"},
    )
    row = json.load(urllib.request.urlopen(request, timeout=20))
    for address, kind, way in (
        (row["url"], "image/png", "attachment"),
        (row["preview"], "image/webp", "inline"),
    ):
        request = urllib.request.Request(stack.url + address, headers={"Authorization": f"Bearer {token}"})
        answer = urllib.request.urlopen(request, timeout=20)
        data = answer.read()
        assert data == photo if way == "attachment" else data[8:12] == b"WEBP"
        headers = answer.headers
        assert headers["Content-Type"] == kind and headers["Content-Disposition"].startswith(way)
        assert (
            headers["Cache-Control"] == "private, no-store"
            and "sandbox" in headers["Content-Security-Policy"]
        )
        assert headers["Accept-Ranges"] == "bytes", "nginx sent it"
    assert ask(stack.url + row["url"])[0] == 401
