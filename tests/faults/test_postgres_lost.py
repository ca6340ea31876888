"""PostgreSQL restarted, crashed, its connections terminated: what was acknowledged stands, the rest is tried again."""

import time

import pytest

SLOW = 20  # seconds of patience that a page needs at most once the database is back


def test_connections_terminated(house, run):
    with run() as under:
        with under.fault():
            for _ in range(4):
                assert house.postgres.terminate_connections()
                time.sleep(0.5)
        under.more(20)
    under.judge()


@pytest.mark.faults_long
def test_postgres_restarted(house, run):
    with run() as under:
        with under.fault():
            house.postgres.restart()
        under.more(20)
    under.judge()


def test_postgres_crashed(house, run):
    """Gone without a word; what it had acknowledged comes back out of its own log."""
    with run() as under:
        with under.fault():
            house.postgres.kill()
            under.during(1)
            house.postgres.revive()
        under.more(20)
    under.judge()


@pytest.mark.faults_long
def test_postgres_absent_for_twenty_seconds(house, run):
    with run() as under:
        with under.fault():
            house.postgres.stop()
            try:
                under.during(20)
            finally:
                house.postgres.revive()
        under.more(20)
    under.judge()


@pytest.mark.faults_long
def test_postgres_and_redis_lost_together(house, run):
    with run() as under:
        with under.fault():
            house.redis.kill()
            house.postgres.kill()
            under.during(3)
            house.postgres.revive()
            house.redis.start()
        under.more(20)
    under.judge()
