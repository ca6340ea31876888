"""The administrators' page: what it says when all is well, and when something is not."""

import re

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from projects.jobs import prune
from tests.conftest import person
from tests.operations.post_office import PostOffice
from tests.operations.test_metrics import samples

ADDRESS, MAIL = "/admin/status/", "/admin/status/mail/"


@pytest.fixture
def admin(db) -> User:
    return person("ada", is_staff=True)


@pytest.fixture
def her(admin, transactional_db) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def rows(client: Client) -> dict[str, tuple[str, str]]:
    """name -> (state, what is said)"""
    html = client.get(ADDRESS).content.decode()
    found = re.findall(r'data-works="(\w+)".*?<th scope="row">(.*?)</th>.*?<td>(.*?)</td>', html, re.S)
    return {name: (works, said.strip()) for works, name, said in found}


@pytest.mark.parametrize(("method", "address"), [("get", ADDRESS), ("post", MAIL)])
def test_it_is_for_administrators(method, address, ana, admin, mailoutbox):
    for user in (None, ana):
        client = Client()
        if user:
            client.force_login(user)
        answer = getattr(client, method)(address)
        assert answer.status_code == 302 and answer.url.startswith("/admin/login/")
    assert not mailoutbox


def test_sending_takes_a_token_and_a_post(admin, mailoutbox):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin)
    assert client.post(MAIL).status_code == 403
    assert client.get(MAIL).status_code == 405
    assert not mailoutbox


def test_everything_that_works_says_so(her):
    found = rows(her)
    assert found["Database"][0] == "yes" and "PostgreSQL 1" in found["Database"][1]
    assert found["Redis"][0] == "yes" and re.search(r"(Valkey|Redis) \d", found["Redis"][1])
    assert found["Migrations"][0] == found["Feed of this process"][0] == "yes"


def test_what_fails_says_what_is_wrong(her, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1"
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE app = 'chat' AND name LIKE '0001%%' RETURNING name"
        )
        (name,) = cursor.fetchone()
        try:
            found = rows(her)
        finally:
            cursor.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES ('chat', %s, now())", [name]
            )
    assert found["Redis"] == ("no", "does not answer (ConnectionError)")
    assert found["Migrations"] == ("no", f"1 not applied: chat.{name}")


@pytest.fixture
def no_jobs(transactional_db):
    """Their tables are not Django's own to empty after a test."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


def test_jobs_that_nobody_works_on_are_seen(her, no_jobs):
    prune.defer(timestamp=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = now() - interval '10 minutes'")
    works, said = rows(her)["Jobs"]
    assert works == "no"
    assert "1 waits" in said and "the oldest waits for 60" in said and "No worker has ever" in said
    found = samples(her.get("/metrics").content.decode())
    assert found["taskroom_queue_waiting",] == 1
    assert 599 < found["taskroom_queue_lag_seconds",] < 660


def test_jobs_that_a_worker_takes_are_well(her, no_jobs):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '3 seconds')"
        )
    works, said = rows(her)["Jobs"]
    assert works == "yes" and "0 wait" in said and "A worker gave a sign" in said
    found = samples(her.get("/metrics").content.decode())
    assert found["taskroom_queue_worker_seconds",] >= 3 and found["taskroom_queue_lag_seconds",] == 0


def test_a_database_that_is_away_leaves_a_page_that_says_so(her, monkeypatch):
    from config import health

    def away() -> None:
        raise OSError("gone")

    monkeypatch.setattr(health.CHECKS[0], "_ask", away)
    found = rows(her)
    assert found["Database"] == ("no", "does not answer (OSError)") and found["Jobs"][0] == "unknown"


@pytest.fixture
def office(settings):
    opened = []

    def open_office(**refuses: str) -> PostOffice:
        opened.append(PostOffice(refuses))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", opened[-1].port, 1
        return opened[-1]

    yield open_office
    for each in opened:
        each.close()


def told(client: Client) -> str:
    html = client.post(MAIL, follow=True).content.decode()
    return re.search(r'<ul class="messagelist">\s*<li class="(.*?)">(.*?)</li>', html, re.S).expand(r"\1: \2")


def test_a_test_mail_arrives(her, office, admin):
    post = office()
    assert told(her) == f"success: Sent to {admin.email}."
    assert "Subject: A test from Taskroom" in post.taken[0] and f"To: {admin.email}" in post.taken[0]


@pytest.mark.parametrize(
    ("refuses", "words"),
    [
        ({"RCPT": "550 5.1.1 Nobody here."}, "refused the mail: 5.1.1 Nobody here."),
        ({"MAIL": "554 Not from you."}, "refused the mail: Not from you."),
        ({"AUTH": "535 Wrong."}, "does not accept EMAIL_HOST_USER and EMAIL_HOST_PASSWORD."),
    ],
)
def test_a_mail_that_is_refused_is_told_in_words(her, office, settings, refuses, words):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "taskroom", "secret"
    post = office(**refuses)
    assert told(her).startswith("error: ") and words in told(her)
    assert not post.taken and "secret" not in told(her)


def test_a_mail_server_that_is_not_there_is_told_in_words(her, office, settings):
    post = office()
    post.close()
    assert f"Nothing listens at 127.0.0.1:{post.port}." in told(her)
    settings.EMAIL_HOST = "no-such-host.invalid"
    assert "There is no mail server by the name of no-such-host.invalid." in told(her)


def test_a_mail_server_that_hangs_is_told_in_words(her, settings, redis_relay, office):
    office()
    redis_relay.silent = True
    settings.EMAIL_PORT = redis_relay.port
    assert "does not answer." in told(her)
