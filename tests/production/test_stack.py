"""All of it at work: a page through nginx, a message to others' sockets and pages, a job to its worker."""

import http.cookiejar
import json
import re
import socket
import urllib.parse
import urllib.request
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from chat.models import Room
from tests.conftest import PASSWORD
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def mailed(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("mail")


@pytest.fixture(scope="module")
def stack(keep_stack, mailed: Path):
    environment = {
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "TASKROOM_TEST_MAIL": str(mailed),
        "DJANGO_SETTINGS_MODULE": "tests.production.settings",
        "METRICS_ALLOWED": "127.0.0.2",
    }
    return keep_stack(environment, web=2, live=2, worker=True)


class Browser:
    """Signs in as a person does, over plain HTTP, and keeps its cookies."""

    def __init__(self, url: str, user: Any) -> None:
        self.url, self.cookies = url, http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        self.get("/accounts/login/")
        form = {"login": user.email, "password": PASSWORD, "csrfmiddlewaretoken": self.cookie("csrftoken")}
        answer = self.opener.open(f"{url}/accounts/login/", urllib.parse.urlencode(form).encode())
        assert answer.url == f"{url}/", answer.url

    def cookie(self, name: str) -> str:
        return next(cookie.value for cookie in self.cookies if cookie.name == name)

    def get(self, path: str) -> str:
        return self.opener.open(f"{self.url}{path}", timeout=20).read().decode()

    def post(self, path: str, body: Any) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "X-CSRFToken": self.cookie("csrftoken")}
        request = urllib.request.Request(f"{self.url}/api/v1{path}", json.dumps(body).encode(), headers)
        return json.load(self.opener.open(request, timeout=20))


def test_a_page_and_all_it_needs_come_from_nginx(stack, project, ben):
    page = Browser(stack.url, ben).get(f"/projects/{project.pk}/")
    paths = set(re.findall(r'"(/static/[^"#]+)', page))
    assert any(path.endswith(".js") for path in paths) and any(path.endswith(".css") for path in paths)
    modules = [path for path in paths if re.search(r"/application\.[0-9a-f]{12}\.js$", path)]
    assert len(modules) == 1
    with urllib.request.urlopen(stack.url + modules[0]) as answer:
        imported = re.findall(r'from ?"([^"]+)"|import ?"([^"]+)"', answer.read().decode())
    paths |= {urllib.parse.urljoin(modules[0], one or other) for one, other in imported}
    assert len(paths) > 10
    for path in paths:
        with urllib.request.urlopen(stack.url + path) as answer:
            assert answer.status == 200
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable", path


def test_a_message_posted_through_nginx_reaches_a_socket_through_nginx(stack, project, ana, ben):
    anas, bens = Browser(stack.url, ana), Browser(stack.url, ben)
    room = Room.objects.filter(project=project).default()
    headers = {"Cookie": f"sessionid={bens.cookie('sessionid')}"}
    address = f"{stack.websocket_url}/ws/projects/{project.pk}/"
    with connect(address, additional_headers=headers, origin=stack.url) as line:
        assert json.loads(line.recv(10))["type"] == "hello"
        posted = anas.post(f"/rooms/{room.pk}/messages", {"body": "through it all", "client_id": "m-1"})
        while (frame := json.loads(line.recv(10)))["type"] != "events":
            pass
        (event,) = [each for each in frame["events"] if each["name"] == "message.created"]
        assert event["data"]["id"] == posted["id"] and event["data"]["body"] == "through it all"


def test_a_job_goes_from_web_through_the_database_to_the_worker(stack, project, ana, mailed: Path):
    issued = Browser(stack.url, ana).post(
        f"/projects/{project.pk}/invitations", {"role": "member", "email": "eve@example.com"}
    )
    (file,) = eventually(lambda: list(mailed.glob("*.log")))
    sent = eventually(lambda: message_from_bytes(file.read_bytes(), policy=policy.default))
    assert sent["To"] == "eve@example.com"
    assert issued["url"] in sent.get_body(("plain",)).get_content()


def test_only_allowed_addresses_see_the_metrics(stack):
    place = urllib.parse.urlsplit(stack.url)

    def status(source: str, extra: str = "") -> int:
        """What someone at this address gets, whatever else they say of themselves."""
        with socket.create_connection((place.hostname, place.port), source_address=(source, 0)) as line:
            line.sendall(
                f"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{extra}\r\n".encode()
            )
            return int(line.makefile().readline().split()[1])

    assert status("127.0.0.2") == 200
    assert status("127.0.0.1") == 403
    assert status("127.0.0.1", "X-Forwarded-For: 127.0.0.2\r\n") == 403
