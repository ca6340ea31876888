"""While PostgreSQL or Redis is away a line in the log says so, and an answer says that it is worth another try."""

import io
import logging

import psycopg
import pytest
import redis
from django.db import OperationalError
from django.test import Client

from accounts.models import APIToken
from config.logs import LineFormatter, Lines
from config.outages import is_outage

GONE = psycopg.errors.AdminShutdown("terminating connection due to administrator command")
UNREACHABLE = psycopg.OperationalError("connection refused")
DEADLOCK = psycopg.errors.DeadlockDetected("deadlock detected")
LOCKED = psycopg.errors.LockNotAvailable("canceling statement due to lock timeout")


def django_error(cause: Exception) -> OperationalError:
    error = OperationalError(str(cause))
    error.__cause__ = cause
    return error


@pytest.mark.parametrize("cause", [GONE, UNREACHABLE])
def test_a_database_that_is_away_is_an_outage(cause):
    assert is_outage(cause) and is_outage(django_error(cause))


@pytest.mark.parametrize("cause", [DEADLOCK, LOCKED])
def test_a_database_that_refuses_is_none(cause):
    assert not is_outage(cause) and not is_outage(django_error(cause))


def test_a_redis_that_is_away_is_an_outage_and_one_that_refuses_is_none():
    assert is_outage(redis.ConnectionError("gone")) and is_outage(redis.TimeoutError("deaf"))
    assert not is_outage(redis.ResponseError("wrong number of arguments"))
    assert not is_outage(ValueError("ours")) and not is_outage(None)


@pytest.mark.parametrize(("cause", "status"), [(GONE, 503), (UNREACHABLE, 503), (DEADLOCK, 500)])
def test_what_the_api_answers(db, ben, monkeypatch, cause, status):
    def fail(*_, **__):
        raise django_error(cause)

    headers = {"Authorization": f"Bearer {APIToken.issue(ben, 'tests')[1]}"}
    monkeypatch.setattr("projects.models.project.ProjectQuerySet.visible_to", fail)
    response = Client(raise_request_exception=False).get("/api/v1/projects", headers=headers)
    assert response.status_code == status
    assert ("Retry-After" in response.headers) == (status == 503)
    assert response.json()["detail"]


@pytest.mark.parametrize(("cause", "status"), [(GONE, 503), (UNREACHABLE, 503), (DEADLOCK, 500)])
def test_what_a_page_answers(db, ben, monkeypatch, cause, status):
    def fail(*_, **__):
        raise django_error(cause)

    browser = Client(raise_request_exception=False)
    browser.force_login(ben)
    monkeypatch.setattr("projects.access.find", fail)
    response = browser.get("/projects/1/")
    assert response.status_code == status
    assert ("Retry-After" in response.headers) == (status == 503)
    assert ("Back in a moment" in response.content.decode()) == (status == 503)


@pytest.mark.parametrize(("cause", "tells"), [(GONE, False), (DEADLOCK, True)])
def test_only_our_own_mistakes_leave_a_traceback(cause, tells):
    console = logging.StreamHandler(io.StringIO())
    console.setFormatter(LineFormatter())
    console.addFilter(Lines())
    logger = logging.getLogger("tests.outages")
    logger.addHandler(console)
    try:
        raise django_error(cause)
    except OperationalError:
        logger.exception("it failed")
    finally:
        logger.removeHandler(console)
    text = console.stream.getvalue()
    assert "it failed" in text and str(cause) in text
    assert ("Traceback" in text) == tells
