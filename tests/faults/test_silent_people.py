"""Whoever is gone without a word is offline within a minute, whichever end died; and nobody else is."""

import os
import signal
import time

import pytest

from tests.faults.conftest import back_to
from tests.faults.raw import RawSocket
from tests.machine import clock
from tests.waiting import eventually

pytestmark = pytest.mark.faults_long

MINUTE = 60
LOOK = 5  # seconds: processes ask every 2 whose time has come


def status(place, person) -> str:
    """As a page that is loaded now shows it."""
    (row,) = [each for each in place.snapshot()["presence"] if each["user"] == person.id]
    return row["status"]


def is_offline_in_time(place, person, gone: float) -> None:
    eventually(lambda: status(place, person) == "offline", 4 * MINUTE)
    assert clock.since(gone) <= MINUTE + LOOK


def test_whoever_falls_silent_is_offline_within_a_minute(house, place, run, line):
    """A cable was pulled: no FIN ever comes, and pings stay unanswered."""
    victim = place.people[9]
    gone = RawSocket(place, victim, url=line.url)
    eventually(lambda: status(place, victim) == "active")
    with run(writers=1) as under, under.fault():
        line.stall()
        is_offline_in_time(place, victim, time.monotonic())
    under.judge()
    line.flow()
    gone.close()


def test_the_people_of_a_process_that_died_are_offline_within_a_minute_unless_they_come_back(
    house, place, run
):
    victim = place.people[9]
    gone = RawSocket(place, victim, url=house.url)
    eventually(lambda: status(place, victim) == "active")
    with run(writers=1) as under, under.fault():
        workers = house.stack.live.workers()
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        is_offline_in_time(place, victim, time.monotonic())
        back_to(house.stack.live, len(workers))
    under.judge()
    gone.close()
