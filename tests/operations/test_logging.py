"""What the log says of requests, sockets and people, and what it never says."""

import json
import logging
import re

import pytest
from django.test import Client

from accounts.models import APIToken
from config.logs import JSONFormatter, LineFormatter, Lines
from projects.models import Invitation
from tests.conftest import PASSWORD, person
from tests.operations.conftest import frame
from tests.servers import Server
from tests.waiting import eventually


class Kept(logging.Handler):
    """A console that is a list."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__()
        self.text: list[str] = []
        self.setFormatter(formatter)
        self.addFilter(Lines())

    def emit(self, record: logging.LogRecord) -> None:
        self.text.append(self.format(record))

    @property
    def lines(self) -> list[dict]:
        return [json.loads(text) for text in self.text]

    def of(self, message: str) -> list[dict]:
        return [line for line in self.lines if line["message"] == message]


def keep(formatter: logging.Formatter):
    root, handler = logging.getLogger(), Kept(formatter)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def log():
    yield from keep(JSONFormatter())


@pytest.fixture
def lines():
    yield from keep(LineFormatter())


def test_a_request_is_one_line(log, client, project, ben):
    client.force_login(ben)
    log.text.clear()
    response = client.get(project.get_absolute_url(), headers={"x-request-id": "from-the-proxy-1"})
    (line,) = log.of("request")
    assert (line["method"], line["route"], line["status"]) == ("GET", "projects:page", 200)
    assert line["user"] == ben.pk and line["ms"] > 0 and line["level"] == "INFO"
    assert line["request_id"] == response.headers["X-Request-ID"] == "from-the-proxy-1"


def test_a_token_is_somebody_too(log, api, ben):
    api(ben).get("/me")
    assert log.of("request")[0]["user"] == ben.pk


@pytest.mark.parametrize(
    "offered", [None, "", "short", "x" * 65, "a b c d e f g", "ümläuteäöü", "fine-until\r\nX: 1"]
)
def test_an_id_that_is_none_gets_one_of_ours(log, client, db, offered):
    headers = {} if offered is None else {"x-request-id": offered}
    given = client.get("/accounts/login/", headers=headers).headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{32}", given)
    assert log.of("request")[0]["request_id"] == given


def test_each_request_has_an_id_of_its_own_and_nothing_outside_has_one(log, client, db):
    ids = {client.get("/accounts/login/").headers["X-Request-ID"] for _ in range(3)}
    logging.getLogger("elsewhere").warning("between requests")
    assert len(ids) == 3
    assert "request_id" not in log.of("between requests")[0]


@pytest.fixture
def broken(monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("the roof is leaking")

    monkeypatch.setattr("projects.access.project", fail)


def test_a_failed_page_names_the_request_and_so_does_its_traceback(log, broken, project, ana):
    client = Client(raise_request_exception=False)
    client.force_login(ana)
    response = client.get(project.get_absolute_url())
    assert response.status_code == 500
    id = response.headers["X-Request-ID"]
    assert id in response.content.decode()
    (failure,) = [line for line in log.lines if "exception" in line]
    assert failure["request_id"] == id and "the roof is leaking" in failure["exception"]
    assert "the roof is leaking" not in response.content.decode()


def test_a_failed_answer_of_the_api_names_the_request(log, broken, project, ana, api):
    response = api(ana).get(f"/projects/{project.pk}")
    assert response.status_code == 500
    assert response.json()["request_id"] == response.headers["X-Request-ID"]
    assert log.of("request")[0]["status"] == 500


def test_no_line_break_makes_a_line_of_its_own(log, lines):
    evil = "in\r\n2026-01-01 INFO root all is well\x1b[2J\u2028more\x85"
    logging.getLogger("tests").warning("got %s", evil, extra={"fields": {"name": evil}})
    logging.getLogger("tests").warning(evil)
    assert len(lines.text) == len(log.text) == 2
    for text in lines.text + log.text:
        assert len(text.splitlines()) == 1
        assert "\x1b" not in text


def test_bodies_tokens_and_queries_stay_out(log, lines, project, ana, api):
    secret = "Bananenbrot-9f3a"
    client = Client(raise_request_exception=False)
    client.post("/accounts/login/", {"login": "ana@example.com", "password": secret})
    client.get(f"/?key={secret}")
    client.get(f"/invitations/{secret}/")
    client.get(f"/accounts/password/reset/key/1-{secret}/")
    api(ana).post(f"/projects/{project.pk}/tasks", {"title": secret})
    api(ana).post(f"/projects/{project.pk}/tasks", {"title": secret, "nonsense": secret})
    ana_api = api(ana)
    ana_api.get("/me")
    token = ana_api.headers["Authorization"].removeprefix("Bearer ")
    logging.getLogger("tests").error("somebody sent %s", token)
    text = "\n".join(log.text + lines.text)
    assert len(log.of("request")) == 7
    assert secret not in text and token not in text


def test_what_postgresql_could_not_take_stays_out(log, project, ana):
    from django.db import IntegrityError, connection, transaction

    secret = "Bananenbrot-9f3a"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO projects_project (name, key) VALUES (%s, 'X')", [f"{secret}\n{secret}"]
            )
    except IntegrityError as error:
        assert secret in str(error)
        logging.getLogger("tests").exception("could not: %s", error)
        logging.getLogger("tests").warning("could not: %r", error)
    assert "not-null constraint" in log.lines[0]["exception"]
    assert len(log.text) == 2 and secret not in "".join(log.text)


def test_signing_in_and_out_and_refusals_are_noted(log, client, ana):
    client.post("/accounts/login/", {"login": "ana@example.com", "password": "wrong"})
    client.post("/accounts/login/", {"login": "ana@example.com", "password": PASSWORD})
    client.post("/accounts/logout/")
    assert [line["level"] for line in log.of("sign-in refused")] == ["WARNING"]
    assert log.of("signed in")[0]["user"] == log.of("signed out")[0]["user"] == ana.pk
    assert PASSWORD not in "".join(log.text)


def test_a_refused_request_is_a_warning(log, api, project, gus, cleo):
    api(gus).post(f"/projects/{project.pk}/tasks", {"title": "Mine"})
    (line,) = log.of("request")
    assert (line["status"], line["level"], line["user"]) == (403, "WARNING", gus.pk)


@pytest.mark.django_db(transaction=True)
def test_keys_and_invitations_are_noted_and_never_what_they_open(log, client, api, project, ana, gus):
    token, text = APIToken.issue(ana, "laptop")
    token.revoke(by=ana)
    invitation, link = Invitation.issue(project, role="guest", by=ana)
    invitation.accept(by=person("dora"))
    invitation.revoke(by=ana)
    gus.set_password("quite another password")
    gus.save()
    gus.deactivate(by=ana)
    number = project.pk
    project.delete()
    for what, by in {"token made": ana.pk, "token revoked": ana.pk, "invitation made": ana.pk}.items():
        assert log.of(what)[-1]["by"] == by
    assert log.of("invitation revoked")[0]["invitation"] == log.of("invitation accepted")[-1]["invitation"]
    assert log.of("password set")[0]["user"] == log.of("deactivated")[0]["user"] == gus.pk
    assert log.of("project deleted")[0]["project"] == number
    written = "".join(log.text)
    for secret in (text, link, "quite another password", text.removeprefix("tr_")):
        assert secret not in written


def test_a_refused_sign_in_says_from_where(log, client, ana, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    said = {"HTTP_X_FORWARDED_FOR": "10.0.0.1\n2026 CRITICAL forged, 192.0.2.7"}
    client.post("/accounts/login/", {"login": "ana", "password": "wrong"}, **said)
    assert log.of("sign-in refused")[0]["address"] == "192.0.2.7"
    assert not [text for text in log.text if "forged" in text]


def test_a_scanner_with_a_host_of_its_own_is_one_line_and_no_failure(log, client, db):
    assert client.get("/accounts/login/", headers={"host": "elsewhere.example"}).status_code == 400
    assert [(line["message"], line["status"], line["level"]) for line in log.lines] == [
        ("request", 400, "INFO")
    ]


@pytest.mark.django_db(transaction=True)
def test_roles_that_change_are_noted(log, api, project, ana, gus):
    assert api(ana).patch(f"/projects/{project.pk}/members/{gus.pk}", {"role": "member"}).status_code == 200
    (line,) = log.of("role changed")
    assert (line["project"], line["user"], line["role"], line["by"]) == (project.pk, gus.pk, "member", ana.pk)
    api(ana).delete(f"/projects/{project.pk}/members/{gus.pk}")
    assert log.of("member left")[0]["user"] == gus.pk


def test_a_live_process_writes_the_same_lines(page, project, ben, transactional_db, tmp_path):
    path = tmp_path / "log"
    server = Server(path, LOG_FORMAT="json", LOG_LEVEL="INFO").start()

    def ends() -> list[dict]:
        lines = [json.loads(text) for text in path.read_text().splitlines() if text.startswith("{")]
        return [line for line in lines if line["message"] == "socket closed"]

    try:
        socket = page(server)
        project.memberships.get(user=ben).remove(by=project.created_by)
        with pytest.raises(Exception, match="4403"):
            while True:
                frame(socket, "heartbeat")
        (line,) = eventually(ends)
        assert (line["project"], line["user"], line["code"]) == (project.pk, ben.pk, 4403)
        assert len(line["request_id"]) == 32 and "seconds" in line
    finally:
        server.stop()
