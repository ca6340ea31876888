"""What a failure tells Sentry, seen by a Sentry on loopback."""

import gzip
import json
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.models import APIToken
from tests.servers import Server, manage
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "Bananenbrot-9f3a"


class Sink(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.received.append(body.decode())
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Not on the console."""


@pytest.fixture
def sentry():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    server.received = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def broken(transactional_db):
    """A room that nobody can write into: the database does not take it, and says so with the row."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE chat_message ADD CONSTRAINT none_today CHECK (false) NOT VALID")
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE chat_message DROP CONSTRAINT none_today")


def test_a_failure_is_told_with_its_request_and_nothing_that_anybody_wrote(
    sentry, broken, project, ben, tmp_path
):
    log = tmp_path / "log"
    server = Server(log, SENTRY_DSN=f"http://key@127.0.0.1:{sentry.server_port}/1").start()
    browser = Client()
    browser.force_login(ben)
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
    token = APIToken.issue(ben, "tests")[1]
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}; other={SECRET}",
        "X-Request-ID": "the-one-that-failed",
    }
    address = f"{server.url}/api/v1/rooms/{project.rooms.get().pk}/messages?why={SECRET}"
    try:
        with pytest.raises(urllib.error.HTTPError) as failure:
            body = json.dumps({"body": SECRET}).encode()
            urllib.request.urlopen(urllib.request.Request(address, body, headers), timeout=20)
        assert failure.value.code == 500
        assert json.load(failure.value)["request_id"] == "the-one-that-failed"
        eventually(lambda: sentry.received)
    finally:
        server.stop()
    text = "\n".join(sentry.received)
    event = json.loads(sentry.received[0].splitlines()[2])
    assert event["tags"]["request_id"] == "the-one-that-failed"
    assert "none_today" in event["exception"]["values"][-1]["value"]
    assert not {"request", "user", "extra", "breadcrumbs"} & set(event)
    frames = [frame for each in event["exception"]["values"] for frame in each["stacktrace"]["frames"]]
    assert frames and not [frame for frame in frames if "vars" in frame]
    for private in (SECRET, cookie, token, ben.email):
        assert private not in text
    assert "none_today" in log.read_text() and SECRET not in log.read_text()


def test_without_the_setting_it_is_not_even_loaded():
    done = manage("shell", "-v0", "-c", "import sys; print('sentry_sdk' in sys.modules)")
    assert done.stdout.strip() == "False", done.stderr


def test_an_address_that_is_none_stops_the_start():
    done = manage("check", SENTRY_DSN="nonsense")
    assert done.returncode != 0 and "SENTRY_DSN" in done.stderr
