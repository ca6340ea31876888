"""No process holds what another needs: one person's requests go to whichever, turn by turn."""

import http.cookiejar
import itertools
import json
import re
import urllib.parse
import urllib.request

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from accounts.models import User
from projects.models import Event
from tests.conftest import PASSWORD
from tests.operations.conftest import frame
from tests.servers import Server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def both(transactional_db, tmp_path):
    started = [Server(tmp_path / f"log{number}").start() for number in (1, 2)]
    yield started
    for each in started:
        each.stop()


class Browser:
    """Cookies kept, and each request at the next server."""

    def __init__(self, servers: list[Server]) -> None:
        self.servers = itertools.cycle(servers)
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def cookie(self, name: str) -> str:
        return next(each.value for each in self.jar if each.name == name)

    def open(self, path: str, data: bytes | None = None, kind: str = "") -> tuple[int, str]:
        request = urllib.request.Request(next(self.servers).url + path, data)
        if data is not None:
            request.add_header("X-CSRFToken", self.cookie("csrftoken"))
            request.add_header("Content-Type", kind)
        with self.opener.open(request, timeout=20) as answer:
            return answer.status, answer.read().decode()

    def fill_in(self, path: str, **fields: str) -> tuple[int, str]:
        return self.open(path, urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded")

    def send(self, path: str, **body: object) -> dict:
        return json.loads(self.open(f"/api/v1{path}", json.dumps(body).encode(), "application/json")[1])


def test_one_session_at_two_servers_turn_by_turn(both, page, project, ben):
    # The tests' own people have hashes that only the tests understand.
    User.objects.filter(pk=ben.pk).update(password=PBKDF2PasswordHasher().encode(PASSWORD, "salt" * 6, 1000))
    browser = Browser(both)
    browser.open("/accounts/login/")
    browser.fill_in("/accounts/login/", login="ben@example.com", password=PASSWORD)
    # Its redirect went to the same server; from here on they alternate again.
    for _ in range(2):
        status, html = browser.open(project.get_absolute_url())
        assert status == 200 and re.search(r"<title>[^<]*Web", html)

    sockets = [page(server) for server in both]
    room, sent = project.rooms.get(), []
    for number in range(10):
        message = browser.send(f"/rooms/{room.pk}/messages", body=f"Message {number}", client_id=f"m{number}")
        # The same again, as after a lost answer: the other server knows it.
        again = browser.send(f"/rooms/{room.pk}/messages", body=f"Message {number}", client_id=f"m{number}")
        assert again["id"] == message["id"]
        sent.append(message["id"])

    for socket in sockets:
        heard = []
        while len(heard) < 10:
            events = frame(socket, "events")["events"]
            heard += [event["data"]["id"] for event in events if event["name"] == "message.created"]
        assert heard == sent
    numbers = Event.objects.filter(project=project).order_by("sequence").values_list("sequence", flat=True)
    assert list(numbers) == list(range(1, len(numbers) + 1))

    # What a page asks for after an interruption, it may ask of either.
    after = json.loads(
        browser.open(f"/api/v1/projects/{project.pk}/events?after={numbers[len(numbers) - 5]}")[1]
    )
    also = json.loads(
        browser.open(f"/api/v1/projects/{project.pk}/events?after={numbers[len(numbers) - 5]}")[1]
    )
    assert after == also and len(after["events"]) == 4

    # Signed out at one, signed out at both, sockets included.
    browser.fill_in("/accounts/logout/")
    for _ in range(2):
        with pytest.raises(urllib.error.HTTPError, match="401"):
            browser.open("/api/v1/me")
