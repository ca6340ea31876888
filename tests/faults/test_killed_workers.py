"""Workers that die: of a signal under load, and of themselves in the worst moments of a write."""

import os
import signal

import pytest

from tests.faults.conftest import back_to
from tests.faults.hooks import BEFORE_COMMIT, BEFORE_PUSH
from tests.faults.writers import Write, see_through
from tests.waiting import eventually

BEHIND = 5.0  # seconds: I4


def kill_one(kind) -> None:
    workers = kind.workers()
    os.kill(workers[0], signal.SIGKILL)
    eventually(lambda: workers[0] not in kind.workers())
    back_to(kind, len(workers))


def test_kill_9_of_a_live_worker(house, run):
    with run() as under:
        with under.fault():
            kill_one(house.stack.live)
        under.more(20)
    under.judge(behind=BEHIND)


def test_kill_9_of_a_web_worker(house, run):
    with run() as under:
        with under.fault():
            kill_one(house.stack.web)
        under.more(20)
    under.judge(behind=BEHIND)


def test_death_between_number_and_commit(house, run):
    with run() as under:
        with under.fault():
            for _ in range(2):
                armed = house.arm(BEFORE_COMMIT)
                eventually(lambda armed=armed: not armed.exists())
        under.more(20)
    under.judge(behind=BEHIND)


@pytest.mark.faults_long
def test_death_between_commit_and_push(house, run):
    with run() as under:
        with under.fault():
            for _ in range(2):
                armed = house.arm(BEFORE_PUSH)
                eventually(lambda armed=armed: not armed.exists())
        under.more(20)
    under.judge(behind=BEHIND)


def test_death_before_the_push_of_the_last_word(house, place, run):
    """Nobody speaks after it, so that no later push shows the gap: the feed finds it by itself."""
    with run(writers=0) as under:
        with under.fault():
            armed = house.arm(BEFORE_PUSH)
            person = place.people[1]
            caller = house.caller(person)
            write = Write("the-last-word", "message", person.id, 0.0)
            under.extra.append(see_through(write, caller, place))
            caller.close()
            assert not armed.exists()
            assert write.acknowledged and len(write.answers) > 1, write.answers
            said = write.acknowledged
        under.settle()
        assert all(listener.ledger.heard for listener in under.listeners), "nobody told them the last word"
        heard = [listener.ledger.heard[-1] for listener in under.listeners]
        assert all(each.key == "the-last-word" and each.at - said <= BEHIND for each in heard)
    under.judge()
