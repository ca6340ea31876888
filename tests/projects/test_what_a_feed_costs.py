"""What a feed may cost: few frames, one reader of the log, one place in Redis, few handshakes at once."""

import asyncio
import threading
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings

from projects import log, push, socket, threads
from projects.admission import Refused
from projects.feed import HANDSHAKES, feed
from projects.ring import MOST as RING
from projects.ring import Ring
from projects.threads import in_database
from tests.projects.listening import head, write
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """Pushes are kept rather than sent; the test sends them itself."""
    messages: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(push, "_send", lambda group, message: messages.append((group, message)))
    return messages


async def test_the_first_event_after_a_pause_goes_out_at_once_and_the_next_ones_together(
    project, ana, ben, listen, patient, settings
):
    settings.FEED_TOGETHER_SECONDS = 3600
    page = await listen(ben)
    await until(lambda: feed()._channel)
    await write(project, ana)
    await until(lambda: len(page.events) == 1)
    await write(project, ana, times=20)
    told = feed().projects[project.pk]
    await until(lambda: len(told._batch) == 20)
    assert len(page.events) == 1
    told._timer._run()  # its hour is over
    await until(lambda: len(page.events) == 21)
    assert [len(frame["events"]) for frame in page.of("events")] == [1, 20]


async def test_a_gap_is_read_once_however_many_pushes_find_it(
    project, ana, ben, listen, patient, kept, monkeypatch
):
    page = await listen(ben)
    await until(lambda: feed()._channel)
    before = await head(project)
    await write(project, ana, times=30)
    reading, together, reads = threading.Lock(), [0], []
    look = log.lines_after

    def looked(*args: Any) -> list[log.Line]:
        together.append(together[-1] + 1)
        try:
            with reading:
                reads.append(args)
                return look(*args)
        finally:
            together.append(together[-1] - 1)

    monkeypatch.setattr(log, "lines_after", looked)
    for _, message in kept[1:]:  # the first is lost
        feed()._take(message)
    await until(lambda: len(page.events) >= 30)
    assert page.sequences == list(range(before + 1, before + 31))
    assert max(together) == 1
    assert len(reads) == 1


async def test_while_all_is_well_nothing_needs_repair(project, ana, ben, listen, settings):
    settings.FEED_CHECK_SECONDS = 0.1
    page = await listen(ben)
    await until(lambda: feed()._channel)
    before = await head(project)
    for turn in range(40):
        await write(project, ana)
        await until(lambda turn=turn: len(page.events) > turn)
    assert page.sequences == list(range(before + 1, before + 41))
    assert feed().projects[project.pk].repairs == 0


async def test_the_checks_of_many_processes_do_not_fall_into_step(
    project, ben, listen, settings, monkeypatch
):
    settings.FEED_CHECK_SECONDS = 0.05
    pauses: list[float] = []
    sleep = asyncio.sleep

    async def slept(seconds: float, *args: Any) -> Any:
        if asyncio.current_task() in feed()._tasks and 0.01 < seconds <= 0.05:
            pauses.append(seconds)
        return await sleep(seconds, *args)

    monkeypatch.setattr(asyncio, "sleep", slept)
    await listen(ben)
    await until(lambda: len(pauses) > 10)
    assert len(set(pauses)) > 5
    assert all(0.04 <= pause <= 0.05 for pause in pauses)


async def test_fifty_sockets_of_a_project_are_one_listener_in_redis(project, ana, ben, gus, listen):
    client = redis.Redis.from_url(django_settings.REDIS_URL)

    def taken() -> tuple[int, int]:
        return len(client.pubsub_channels(f"{django_settings.REDIS_PREFIX}*")), client.info("clients")[
            "connected_clients"
        ]

    pages = [await listen(ben)]
    await until(lambda: feed()._channel and client.pubsub_channels("*project*"))
    await write(project, ana)
    await until(lambda: pages[0].events)
    channels, clients = await asyncio.to_thread(taken)
    pages += [await listen(user) for user in (ana, ben, gus, ben, ana) for _ in range(10)]
    await write(project, ana)
    for page in pages:
        await until(lambda page=page: page.events)
    now = await asyncio.to_thread(taken)
    assert now[0] == channels
    assert now[1] <= clients + 1  # other tests' servers and our own pools may open one
    client.close()


async def test_whoever_was_away_for_a_moment_needs_no_database(
    project, ana, ben, listen, patient, monkeypatch
):
    stays = await listen(ana)
    await until(lambda: feed()._channel)
    before = await head(project)
    await write(project, ana, times=RING)
    await until(lambda: len(stays.events) == RING)

    async def away(*_: Any, **more: Any) -> None:
        raise AssertionError("the database was asked")

    monkeypatch.setattr(socket, "in_database", away)
    level, back = await listen(ben, after=before + RING), await listen(ben, after=before)
    await until(lambda: level.of("caught_up") and back.of("caught_up"))
    assert level.sequences == []
    assert back.sequences == stays.sequences == list(range(before + 1, before + RING + 1))
    with pytest.raises(AssertionError):
        await listen(ben, after=before - 1)


async def test_what_happens_while_a_page_is_being_brought_up_follows_its_replay(
    project, ana, ben, listen, patient, monkeypatch
):
    stays = await listen(ana)
    await until(lambda: feed()._channel)
    before = await head(project)
    await write(project, ana, times=2)
    await until(lambda: len(stays.events) == 2)
    feed().projects[project.pk]._ring.clear()  # else memory would answer, at once

    async def slowly(*args: Any, **more: Any) -> Any:
        reading = await in_database(*args, **more)
        await write(project, ana, times=3)
        await until(lambda: len(stays.events) == 5)
        return reading

    monkeypatch.setattr(socket, "in_database", slowly)
    page = await listen(ben, after=before)
    await until(lambda: page.of("caught_up") and len(page.events) >= 5)
    assert page.sequences == stays.sequences


async def test_twenty_handshakes_at_once_and_the_others_wait(project, ben, monkeypatch):
    ask, asked, inside = threads.in_database, [], [0]

    async def watched(answer: Any, questions: list[Any]) -> Any:
        asked.append(len(questions))
        inside.append(inside[-1] + 1)
        try:
            return await ask(answer, questions)
        finally:
            inside.append(inside[-1] - 1)

    monkeypatch.setattr(threads, "in_database", watched)
    headers = [(b"host", b"testserver"), (b"origin", b"http://testserver")]
    scope = {"scheme": "ws", "headers": headers}
    comings = [feed().admit(scope, project.pk) for _ in range(50)]
    answers = await asyncio.gather(*comings, return_exceptions=True)
    assert {type(answer) for answer in answers} == {Refused}
    assert sum(asked) == 50 and max(asked) == HANDSHAKES == 20
    assert max(inside) == 1


async def test_what_breaks_in_the_feed_silences_nobody(project, ana, ben, listen, patient):
    page = await listen(ben)
    await until(lambda: feed()._channel)
    broken = {
        "type": "event",
        "project": project.pk,
        "sequence": "x",
        "name": "x",
        "audience": None,
        "tail": "x",
    }
    await in_database(push._send, push.group_of(project.pk), broken)

    async def heard() -> bool:  # what is sent while it starts again is found by the next push
        await write(project, ana)
        return bool(page.events)

    await until(heard)
    assert page.sequences == sorted(set(page.sequences))


async def test_a_heartbeat_says_where_the_log_stands(project, ana, ben, listen, settings):
    settings.FEED_HEARTBEAT_SECONDS = 0.2
    page = await listen(ben)
    await until(lambda: feed()._channel)
    await write(project, ana, times=3)
    last = await head(project)
    assert await until(lambda: {"type": "heartbeat", "sequence": last} in page.frames)


async def test_a_replay_of_too_many_bytes_is_answered_with_a_reset(project, ana, ben, listen, monkeypatch):
    before = await head(project)
    await write(project, ana, times=3)
    size = await in_database(
        lambda: sum(len(tail) for tail in project.events.after(before).values_list("tail", flat=True))
    )
    monkeypatch.setattr(log, "MOST_BYTES", size)
    fits = await listen(ben, after=before)
    assert await until(lambda: fits.of("caught_up"))
    monkeypatch.setattr(log, "MOST_BYTES", size - 1)
    assert (await in_database(log.read, project.pk, after=before, user_id=ben.pk)).reset


async def test_a_replay_is_measured_in_bytes_and_not_in_letters(project, ana, ben, listen):
    """Else what is written in letters of three bytes would never fit a socket's box, and be asked for for ever."""
    before = await head(project)

    def describe() -> None:
        for turn in range(100):
            project.change(description="語" * 1990 + str(turn), by=ana)

    await in_database(describe)
    assert (await in_database(log.read, project.pk, after=before, user_id=ben.pk)).reset
    ring = Ring()
    for line in await in_database(log.lines_after, project.pk, before, 100):
        ring.add(line)
    assert ring.last(100, ()) is None
    kept = ring.last(31, ())
    assert sum(len(line.tail.encode()) for line in kept) <= log.MOST_BYTES


def test_a_replay_holds_at_most_what_is_promised():
    assert RING == 200
    assert log.MOST_EVENTS == 500
    assert log.MOST_BYTES <= 512 * 1024
