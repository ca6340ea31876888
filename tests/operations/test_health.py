"""What a load balancer is told: /healthz and /readyz."""

import json
import time
import urllib.error
import urllib.request

import pytest
from django.db import connection, transaction
from django.test import Client

from projects import draining
from tests.machine import clock
from tests.operations.relay import Relay
from tests.servers import Server
from tests.waiting import eventually


def ready(client: Client) -> tuple[int, dict]:
    response = client.get("/readyz")
    return response.status_code, response.json()["checks"]


@pytest.fixture
def checked(client, transactional_db):
    """A client whose first question, which reads the migrations from disk, has been answered."""
    eventually(lambda: ready(client)[0] == 200)
    return client


def test_alive_asks_nobody(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"alive": True})


def test_ready_when_everything_answers(checked):
    status, checks = ready(checked)
    assert status == 200
    assert set(checks) == {"database", "redis", "migrations", "feeds", "draining"}
    assert all(check["ok"] for check in checks.values())


def test_checks_come_by_any_address_and_nothing_else_does(checked):
    assert checked.get("/healthz", headers={"host": "10.1.2.3:8000"}).status_code == 200
    assert checked.get("/readyz", headers={"host": "10.1.2.3:8000"}).status_code == 200
    assert checked.get("/accounts/login/", headers={"host": "10.1.2.3:8000"}).status_code == 400
    assert checked.get("/healthz/", headers={"host": "10.1.2.3:8000"}).status_code == 400


def test_checks_are_not_sent_to_https(checked, settings):
    settings.SECURE_SSL_REDIRECT = True
    client = Client()
    assert client.get("/accounts/login/").status_code == 301
    assert client.get("/readyz").status_code == 200


def test_checks_begin_no_session_and_stay_in_no_cache(checked):
    response = checked.get("/readyz")
    assert not response.cookies and response.headers["Cache-Control"] == "no-store"


def test_not_ready_while_draining(checked, monkeypatch):
    monkeypatch.setattr(draining, "draining", True)
    status, checks = ready(checked)
    assert status == 503 and not checks["draining"]["ok"] and checks["database"]["ok"]


def test_not_ready_while_a_migration_is_missing(checked):
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE app = 'chat' AND name LIKE '0001%%' RETURNING name"
        )
        (name,) = cursor.fetchone()
        try:
            status, checks = ready(checked)
        finally:
            cursor.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES ('chat', %s, now())", [name]
            )
    assert status == 503
    assert checks["migrations"]["detail"] == f"1 not applied: chat.{name}"
    assert ready(checked)[0] == 200


def test_not_ready_when_redis_refuses(checked, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    status, checks = ready(checked)
    assert status == 503
    assert checks["redis"] == {"ok": False, "detail": "does not answer (ConnectionError)"}
    assert checks["database"]["ok"]


def test_a_redis_that_hangs_delays_the_answer_by_a_second_and_no_more(checked, settings, redis_relay: Relay):
    settings.REDIS_URL = f"redis://127.0.0.1:{redis_relay.port}"
    assert ready(checked)[0] == 200
    redis_relay.silent = True
    began = time.monotonic()
    status, checks = ready(checked)
    assert status == 503 and not checks["redis"]["ok"]
    assert clock.since(began) < 3
    redis_relay.silent = False
    eventually(lambda: ready(checked)[0] == 200)


def ask(url: str) -> tuple[int, dict]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_a_database_that_hangs_makes_a_live_process_unready_in_time_and_for_no_longer(
    database_relay: Relay, transactional_db, tmp_path
):
    name = connection.settings_dict
    address = f"postgres://{name['USER']}@127.0.0.1:{database_relay.port}/{name['NAME']}"
    server = Server(tmp_path / "log", DATABASE_URL=address)
    server.start()
    try:
        eventually(lambda: ask(f"{server.url}/readyz")[0] == 200)
        database_relay.silent = True
        for _ in range(3):
            began = time.monotonic()
            status, answer = ask(f"{server.url}/readyz")
            assert (
                status == 503 and not answer["checks"]["database"]["ok"] and answer["checks"]["redis"]["ok"]
            )
            assert clock.since(began) < 4
        assert ask(f"{server.url}/healthz") == (200, {"alive": True})
        database_relay.silent = False
        eventually(lambda: ask(f"{server.url}/readyz")[0] == 200)
    finally:
        server.stop()


def test_not_ready_while_the_feed_cannot_read_its_log(page, project, transactional_db, tmp_path):
    server = Server(tmp_path / "log", FEED_CHECK_SECONDS="0.2").start()
    try:
        page(server)
        eventually(lambda: ask(f"{server.url}/readyz")[0] == 200)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE projects_counter IN ACCESS EXCLUSIVE MODE")
            _, answer = eventually(lambda: (found := ask(f"{server.url}/readyz"))[0] == 503 and found)
            failed = {name for name, check in answer["checks"].items() if not check["ok"]}
            assert failed == {"feeds"} and "behind the log" in answer["checks"]["feeds"]["detail"]
        eventually(lambda: ask(f"{server.url}/readyz")[0] == 200)
    finally:
        server.stop()
