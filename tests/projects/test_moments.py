"""Moments come out of the database as they went in, whatever they look like."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import DataError, connection

from projects.moments import Loader

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 1, 31, 10, 0, tzinfo=UTC),
        datetime(2026, 1, 31, 10, 0, 0, 250_000, tzinfo=UTC),
        datetime(2026, 1, 31, 10, 0, 0, 1, tzinfo=timezone(timedelta(hours=5, minutes=45))),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        None,
    ],
    ids=str,
)
def test_it_comes_out_as_it_went_in(moment):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [moment])
        (found,) = cursor.fetchone()
    assert found == moment and (found is None or found.tzinfo is UTC)


@pytest.mark.parametrize("text", ["infinity", "0044-03-15 12:00:00+00 BC"])
def test_what_python_cannot_hold_is_refused_as_ever(text):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT '{text}'::timestamptz")
        with pytest.raises(DataError):
            cursor.fetchone()


def test_no_connection_falls_back_to_the_slow_way():
    with connection.cursor() as cursor:
        oid = cursor.connection.adapters.types["timestamptz"].oid
        assert cursor.adapters.get_loader(oid, 0) is Loader
