"""What no statement, lock, transaction or wait for a connection may exceed."""

import pytest
from django.db import connection


@pytest.mark.parametrize(
    ("name", "most"),
    [("lock_timeout", 10), ("statement_timeout", 60), ("idle_in_transaction_session_timeout", 120)],
)
def test_the_database_itself_ends_what_takes_too_long(db, name, most):
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM current_setting(%s)::interval)", [name])
        (seconds,) = cursor.fetchone()
    assert 0 < seconds <= most


def test_connections_come_from_a_pool_of_known_size_and_nobody_waits_long_for_one(settings):
    database = settings.DATABASES["default"]
    assert database["CONN_MAX_AGE"] == 0
    assert database["CONN_HEALTH_CHECKS"] is True
    pool = database["OPTIONS"]["pool"]
    assert pool["timeout"] == 5
    assert 1 <= pool["min_size"] <= pool["max_size"] <= 50


def test_the_layer_waits_longer_for_redis_than_it_blocks_there(settings):
    """redis-py's own 5 s would cut every quiet feed about every 5 s."""
    (host,) = settings.CHANNEL_LAYERS["default"]["CONFIG"]["hosts"]
    assert host["socket_timeout"] > 5
    assert host["socket_connect_timeout"] <= 1
    assert host["health_check_interval"] <= host["socket_timeout"]


def test_the_thresholds_are_those_that_are_promised(settings):
    promised = {
        "PRESENCE_IDLE_SECONDS": 300, "PRESENCE_INACTIVE_SECONDS": 900, "PRESENCE_EXPIRY_SECONDS": 60,
        "PRESENCE_LEAVE_SECONDS": 20, "PRESENCE_BEAT_SECONDS": 30, "FEED_CHECK_SECONDS": 2,
        "FEED_RIGHTS_SECONDS": 30, "FEED_HEARTBEAT_SECONDS": 25,
    }  # fmt: skip
    assert {name: getattr(settings, name) for name in promised} == promised
    assert 0.01 <= settings.FEED_TOGETHER_SECONDS <= 0.02
