"""The feed: each page hears what it may, once and in order, whatever the channel layer loses."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import APIToken
from chat.models import Channel
from projects import admission, log, outbox, push
from projects.admission import Admission
from projects.feed import feed
from projects.models import Counter, Membership, Project
from projects.threads import in_database
from tests.machine import clock
from tests.projects.listening import Listener, head, head_for, session_of, write
from tests.waiting import until as eventually

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_page_is_greeted_with_the_head_of_the_log(project, ben, listen):
    page = await listen(ben)
    hello = await eventually(lambda: page.frames and page.frames[0])
    assert hello["type"] == "hello"
    assert hello["sequence"] == await head(project)
    assert hello["epoch"] and hello["heartbeat"] == 25


async def test_a_change_reaches_every_page_by_push(project, ana, ben, listen, patient):
    first, second = await listen(ana), await listen(ben)
    await eventually(lambda: feed()._channel)
    await write(project, ana)
    for page in (first, second):
        event = (await eventually(lambda page=page: page.events))[0]
        assert event["name"] == "project.updated"
        assert event["by"] == ana.pk
        assert event["data"]["description"].startswith("turn ")


async def test_a_burst_arrives_whole_and_in_order_in_few_frames(project, ana, ben, listen, patient):
    page = await listen(ben)
    before = await head(project)
    await eventually(lambda: feed()._channel)
    await write(project, ana, times=100)
    await eventually(lambda: len(page.events) >= 100)
    assert page.sequences == list(range(before + 1, before + 101))


async def test_what_no_push_brought_is_found_by_the_check(project, ana, ben, listen, deaf):
    page = await listen(ben)
    await write(project, ana, times=3)
    await eventually(lambda: len(page.events) == 3)
    assert feed().projects[project.pk].repairs >= 1


async def test_a_push_that_skips_a_number_makes_the_feed_read_the_log(
    project, ana, ben, listen, patient, monkeypatch
):
    page = await listen(ben)
    await eventually(lambda: feed()._channel)
    before = await head(project)
    send, lost = push._send, []
    monkeypatch.setattr(push, "_send", lambda group, message: lost.append(message))
    await write(project, ana, times=4)
    monkeypatch.setattr(push, "_send", send)
    await write(project, ana)
    await eventually(lambda: len(page.events) >= 5)
    assert len(lost) == 4
    assert page.sequences == list(range(before + 1, before + 6))


async def test_a_push_that_comes_twice_or_late_is_heard_once(project, ana, ben, listen, patient, monkeypatch):
    page = await listen(ben)
    await eventually(lambda: feed()._channel)
    before = await head(project)
    send, kept = push._send, []
    monkeypatch.setattr(push, "_send", lambda group, message: kept.append((group, message)))
    await write(project, ana, times=5)

    def shuffled() -> None:
        for group, message in [*reversed(kept), *kept]:
            send(group, message)

    await in_database(shuffled)
    await eventually(lambda: len(page.events) >= 5)
    monkeypatch.setattr(push, "_send", send)
    await write(project, ana)
    await eventually(lambda: len(page.events) >= 6)
    assert page.sequences == list(range(before + 1, before + 7))


async def test_coming_back_brings_exactly_what_was_missed(project, ana, ben, listen):
    before = await head(project)
    await write(project, ana, times=7)
    page = await listen(ben, after=before)
    caught_up = (await eventually(lambda: page.of("caught_up")))[0]
    assert page.sequences == list(range(before + 1, before + 8))
    assert caught_up["sequence"] == before + 7


async def test_coming_back_during_a_burst_misses_nothing_and_hears_nothing_twice(project, ana, ben, listen):
    before = await head(project)
    writing = asyncio.create_task(write(project, ana, times=120))
    pages = []
    for _ in range(8):
        pages.append(await listen(ben, after=before))
        await asyncio.sleep(0)
    await writing
    for page in pages:
        await eventually(lambda page=page: len(page.events) >= 120)
        assert page.sequences == list(range(before + 1, before + 121))


@pytest.mark.parametrize("after", [-1, 10**6])
async def test_a_place_that_the_log_does_not_know_is_answered_with_a_reset(project, ben, listen, after):
    page = await listen(ben, after=after)
    reset = (await eventually(lambda: page.of("reset")))[0]
    assert reset["sequence"] == await head(project)
    assert not page.events


async def test_more_than_a_replay_may_hold_is_answered_with_a_reset(project, ana, ben, listen, monkeypatch):
    monkeypatch.setattr("projects.log.MOST_EVENTS", 5)
    before = await head(project)
    await write(project, ana, times=6)
    far, near = await listen(ben, after=before), await listen(ben, after=before + 1)
    assert await eventually(lambda: far.of("reset"))
    assert await eventually(lambda: near.of("caught_up"))


async def test_working_quietly_makes_open_pages_load_afresh(project, ana, ben, listen):
    page = await listen(ben)

    def quietly() -> None:
        with project.quietly(by=ana):
            Project.objects.filter(pk=project.pk).update(description="quiet")

    await in_database(quietly)
    reset = (await eventually(lambda: page.of("reset")))[0]
    assert reset["sequence"] == await head(project)
    assert not page.events


async def test_somebody_removed_hears_nothing_of_it_and_nothing_after(project, ana, ben, gus, listen):
    removed, stays = await listen(gus), await listen(ben)
    member = await in_database(lambda: Membership.objects.get(project=project, user=gus))
    await in_database(member.remove, by=ana)
    await write(project, ana)
    await eventually(lambda: len(stays.events) >= 2)
    assert await eventually(lambda: removed.closed) == (4403, "no longer a member")
    assert stays.events[0]["name"] == "member.deleted"
    assert not removed.events


async def test_somebody_with_several_pages_is_out_of_all_of_them_at_once(
    project, ana, ben, gus, listen, patient, caplog
):
    stays, pages = await listen(ben), [await listen(gus) for _ in range(5)]
    await eventually(lambda: feed()._channel)
    member = await in_database(lambda: Membership.objects.get(project=project, user=gus))
    await in_database(member.remove, by=ana)
    await eventually(lambda: all(page.closed for page in pages))
    await write(project, ana)
    await eventually(lambda: stays.events and stays.events[-1]["name"] == "project.updated")
    assert not [event for page in pages for event in page.events]
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.fixture
def one_look(monkeypatch) -> None:
    """Newcomers are not looked at a second time, which would find nothing but that they are no members."""
    monkeypatch.setattr("projects.feed.SECOND_LOOK", 3600)


async def test_deleting_a_project_closes_its_pages(project, ana, ben, listen, one_look):
    page = await listen(ben)
    await eventually(lambda: feed()._channel)
    await in_database(project.delete)
    assert await eventually(lambda: page.closed) == (4403, "the project was deleted")


async def test_deleting_a_project_closes_its_pages_though_no_push_arrives(
    project, ben, listen, deaf, one_look
):
    page = await listen(ben)
    await in_database(project.delete)
    assert await eventually(lambda: page.closed) == (4403, "the project was deleted")


async def test_a_restored_older_log_makes_pages_load_afresh(project, ana, ben, listen, deaf):
    import uuid

    page = await listen(ben)

    def restore() -> None:
        Counter.objects.filter(project=project).update(sequence=1, epoch=uuid.uuid4())

    await in_database(restore)
    assert (await eventually(lambda: page.of("reset")))[0]["sequence"] == 1


async def test_an_ended_session_closes_its_sockets(project, ben, listen, settings):
    settings.FEED_RIGHTS_SECONDS = 0.2
    page = await listen(ben)
    await in_database(lambda: Session.objects.all().delete())  # past every signal
    assert await eventually(lambda: page.closed) == (4401, "signed out")


async def test_what_ended_while_a_socket_was_being_opened_ends_it_soon(
    project, ana, ben, gus, listen, settings
):
    """Signing out, or a removal, between the question who it is and its place in the feed: no push finds it there."""
    settings.FEED_RIGHTS_SECONDS = 3600
    stays = await listen(ana)  # so that the feed knows its members already
    gone, removed = await in_database(session_of, ben), await in_database(session_of, gus)
    await in_database(lambda: Session.objects.get(session_key=gone).delete())
    await in_database(lambda: project.memberships.get(user=gus).remove(by=ana))
    await eventually(lambda: gus.pk not in stays.socket.project.members)
    late = [Listener(project, ben, gone), Listener(project, gus, removed)]
    for each in late:
        await each.since(None)
    try:
        come_in = time.monotonic()
        assert (await eventually(lambda: late[0].closed))[0] == 4401
        assert (await eventually(lambda: late[1].closed))[0] == 4403
        assert clock.since(come_in) < 2.5
        assert stays.closed is None
    finally:
        for each in late:
            feed().detach(each.socket)


async def test_a_page_that_never_reads_is_let_go_and_disturbs_nobody(
    project, ana, ben, gus, listen, monkeypatch
):
    monkeypatch.setattr(outbox, "MOST_FRAMES", 8)
    stuck, fine = await listen(gus), await listen(ben)
    await eventually(lambda: stuck.frames and fine.frames)
    stuck.reads.clear()
    for _ in range(12):
        await write(project, ana)
        last = await head(project)  # in a frame of its own, then, and not together with the next
        await eventually(lambda last=last: fine.sequences and fine.sequences[-1] == last)
    assert stuck.socket.outbox.closed
    stuck.reads.set()
    assert (await eventually(lambda: stuck.closed))[0] == 4408
    last = await head(project)
    await eventually(lambda: fine.sequences and fine.sequences[-1] == last)


async def test_what_may_be_lost_reaches_the_others_but_not_oneself(project, ben, gus, listen):
    mine, theirs = await listen(ben), await listen(gus)
    await eventually(lambda: feed()._channel)
    await eventually(lambda: mine.frames and theirs.frames)
    await mine.socket.viewing(12)
    frame = (await eventually(lambda: theirs.of("viewing")))[0]
    assert frame == {"type": "viewing", "user": ben.pk, "task": 12}
    assert not mine.of("viewing")


async def test_a_frame_to_oneself_reaches_all_ones_pages_and_nobody_else(project, ben, gus, listen):
    one, two, other = await listen(ben), await listen(ben), await listen(gus)
    await eventually(lambda: feed()._channel)
    await in_database(push.to_user, ben.pk, {"type": "read", "room": 1})
    assert await eventually(lambda: one.of("read")) and await eventually(lambda: two.of("read"))
    assert not other.of("read")


def scope(**headers: str) -> dict[str, Any]:
    return {"scheme": "ws", "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()]}


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "http://evil.example",
        "http://localhost:9999",
        "https://localhost:8000",
        "http://localhost",
    ],
)
def test_a_page_of_another_site_gets_no_handshake(origin):
    headers = {"Host": "localhost:8000"} | ({"Origin": origin} if origin else {})
    with pytest.raises(admission.Refused) as refused:
        admission.claim(scope(**headers), 1)
    assert refused.value.code is None
    admission.claim(scope(Host="localhost:8000", Origin="http://localhost:8000"), 1)


OURS = {"Host": "testserver", "Origin": "http://testserver"}


def cookie(user: Any) -> str:
    client = Client()
    client.force_login(user)
    return f"sessionid={client.cookies['sessionid'].value}"


async def test_the_handshake_asks_who_and_whether_they_belong(project, ben, cleo):
    async def code(**headers: str) -> int | None:
        try:
            await feed().admit(scope(**OURS, **headers), project.pk)
        except admission.Refused as refused:
            return refused.code

    assert await code() == 4401
    assert await code(Cookie="sessionid=forged") == 4401
    assert await code(Cookie=await in_database(cookie, cleo)) == 4403
    assert await code(Cookie=await in_database(cookie, ben)) is None


async def test_a_revoked_token_closes_its_sockets(project, ben, settings):
    settings.FEED_RIGHTS_SECONDS = 3600  # only the news of it can be so quick
    token, text = await in_database(APIToken.issue, ben, "a program")
    closed: list[int] = []

    async def close(code: int, reason: str) -> None:
        closed.append(code)

    async def send(text: str) -> None:
        pass

    socket = feed().attach(Admission(project.pk, ben.pk, token=text), send=send, close=close)
    try:
        await socket.resume(None)
        await eventually(lambda: feed()._channel)
        await in_database(token.revoke, by=ben)
        assert await eventually(lambda: closed) == [4401]
    finally:
        tasks = feed()._tasks
        feed().detach(socket)
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_whoever_closes_the_page_looks_at_no_task(project, ben, gus, listen):
    watcher, other = await listen(gus), await listen(ben)
    await eventually(lambda: feed()._channel)
    await other.socket.viewing(12)
    feed().detach(other.socket)
    frames = await eventually(lambda: len(watcher.of("viewing")) == 2 and watcher.of("viewing"))
    assert [frame["task"] for frame in frames] == [12, None]


async def test_a_quiet_page_still_hears_by_push(project, ana, ben, listen, patient, settings, caplog):
    """redis-py cuts what is silent for 5 s, unless it is told otherwise; we tell it 15."""
    settings.FEED_HEARTBEAT_SECONDS = 16
    page = await listen(ben)
    await eventually(lambda: page.of("heartbeat"))
    await write(project, ana)
    assert await eventually(lambda: page.events)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.fixture
def no_reading(monkeypatch) -> Callable[[], None]:
    """Call it, and from then on nothing may read the log."""

    def forbid(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("the log was read")

    return lambda: monkeypatch.setattr(log, "read", forbid)


async def test_who_was_away_for_a_moment_is_served_without_the_database(
    project, ana, ben, listen, patient, no_reading
):
    page = await listen(ben)
    await eventually(lambda: feed()._channel)
    before = await head(project)
    await write(project, ana, times=20)
    await eventually(lambda: len(page.events) == 20)
    no_reading()
    for missed in (0, 1, 19, 20):
        back = await listen(ben, after=before + 20 - missed)
        await eventually(lambda back=back: back.of("caught_up"))
        assert back.events == page.events[20 - missed :]


async def test_the_memory_of_the_last_events_keeps_private_ones_private(
    project, ana, ben, listen, patient, no_reading
):
    channel = await in_database(lambda: Channel.open(project, "Secret", private=True, by=ana))
    anas, bens = await listen(ana), await listen(ben)
    await eventually(lambda: feed()._channel)
    before = {user: await head_for(project, user) for user in (ana, ben)}
    room = await in_database(lambda: channel.rooms.first())
    await in_database(lambda: room.post("for us alone", by=ana))
    await write(project, ana)
    await eventually(lambda: len(anas.events) >= 2 and bens.events)
    no_reading()
    heard = {}
    for user in (ana, ben):
        back = await listen(user, after=before[user])
        await eventually(lambda back=back: back.of("caught_up"))
        heard[user] = [event["name"] for event in back.events]
    assert "message.created" in heard[ana]
    assert heard[ben] == ["project.updated"]


async def test_the_memory_of_the_last_events_keeps_no_deleted_words(project, ana, ben, listen, patient):
    page = await listen(ben)
    await eventually(lambda: feed()._channel)
    before = await head(project)
    room = await in_database(lambda: project.rooms.first())
    message = await in_database(lambda: room.post("a word too many", by=ana))
    await write(project, ana)
    await in_database(lambda: message.remove(by=ana))
    await eventually(lambda: any(event["name"] == "message.deleted" for event in page.events))
    back = await listen(ben, after=before)
    await eventually(lambda: back.of("caught_up"))
    assert back.sequences == page.sequences
    assert "a word too many" not in str(back.frames)


async def test_those_who_come_together_are_let_in_by_a_few_queries(project, ana, ben, gus, cleo):
    people = [ana, ben, gus, cleo]
    cookies = [await in_database(cookie, user) for user in people]

    async def enter(cookie: str) -> int | None:
        try:
            return (await feed().admit(scope(**OURS, Cookie=cookie), project.pk)).user_id
        except admission.Refused as refused:
            return refused.code

    asked: list[list] = []
    door = feed()._door
    answer, door._answer = door._answer, lambda claims: asked.append(claims) or answer(claims)
    try:
        answers = await asyncio.gather(*(enter(each) for each in [*cookies * 5, "sessionid=nobody"]))
    finally:
        door._answer = answer
    assert answers == [ana.pk, ben.pk, gus.pk, 4403] * 5 + [4401]
    assert len(asked) <= 2


async def test_a_thousand_arrivals_are_few_frames(project, ana, ben, listen):
    page = await listen(ben)
    await eventually(lambda: feed()._channel)
    told = feed().projects[project.pk]
    for turn in range(500):
        told.about([{"user": user.pk, "status": "active", "last_seen": str(turn)} for user in (ana, ben)])
        await asyncio.sleep(0)
    last = {"user": ben.pk, "status": "active", "last_seen": "499"}
    await eventually(lambda: any(last in frame.get("presence", ()) for frame in page.frames))
    assert len(page.of("people")) <= 5
    assert not page.of("presence")
