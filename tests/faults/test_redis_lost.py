"""Redis killed, restarted empty, absent, flushed, deaf: nobody loses anything, nobody waits longer than promised."""

import time

import pytest
import redis as redis_client

from tests.faults.conftest import ALL

BEHIND = 5.0  # seconds: I4
ABSENCE = 60 if ALL else 4  # seconds without Redis
SLOWEST = 3.0  # seconds that one write may take without Redis: a push gives up after 0.3


def client(house) -> redis_client.Redis:
    return redis_client.Redis.from_url(house.redis.url)


def unhindered(under) -> None:
    """Writes need no Redis: each was answered at once, and not by an error."""
    for write in [*under.writes, *under.deeds]:
        failures = [answer for answer in write.answers if answer not in (200, 201, 204)]
        assert not failures, f"{write.key}: {write.answers}"
        assert write.waited <= SLOWEST, f"{write.key} took {write.waited:.1f} s"


def test_redis_restarted_empty(house, run):
    with run() as under:
        with under.fault():
            house.redis.kill()
            house.redis.start()
        under.more(40)
    under.judge(behind=BEHIND)
    unhindered(under)


def test_redis_absent(house, run):
    with run() as under:
        with under.fault():
            house.redis.kill()
            try:
                under.during(ABSENCE)
                under.more(20)
            finally:
                house.redis.start()
        under.more(20)
    under.judge(behind=BEHIND)
    unhindered(under)


@pytest.mark.faults_long
def test_redis_flushed(house, run):
    with run() as under:
        with under.fault(), client(house) as redis:
            redis.flushall()
        under.more(40)
    under.judge(behind=BEHIND)
    unhindered(under)


def test_redis_deaf(house, run):
    """Connections stand and nothing is answered."""
    with run() as under:
        with under.fault(), client(house) as redis:
            redis.execute_command("CLIENT", "PAUSE", int(ABSENCE * 1000), "ALL")
            under.during(ABSENCE)
        under.more(20)
    under.judge(behind=BEHIND)
    unhindered(under)


@pytest.mark.faults_long
def test_subscriptions_cut(house, run):
    """The layer subscribes again by itself; what was published meanwhile is gone."""
    with run() as under:
        with under.fault(), client(house) as redis:
            for _ in range(5):
                redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
                time.sleep(0.3)
        under.more(20)
    under.judge(behind=BEHIND)
    unhindered(under)


@pytest.mark.faults_long
def test_a_burst_without_redis_then_silence(house, run):
    """The last words of a burst are found by the feed's own look at the log, with no push to hint at them."""
    with run() as under, under.fault():
        house.redis.kill()
        try:
            under.more(40)
            under.settle()
        finally:
            house.redis.start()
    under.judge(behind=BEHIND)
    unhindered(under)


@pytest.mark.faults_long
def test_redis_goes_again_and_again(house, run):
    with run() as under:
        with under.fault():
            for _ in range(6):
                house.redis.kill()
                under.during(1)
                house.redis.start()
                under.during(2)
        under.more(20)
    under.judge(behind=BEHIND)
    unhindered(under)
