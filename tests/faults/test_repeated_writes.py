"""A lost answer, a double submit: the same client_id any number of times is one write (I5)."""

import threading

import pytest

from tests.faults.writers import Write, request_of, see_through


@pytest.mark.parametrize("kind", ["message", pytest.param("task", marks=pytest.mark.faults_long)])
def test_lost_answer(house, place, run, line, kind):
    with run(writers=0, listeners=4) as under, under.fault():
        for number in range(5):
            person = place.people[number % 3]
            caller = house.caller(person, line.url)
            line.answers_to_lose = 1 + number % 3
            write = Write(f"unheard-{kind}-{number}", kind, person.id, 0.0)
            under.extra.append(see_through(write, caller, place))
            caller.close()
            assert len(write.answers) == 2 + number % 3, write.answers
            assert write.answers[-1] == 200, "the server did it at the first try, and says so"
    under.judge()


@pytest.mark.parametrize("kind", ["message", pytest.param("task", marks=pytest.mark.faults_long)])
def test_double_submit(house, place, run, kind):
    """Ten requests with one client_id in the same moment: one row, one event, ten times the same answer."""
    at_once = 10
    with run(writers=0, listeners=4) as under, under.fault():
        for turn in range(5):
            person = place.people[turn % 3]
            write = Write(f"double-{kind}-{turn}", kind, person.id, 0.0)
            path, body = request_of(write, place)
            barrier, answers = threading.Barrier(at_once), []

            def submit(person=person, path=path, body=body, barrier=barrier, answers=answers) -> None:
                caller = house.caller(person)
                barrier.wait()
                answers.append(caller.call("POST", path, body))
                caller.close()

            threads = [threading.Thread(target=submit) for _ in range(at_once)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            statuses = sorted(answer.status for answer in answers)
            assert statuses == [200] * (at_once - 1) + [201], statuses
            assert len({answer.json["id"] for answer in answers}) == 1
            write.acknowledged = 0.0
            under.extra.append(write)
    under.judge()


@pytest.mark.faults_long
def test_writers_who_never_ask_twice(house, run, line):
    """Unanswered and not tried again: it was done once, or not at all."""
    with run(writers_url=line.url, retries=False, deeds=None) as under:
        with under.fault():
            for _ in range(8):
                line.answers_to_lose = 2
                under.during(0.3)
        line.answers_to_lose = 0
        under.more(10)
    found = under.judge(answers=False)
    assert found.acknowledged < found.writes, "no answer was lost: this proves nothing"
