"""How a pool looks at a connection before it hands it out."""

import psycopg
import pytest
from django.db import connection
from psycopg_pool import ConnectionPool

from config.pool import check_connection
from tests.waiting import eventually

LAST_STATEMENT = "SELECT query_start FROM pg_stat_activity WHERE pid = %s"


@pytest.fixture
def pooled(db):
    parameters = connection.get_connection_params()
    of_the_pool = ("pool", "cursor_factory", "context")
    kept = {name: value for name, value in parameters.items() if name not in of_the_pool}
    with psycopg.connect(**kept, autocommit=True) as found:
        yield found


def test_it_is_the_one_that_django_gives_its_pool():
    assert ConnectionPool.check_connection is check_connection


def test_a_connection_that_stands_is_not_asked(pooled):
    pid = pooled.info.backend_pid

    def last_statement():
        with connection.cursor() as cursor:
            cursor.execute(LAST_STATEMENT, [pid])
            return cursor.fetchone()

    pooled.execute("SELECT 1")
    before = last_statement()
    check_connection(pooled)
    assert last_statement() == before


def test_one_that_the_server_has_ended_is_refused(pooled):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pooled.info.backend_pid])

    def refused():
        try:
            check_connection(pooled)
        except psycopg.OperationalError:
            return True

    eventually(refused)
    with pytest.raises(psycopg.OperationalError):
        check_connection(pooled)


def test_one_that_was_told_something_goes_on(pooled):
    pooled.execute("LISTEN here")
    with psycopg.connect(pooled.info.dsn, autocommit=True) as another:
        another.execute("SELECT pg_notify('here', 'a word')")
    check_connection(pooled)
    assert pooled.execute("SELECT 1").fetchone() == (1,)


def test_one_that_we_closed_ourselves_is_refused(pooled):
    pooled.close()
    with pytest.raises(psycopg.OperationalError):
        check_connection(pooled)
