"""Lines between the clients and us that are slow, lossy, half open or half closed."""

import time

import pytest

from tests.faults.conftest import ALL
from tests.faults.raw import RawSocket
from tests.machine import clock
from tests.waiting import eventually

HEARTBEAT = 25 if ALL else 3  # seconds
BEHIND = 5.0


@pytest.mark.faults_long
def test_a_slow_line_that_breaks_again_and_again(house, run, line):
    line.delay = 0.1
    with run(url=line.url) as under:
        with under.fault():
            for _ in range(6):
                under.during(0.7)
                line.cut()
        under.more(20)
    under.judge()
    breaks = [len(listener.ledger.connections) for listener in under.listeners]
    assert all(count > 1 for count in breaks), "the line did not break: this proves nothing"


def test_a_half_open_line(house, place, run, line):
    """Nothing passes and nobody says so: silence tells a listener, who comes back and misses nothing."""
    with run(url=line.url, writers_url=house.url) as under:
        others = [each for each in under.listeners if each.person == place.people[0]]
        assert others
        with under.fault():
            line.stall()
            under.stalled = True
            eventually(lambda: not any(each.live for each in under.listeners), HEARTBEAT * 4)
            line.flow()
        under.more(20)
    under.judge()


@pytest.mark.faults_long
def test_a_half_closed_line(house, run, line):
    """The server hears that a client will say no more, and lets go; the client comes back."""
    with run(url=line.url, writers_url=house.url) as under:
        with under.fault():
            line.half_close()
            eventually(lambda: all(len(each.ledger.connections) > 1 for each in under.listeners))
        under.more(20)
    under.judge()


@pytest.mark.faults_long
def test_a_slow_line_keeps_nobody_else_waiting(house, place, run, line):
    """One page hangs behind a second of delay; the others are as near as ever."""
    line.delay = 1.0
    slow = RawSocket(place, place.people[9], url=line.url)
    with run() as under, under.fault():
        under.more(60)
    under.judge(behind=BEHIND)
    slow.close()


@pytest.mark.faults_long
def test_the_server_lets_go_of_a_dead_peer(house, place, line):
    """A cable was pulled: no FIN ever comes. The server's own pings notice, within a minute."""
    before = house.sockets()
    gone = [RawSocket(place, place.people[n], url=line.url) for n in range(6)]
    eventually(lambda: house.sockets() >= before + 6)
    line.stall()
    began = time.monotonic()
    eventually(lambda: house.sockets() <= before, 120)
    assert clock.since(began) < 60
    line.flow()
    for each in gone:
        each.close()


@pytest.fixture(scope="module")
def wired(keep_house):
    return keep_house(wired=True)


@pytest.mark.faults_long
@pytest.mark.parametrize("what", ["delay", "cut", "stall"])
@pytest.mark.parametrize("where", ["redis", "database"])
def test_a_bad_line_between_us_and(wired, run, where, what):
    line = wired.lines[where]
    with run(place=wired.project()) as under:
        with under.fault():
            if what == "delay":
                line.delay = 0.02
                under.during(5)
                line.delay = 0.0
            elif what == "cut":
                for _ in range(5):
                    line.cut()
                    under.during(0.8)
            else:
                line.stall()
                under.during(5)
                line.flow()
        under.more(20)
    under.judge(behind=BEHIND if where == "redis" else None)
