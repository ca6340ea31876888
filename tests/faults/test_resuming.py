"""Every position that a page may come back with; and snapshots taken while others write."""

import json
import random
import re
import threading

import orjson
import pytest

from tests.faults.conftest import ALL
from tests.faults.house import Person
from tests.faults.listeners import Listener
from tests.faults.raw import RawSocket
from tests.faults.showing import BESIDE, apply, state_of
from tests.waiting import eventually

LOADS = 500 if ALL else 60
HUGE = 10**17


def resume(place, person, after) -> tuple[str, list[int], int]:
    """What the socket says first: ("caught_up" or "reset" or "live", numbers, head)."""
    line = RawSocket(place, person, url=place.house.url, after=after)
    numbers: list[int] = []
    try:
        hello = json.loads(line.frame()[1])
        assert hello["type"] == "hello"
        if after is None:
            line.send(b'{"type": "ping"}')
        while True:
            frame = json.loads(line.frame()[1])
            if frame["type"] == "events":
                numbers += [event["sequence"] for event in frame["events"]]
            elif frame["type"] in ("caught_up", "reset"):
                return frame["type"], numbers, frame["sequence"]
            elif frame["type"] == "pong":
                return "live", numbers, hello["sequence"]
    finally:
        line.close()


def over_http(place, person, after) -> tuple[str, list[int], int]:
    caller = place.house.caller(person)
    answer = caller.ask("GET", f"/projects/{place.id}/events?after={after}")
    caller.close()
    numbers = [event["sequence"] for event in answer["events"]]
    return "reset" if answer.get("reset") else "caught_up", numbers, answer["last"]


WAYS = [pytest.param(resume, id="socket"), pytest.param(over_http, id="http", marks=pytest.mark.faults_long)]


def fill(run, place, count=30) -> int:
    """Write something; the head of the log."""
    with run(listeners=2, deeds=None) as under:  # of which some are told to one person only
        under.more(count)
    under.judge()
    return under.head()


@pytest.mark.parametrize("ask", WAYS)
def test_every_position_of_a_whole_log(house, place, run, ask):
    head = fill(run, place)
    ben = place.people[1]
    assert ask(place, ben, 0) == ("caught_up", list(range(1, head + 1)), head)
    assert ask(place, ben, head) == ("caught_up", [], head)
    assert ask(place, ben, head - 1) == ("caught_up", [head], head)
    assert ask(place, ben, head + 1) == ("reset", [], head)
    assert ask(place, ben, HUGE) == ("reset", [], head)
    assert ask(place, ben, -1) == ("reset", [], head)
    assert ask(place, ben, -HUGE) == ("reset", [], head)
    if ask is resume:
        assert ask(place, ben, None) == ("live", [], head)


def prune(house, keep: int) -> None:
    house.run("manage.py", "prune", EVENT_LOG_DAYS="0", EVENT_LOG_MINIMUM=str(keep))


@pytest.mark.parametrize("ask", WAYS)
def test_every_position_of_a_shortened_log(house, place, run, ask):
    head = fill(run, place)
    prune(house, 10)
    first = head - 9
    ben = place.people[1]
    for too_old in (0, 1, first - 2):
        assert ask(place, ben, too_old) == ("reset", [], head)
    assert ask(place, ben, first - 1) == ("caught_up", list(range(first, head + 1)), head)
    assert ask(place, ben, first) == ("caught_up", list(range(first + 1, head + 1)), head)
    assert ask(place, ben, head) == ("caught_up", [], head)
    prune(house, 0)
    assert ask(place, ben, head) == ("caught_up", [], head)
    assert ask(place, ben, head - 1) == ("reset", [], head)


def join(under, place, times: int, pause: float) -> None:
    """Listeners come in from anywhere in the log, while it grows."""
    for _ in range(times):
        listener = Listener(place, place.people[len(under.listeners) % len(place.people)])
        head = under.head_for(listener.person)
        after = random.choice([0, random.randint(0, head), head])
        under.listeners.append(listener.start(after))
        under.during(pause)
    eventually(lambda: all(listener.live for listener in under.listeners))


def test_resuming_during_a_burst(house, place, run):
    with run(listeners=4, pause=0.01) as under:
        with under.fault():
            join(under, place, 40, 0.05)
        under.more(20)
    under.judge(behind=5.0)


@pytest.mark.faults_long
def test_resuming_during_retention(house, place, run):
    """The log is shortened while pages come back: whoever is too late gets a snapshot, nobody a gap."""
    with run(listeners=4, pause=0.02) as under:
        with under.fault():
            pruning = threading.Thread(target=lambda: [prune(house, keep) for keep in (25, 15)])
            pruning.start()
            while pruning.is_alive():
                if len(under.listeners) < 5 * len(place.people):
                    join(under, place, 4, 0.05)
        under.more(20)
    under.judge(whole=False)


def test_page_loads_during_writes(house, place, run):
    """What a page begins with, and the events after it, give what a fresh page begins with: always."""
    loads: list[tuple[Person, dict]] = []

    def load(share: int, seed: int) -> None:
        reader = house.browser(place.people[seed])
        for _ in range(share):
            answer = reader.call("GET", f"/projects/{place.id}/")
            assert answer.status == 200, answer.text[:500]
            found = re.search(
                r'<script type="application/json" id="snapshot">(.*?)</script>', answer.text, re.S
            )
            loads.append((place.people[seed], json.loads(found[1])))
        reader.close()

    with run(writers=3, listeners=3, pause=0.1) as under:
        with under.fault():
            threads = [threading.Thread(target=load, args=(LOADS // 4, seed)) for seed in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        under.more(5)
    under.judge()
    assert len(loads) == LOADS // 4 * 4
    with house.postgres.connect() as connection:
        log = [
            (audience, orjson.loads("{" + tail))
            for audience, tail in connection.execute(
                "SELECT audience, tail FROM projects_event WHERE project_id = %s ORDER BY sequence",
                [place.id],
            )
        ]
    fresh = {person: state_of(place.snapshot(person)) for person in place.people[:4]}
    for person, snapshot in loads:
        state = state_of(snapshot)
        theirs = [event for audience, event in log if audience in (None, -person.id)]
        for number, event in enumerate(theirs, 1):
            if number > snapshot["sequence"]:
                apply(state, event["name"], event["data"])
        for section in BESIDE.values():
            state[section] = {}
        assert state == fresh[person], f"a page loaded at {snapshot['sequence']} went astray"
    assert len({snapshot["sequence"] for _, snapshot in loads}) > 5, "nothing was written meanwhile"


def test_rights_that_changed_while_away(house, place, run):
    """Let into a private channel, and put out of one, while the line was cut: the page that comes back shows it."""
    with place.as_owner() as owner:
        names = ("Mine", "Theirs")
        made = [
            owner.ask("POST", f"/projects/{place.id}/channels", {"name": name, "private": True})
            for name in names
        ]
        into, out = (channel["id"] for channel in made)
        owner.ask("POST", f"/channels/{out}/members", {"user": place.people[3].id})
        with run(writers=1, listeners=12) as under:
            under.hears = lambda listener: {place.owner: {into, out}, place.people[3]: {into}}.get(
                listener.person, set()
            )
            (page,) = [each for each in under.listeners if each.person == place.people[3]]
            house.background.run(page.stop())
            with under.fault():
                owner.ask("POST", f"/channels/{into}/members", {"user": page.person.id})
                owner.ask("DELETE", f"/channels/{out}/members/{page.person.id}")
                under.more(5)
                again = Listener(place, page.person)
                again.state, again.epoch = page.state, page.epoch
                under.listeners[under.listeners.index(page)] = again.start(page.position)
            under.more(5)
        under.judge()
