"""Nothing reaches whoever was removed, signed out or deactivated: within 2 s, and 30 s without Redis (I6)."""

import time
from dataclasses import replace

import pytest

from tests.faults.conftest import RIGHTS_SECONDS
from tests.faults.runs import PATIENCE
from tests.machine import clock
from tests.waiting import eventually

SOON = 2.0  # seconds
WITHOUT_REDIS = RIGHTS_SECONDS + 3  # the promise, and the time of one look

NOW = "import time; print(time.monotonic())"  # one clock for all processes of the machine
DEACTIVATE = (
    "import django; django.setup(); from accounts.models import User;"
    "user = User.objects.get(pk={id}); user.is_active = False; user.save();" + NOW
)
REACTIVATE = (
    "import django; django.setup(); from accounts.models import User;"
    "user = User.objects.get(pk={id}); user.is_active = True; user.save()"
)
SIGN_OUT = (
    "import django; django.setup(); from django.test import RequestFactory; from django.contrib.auth import logout;"
    "from django.contrib.sessions.backends.db import SessionStore; from accounts.models import User;"
    "request = RequestFactory().post('/'); request.session = SessionStore({session!r});"
    "request.user = User.objects.get(pk={id}); logout(request);" + NOW
)


def theirs(under, person):
    return [listener for listener in under.listeners if listener.person == person]


def nothing_after(listeners, ended: float, seconds: float, code: int) -> None:
    for listener in listeners:
        eventually(lambda listener=listener: listener.ended is not None, PATIENCE)
        assert listener.ended == code
        closed = listener.ledger.connections[-1].closed
        assert clock.between(ended, closed) <= seconds, f"closed {closed - ended:.1f} s later"
        last = max(heard.at for heard in listener.ledger.heard)
        assert clock.between(ended, last) <= seconds, f"heard something {last - ended:.1f} s later"


@pytest.mark.parametrize(
    "redis", ["with redis", pytest.param("without redis", marks=pytest.mark.faults_long)]
)
def test_removal_during_a_burst(house, place, run, redis, request):
    victim = place.people[5]
    with run(listeners=12, pause=0.02) as under:
        if redis == "without redis":
            house.redis.kill()
            request.addfinalizer(house.redis.start)
        with under.fault(), place.as_owner() as owner:
            owner.ask("DELETE", f"/projects/{place.id}/members/{victim.id}")
            ended = time.monotonic()
            nothing_after(
                theirs(under, victim), ended, SOON if redis == "with redis" else WITHOUT_REDIS, 4403
            )
        under.more(10)
    under.judge()
    with house.postgres.connect() as connection:
        (removal,) = connection.execute(
            "SELECT count(*) FROM projects_event WHERE project_id = %(id)s"
            " AND (audience IS NULL OR audience = -%(user)s) AND sequence <= (SELECT max(sequence) FROM projects_event"
            " WHERE project_id = %(id)s AND name = 'member.deleted')",
            {"id": place.id, "user": victim.id},
        ).fetchone()  # as they counted
    for listener in theirs(under, victim):
        assert max(listener.ledger.sequences) <= removal, "heard what came after the removal"


@pytest.mark.parametrize(
    ("how", "redis"),
    [
        pytest.param("deactivated", "with redis", marks=pytest.mark.faults_long),
        ("deactivated", "without redis"),
        pytest.param("signed out", "with redis", marks=pytest.mark.faults_long),
        pytest.param("signed out", "without redis", marks=pytest.mark.faults_long),
    ],
)
def test_an_account_or_a_session_ends_during_a_burst(house, place, run, how, redis, request):
    victim = place.people[6]
    with run(listeners=12, pause=0.02, by_session=True) as under:
        if redis == "without redis":
            house.redis.kill()
            request.addfinalizer(house.redis.start)
        script = DEACTIVATE if how == "deactivated" else SIGN_OUT
        with under.fault():
            ended = float(house.run("-c", script.format(id=victim.id, session=victim.session)))
            nothing_after(
                theirs(under, victim), ended, SOON if redis == "with redis" else WITHOUT_REDIS, 4401
            )
        under.more(10)
    under.judge()
    if how == "deactivated":
        house.run("-c", REACTIVATE.format(id=victim.id))
    else:
        house.people.remove(victim)  # this session is no more


def test_a_private_channel_during_a_burst(house, place, run):
    """Only its people hear it, live and in replay; whoever is put out hears nothing from then on."""
    inside, victim = place.people[:4], place.people[3]
    with place.as_owner() as owner:
        channel = owner.ask("POST", f"/projects/{place.id}/channels", {"name": "Secret", "private": True})[
            "id"
        ]
        room = next(r["id"] for r in place.snapshot()["rooms"] if r["channel"] == channel)
        for person in inside[1:]:
            owner.ask("POST", f"/channels/{channel}/members", {"user": person.id})
    secret = replace(place, room=room)
    with run(place=secret, writers=3, listeners=12, pause=0.02) as under:
        under.hears = lambda listener: (
            {channel} if listener.person in inside and listener.person != victim else set()
        )
        with under.fault(), secret.as_owner() as owner:
            owner.ask("DELETE", f"/channels/{channel}/members/{victim.id}")
            ended = time.monotonic()
            under.more(30)
        under.settle()
        for listener in theirs(under, victim):
            secrets = [
                heard for heard in listener.ledger.heard if heard.name.startswith("message.") and heard.key
            ]
            assert all(clock.between(ended, heard.at) <= SOON for heard in secrets)
            assert secrets, "it never heard any: this proves nothing"
        for listener in theirs(under, victim):  # heard rightly what the oracle would now call foreign
            under.listeners.remove(listener)
            house.background.run(listener.stop())
    under.judge()
