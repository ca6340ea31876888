"""The one socket of a project's page, on a real server: events down, activity up, and who is here."""

import asyncio
import contextlib
import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import websockets
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async

from accounts.models import APIToken, User
from config.servers import Valkey, socket_directory
from presence import roster
from presence.attendance import Attendance, _remember, attendance
from projects import access
from projects.models import Project
from tests.presence.conftest import SECONDS, forget_everybody, long_ago
from tests.presence.house import SERVERS, House, change, keep_active, seen
from tests.servers import Server
from tests.waiting import until

pytestmark = [pytest.mark.usefixtures("quick"), pytest.mark.django_db(transaction=True)]


async def test_a_page_hears_hello_then_what_happens(
    house: House, project: Project, ana: User, ben: User
) -> None:
    page = await house.open(ben, project)
    first = await until(lambda: page.heard and page.heard[0])
    assert first["type"] == "hello"
    assert {"sequence", "epoch", "heartbeat"} < set(first)
    await page.hears(type="people")
    await change(project, ana)
    event = (await page.hears(type="events"))["events"][0]
    assert event["name"] == "project.updated"
    assert event["sequence"] == first["sequence"] + 1


async def test_a_page_that_comes_back_hears_what_it_missed(house: House, project: Project, ana: User) -> None:
    page = await house.open(ana, project)
    at = (await page.hears(type="hello"))["sequence"]
    page.crash()
    await change(project, ana)
    again = await house.open(ana, project, f"?after={at}")
    await again.hears(type="hello")
    assert [event["sequence"] for event in (await again.hears(type="events"))["events"]] == [at + 1]
    await again.hears(type="caught_up", sequence=at + 1)
    lost = await house.open(ana, project, "?after=99999")
    await lost.hears(type="reset")


async def test_whoever_comes_in_just_as_an_empty_house_would_be_shut_is_seen(
    house: House, project: Project, ana: User, ben: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task that speaks for all ends when nobody has been here for long; it must not end on a newcomer."""
    (await house.enter(ana, project)).crash()
    await until(lambda: not attendance().seats)
    shut_at, pause = time.monotonic() + SECONDS["EXPIRY"] * 2, Attendance._pause

    async def last_pause(self: Attendance, **how: Any) -> None:
        await pause(self, **how)
        if not self.seats and time.monotonic() > shut_at - SECONDS["EXPIRY"]:
            await until(lambda: self.seats and time.monotonic() > shut_at)

    monkeypatch.setattr(Attendance, "_pause", last_pause)
    await until(lambda: time.monotonic() > shut_at - SECONDS["EXPIRY"] / 2)
    bens = await house.open(ben, project)
    await bens.sees(ben, "active")


async def test_two_people_see_each_other_come_grow_quiet_and_go(
    house: House, project: Project, ana: User, ben: User
) -> None:
    anas = await house.enter(ana, project)
    stop = keep_active(anas)
    bens = await house.open(ben, project)
    people = {each["user"]: each["status"] for each in (await bens.hears(type="people"))["presence"]}
    assert people[ana.pk] == "active"
    await anas.sees(ben, "active")
    await bens.say(type="activity", state="hidden")
    await anas.sees(ben, "idle")
    await bens.say(type="activity", state="active")
    await anas.sees(ben, "active")
    await anas.sees(ben, "idle")
    await anas.sees(ben, "inactive")
    await bens.line.close()
    gone = await anas.sees(ben, "offline")
    assert gone["last_seen"].endswith("Z")
    stop()
    await until(lambda: seen(ben))


async def test_a_browser_killed_without_a_word_is_offline_by_and_by(
    house: House, project: Project, ana: User, ben: User
) -> None:
    anas, bens = await house.enter(ana, project), await house.enter(ben, project)
    bens.crash()
    await anas.sees(ben, "offline")


async def test_a_reload_shows_nothing_to_the_others(
    house: House, project: Project, ana: User, ben: User, settings: Any
) -> None:
    settings.PRESENCE_IDLE_SECONDS = settings.PRESENCE_INACTIVE_SECONDS = 300
    settings.PRESENCE_LEAVE_SECONDS = settings.PRESENCE_EXPIRY_SECONDS = (
        300  # however long a return takes here
    )
    anas, bens = await house.enter(ana, project), await house.enter(ben, project)
    await anas.sees(ben, "active")
    await long_ago()
    for _ in range(3):
        await bens.line.close()
        bens = await house.enter(ben, project)
    assert [frame for frame in await anas.pong() if frame["type"] == "presence"] == []


async def test_presence_is_only_for_those_who_share_a_project(
    house: House, project: Project, ben: User, cleo: User
) -> None:
    other = await database_sync_to_async(Project.objects.open)("Other", key="OTH", by=cleo)
    cleos = await house.enter(cleo, other)
    await house.enter(ben, project)
    heard = await cleos.pong()
    assert [frame for frame in heard if frame.get("user") == ben.pk] == []


async def test_typing_and_viewing_reach_the_others_and_not_oneself(
    house: House, project: Project, ana: User, ben: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "room_audiences", lambda project_id: {3: None, 4: 77})
    anas, bens = await house.enter(ana, project), await house.enter(ben, project)
    await bens.say(type="typing", room=4)  # a private channel's, which Ben does not belong to
    await bens.pong()
    await bens.say(type="typing", room=3)
    await anas.hears(type="typing", user=ben.pk, room=3)
    await bens.pong()
    await bens.say(type="viewing", task=12)
    await anas.hears(type="viewing", user=ben.pk, task=12)
    assert [frame for frame in await bens.pong() if frame["type"] in ("typing", "viewing")] == []
    assert [frame for frame in anas.heard if frame["type"] == "typing"] == []


async def test_what_one_does_in_the_same_moment_is_all_told_and_of_each_kind_the_last(
    house: House, project: Project, ana: User, ben: User
) -> None:
    anas, bens = await house.enter(ana, project), await house.enter(ben, project)
    room = await database_sync_to_async(lambda: project.rooms.get().pk)()
    await asyncio.gather(  # as when Escape closes a task and the next key is already one of a message
        *(bens.say(type="viewing", task=task) for task in (12, 13, None)), bens.say(type="typing", room=room)
    )
    await anas.hears(type="typing", user=ben.pk, room=room)
    assert [json.loads(text)["task"] for text in anas.texts if '"viewing"' in text][-1] is None


async def test_whoever_may_not_listen_learns_why_and_nothing_else(
    house: House, project: Project, cleo: User
) -> None:
    for user, code in ((None, 4401), (cleo, 4403)):
        page = await house.open(user, project)
        assert await page.closed() == code
        assert page.heard == []


async def test_a_project_that_is_not_there_looks_like_one_that_is_not_yours(house: House, cleo: User) -> None:
    for id in (10**9, 10**30):
        assert await (await house.open(cleo, id)).closed() == 4403


async def test_another_sites_page_gets_no_socket(house: House, project: Project, ben: User) -> None:
    other_port, other_scheme = "http://127.0.0.1", f"https://127.0.0.1:{house.port}"
    for origin in ("", "null", "http://evil.example", other_port, other_scheme):
        with pytest.raises(websockets.InvalidStatus) as refusal:
            await house.open(ben, project, Origin=origin)
        assert refusal.value.response.status_code == 403, origin


async def test_a_program_signs_in_by_token(house: House, project: Project, ben: User) -> None:
    _, token = await database_sync_to_async(APIToken.issue)(ben, "a program")
    page = await house.open(None, project, Origin="", Authorization=f"Bearer {token}")
    await page.hears(type="hello")


async def test_a_position_that_is_no_number_is_not_understood(
    house: House, project: Project, ben: User
) -> None:
    for after in ("", "x", "1.5", "9" * 5000, "\x00", "٣", "1&after=-"):
        page = await house.open(ben, project, f"?after={quote(after, safe='&=')}")
        assert await page.closed() == 4400, after
        assert page.heard == []


async def test_a_frame_not_understood_is_answered_and_the_fifth_ends_it(
    house: House, project: Project, ana: User, ben: User
) -> None:
    anas, bens = await house.enter(ana, project), await house.enter(ben, project)
    for bad in ('{"type": "nonsense"}', "[]", "[" * 4000, b"\x00\xff"):
        await bens.line.send(bad)
        assert (await bens.hears(type="error"))["detail"]
    await bens.pong()
    await bens.line.send("9" * 4096)
    assert await bens.closed() == 4400
    await anas.pong()


async def test_a_flood_ends_its_own_socket_and_nobody_elses(
    house: House, project: Project, ana: User, ben: User
) -> None:
    anas, bens = await house.enter(ana, project), await house.enter(ben, project)
    with contextlib.suppress(websockets.ConnectionClosed):
        for _ in range(500):
            await bens.say(type="ping")
    assert await bens.closed() == 4429
    await anas.pong()
    await change(project, ana)
    await anas.hears(type="events")


async def test_a_frame_of_a_megabyte_ends_its_own_socket(
    house: House, project: Project, ana: User, ben: User
) -> None:
    anas, bens = await house.enter(ana, project), await house.enter(ben, project)
    with contextlib.suppress(websockets.ConnectionClosed):
        await bens.line.send("x" * 2**20)
    assert await bens.closed() in (1009, 1006)
    await anas.pong()


async def test_the_eleventh_page_of_a_person_is_one_too_many(
    house: House, project: Project, ana: User, ben: User
) -> None:
    for _ in range(10):
        await house.enter(ben, project)
    assert await (await house.open(ben, project)).closed() == 4429
    await house.enter(ana, project)


async def test_a_page_that_never_reads_is_let_go_and_its_person_with_it(
    house: House, project: Project, ana: User, ben: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projects.outbox.PATIENCE", 0.5)
    anas, bens = await house.enter(ana, project), await house.enter(ben, project)
    bens.reader.cancel()  # and with it, soon, all reading from the line
    (socket,) = [seat.socket for seat in attendance().seats if seat.user == ben.pk]

    def choke() -> bool:
        for _ in range(8):
            socket.put({"type": "nothing", "text": "x" * 60_000})
        return socket.outbox.closed

    await until(choke)
    await anas.sees(ben, "offline")
    await anas.pong()


@pytest.mark.parametrize("house", SERVERS, indirect=True)
async def test_a_page_that_stops_reading_for_a_while_hears_all_of_it_in_order(
    house: House, project: Project, ben: User
) -> None:
    page = await house.enter(ben, project)
    (socket,) = [seat.socket for seat in attendance().seats]
    await page.pong()
    page.line.transport.pause_reading()
    said = 0

    def say(some: str = "") -> int:
        nonlocal said
        socket.put({"type": "number", "number": (said := said + 1), "text": some})
        return len(socket.outbox._frames)

    await until(lambda: say("x" * 50_000))  # the line is full, and frames begin to wait
    for _ in range(50):
        say()
    page.line.transport.resume_reading()
    await until(lambda: not socket.outbox._frames)
    say()

    def numbers() -> list[int]:
        return [frame["number"] for frame in page.heard if frame["type"] == "number"]

    await until(lambda: said in numbers())
    assert numbers() == list(range(1, said + 1))


async def test_an_old_socket_is_asked_to_come_again(house: House, project: Project, ben: User) -> None:
    page = await house.enter(ben, project)
    for seat in attendance().seats:
        seat.until = 0
    assert await page.closed() == 1012


async def test_a_page_waits_for_no_other_ones_database_work(
    house: House, project: Project, ana: User, ben: User
) -> None:
    page = await house.enter(ben, project)
    blocker = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hold() -> None:  # the one thread that channels and asgiref share
        asyncio.run_coroutine_threadsafe(blocker.wait(), loop).result()

    held = asyncio.create_task(sync_to_async(hold)())
    await page.pong()
    blocker.set()
    await held


async def stands_as(user: User, status: str) -> bool:
    return (await roster.read([user.pk]))[user.pk]["status"] == status


async def test_presence_survives_a_redis_that_forgets_everything(
    house: House, project: Project, ana: User, ben: User, settings: Any
) -> None:
    settings.PRESENCE_IDLE_SECONDS = settings.PRESENCE_INACTIVE_SECONDS = 300
    anas, bens = await house.enter(ana, project), await house.enter(ben, project)
    await forget_everybody()

    async def back() -> bool:
        people = await roster.read([ana.pk, ben.pk])
        return all(each["status"] == "active" for each in people.values())

    await until(back)
    heard = await anas.pong() + await bens.pong()
    assert [frame for frame in heard if frame.get("status") == "offline"] == []


async def test_presence_survives_a_redis_that_dies_and_comes_back_empty(
    house: House, project: Project, ana: User, ben: User, settings: Any, tmp_path: Path
) -> None:
    redis = Valkey(tmp_path, socket_directory(tmp_path))
    redis.start()
    usual, settings.REDIS_URL = (
        settings.REDIS_URL,
        redis.url,
    )  # the roster's; events and frames keep the other
    settings.PRESENCE_IDLE_SECONDS = settings.PRESENCE_INACTIVE_SECONDS = 300
    roster._clients.clear()
    try:
        anas, bens = await house.enter(ana, project), await house.enter(ben, project)
        await bens.say(type="activity", state="hidden")
        await anas.sees(ben, "idle")
        redis.stop()
        await anas.pong()
        await bens.say(type="activity", state="active")
        await bens.pong()
        redis.start()
        await anas.sees(ben, "active")
        await until(lambda: stands_as(ana, "active"))  # with the next beat
        heard = await anas.pong() + await bens.pong()
        assert [frame for frame in heard if frame.get("status") == "offline"] == []
    finally:
        redis.stop()
        await roster._async_client().aclose()
        roster._clients.clear()
        settings.REDIS_URL = usual


async def test_a_killed_process_takes_only_its_own_people_offline(
    house: House, project: Project, ana: User, ben: User, tmp_path: Path
) -> None:
    anas = await house.enter(ana, project)
    thresholds = {f"PRESENCE_{name}_SECONDS": str(seconds) for name, seconds in SECONDS.items()}
    server = Server(tmp_path / "server.log", **thresholds)
    try:
        await asyncio.to_thread(server.start)
        bens = await House(server.port).open(ben, project)
        await anas.sees(ben, "active")
        await change(project, ana)
        await bens.hears(type="events")
        server.kill()
        await anas.sees(ben, "offline")
        assert [
            frame
            for frame in await anas.pong()
            if frame.get("user") == ana.pk and frame.get("status") == "offline"
        ] == []
    finally:
        server.kill()


HANDLERS = (
    "event",
    "frame",
    "about",
    "own",
    "me",
    "signed_out",
    "gone",
    "websocket.disconnect",
    "websocket.receive",
)


async def test_nothing_that_a_page_says_is_passed_on_as_it_came(
    house: House, project: Project, ana: User, ben: User, settings: Any
) -> None:
    """What a client could name as a type would be anyone's handler: the layer carries what the server made."""
    settings.FEED_HEARTBEAT_SECONDS = 3600  # which would be a frame more where this takes long
    anas = await house.enter(ana, project)
    for kind in HANDLERS:
        bens = await house.enter(ben, project)
        for more in (
            {},
            {
                "user": ana.pk,
                "session": None,
                "project": project.pk,
                "text": "{}",
                "audience": None,
                "but": None,
            },
        ):
            await bens.say(type=kind, **more)
            assert (await bens.hears(type="error"))["detail"]
        await bens.say(type="typing", room={"type": kind})
        await bens.hears(type="error")
        await bens.line.close()
    room = await database_sync_to_async(lambda: project.rooms.first().pk)()
    proof = await house.enter(ben, project)
    await proof.say(type="typing", room=room)
    await anas.hears(type="typing", user=ben.pk, room=room)
    kinds = {json.loads(text)["type"] for text in anas.texts}
    assert kinds <= {"hello", "people", "presence", "typing"}
    await anas.pong()


POISON = {
    "a list": "[]",
    "deep": '{"type":' + "[" * 1500 + "]" * 1500 + "}",
    "digits": '{"type": "typing", "room": ' + "9" * 3000 + "}",
    "5,000 digits": '{"type": "typing", "room": ' + "9" * 5000 + "}",
    "NUL": '{"type": "activity", "state": "active\\u0000"}',
    "a lone surrogate": '{"type": "activity", "state": "\\ud800"}',
    "not finite": '{"type": "typing", "room": 1e999}',
    "binary": b"\x00\xff",
    "empty": "",
}


async def test_poison_is_answered_in_words_and_kills_nothing(
    house: House, project: Project, ana: User, ben: User, caplog: pytest.LogCaptureFixture
) -> None:
    anas = await house.enter(ana, project)
    for name, poison in POISON.items():
        bens = await house.enter(ben, project)
        await bens.line.send(poison)
        assert (await bens.hears(type="error"))["detail"], name
        await bens.pong()
        await bens.line.close()
    bens = await house.enter(ben, project)
    with contextlib.suppress(websockets.ConnectionClosed):
        await bens.line.send("x" * (64 * 1024 + 1))
    assert await bens.closed() in (1009, 1006)
    await change(project, ana)
    await anas.hears(type="events")
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    await until(lambda: len(attendance().seats) == 1)


async def test_what_one_types_and_looks_at_is_only_for_those_who_share_the_project(
    house: House, project: Project, ana: User, ben: User, cleo: User
) -> None:
    other = await database_sync_to_async(Project.objects.open)("Other", key="OTH", by=cleo)
    cleos, anas, bens = (
        await house.enter(cleo, other),
        await house.enter(ana, project),
        await house.enter(ben, project),
    )
    room = await database_sync_to_async(lambda: project.rooms.first().pk)()
    await bens.say(type="typing", room=room)
    await anas.hears(type="typing", user=ben.pk)
    await bens.say(type="viewing", task=12)
    await anas.hears(type="viewing", user=ben.pk)
    await cleos.pong()
    assert not [text for text in cleos.texts if f'"user":{ben.pk}' in text or f'"user":{ana.pk}' in text]
    theirs = json.loads(next(text for text in cleos.texts if text.startswith('{"type":"people"')))
    assert [each["user"] for each in theirs["presence"]] == [cleo.pk]


async def test_when_somebody_was_last_seen_is_kept_at_most_once_a_minute(quick: None, ben: User) -> None:
    @database_sync_to_async
    def kept() -> str:
        return User.objects.get(pk=ben.pk).last_seen_at.isoformat()

    async def went(at: str) -> str:
        await _remember({ben.pk: f"2026-01-01T{at}.000Z"})
        return (await kept())[11:19]

    assert await went("10:00:00") == "10:00:00"
    assert await went("10:00:59") == "10:00:00"  # a line that breaks every second writes no row every second
    assert await went("10:01:01") == "10:01:01"
    assert await went("09:00:00") == "10:01:01"  # and what is told late takes nothing back


async def test_a_process_tells_of_all_its_sockets_in_few_words(
    house: House, project: Project, ana: User, ben: User, gus: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for user in (ana, ben, gus):
        for _ in range(5):
            await house.enter(user, project)
    asked: list[int] = []
    run = roster._run

    async def counted(verb: str, *arguments: Any) -> Any:
        if verb == "beat":
            asked.append(len(arguments) // 3)
        return await run(verb, *arguments)

    monkeypatch.setattr(roster, "_run", counted)
    await until(lambda: sum(asked) >= 10 * 15)
    assert len(asked) <= 10 * 9  # in eighths of a beat, whoever has not spoken meanwhile


async def test_pages_that_go_together_leave_in_few_calls(
    house: House, project: Project, ana: User, ben: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    anas = await house.enter(ana, project)
    bens = [await house.enter(ben, project) for _ in range(8)]
    calls: list[int] = []
    depart = roster.depart

    async def counted(connections: list[tuple[int, str]]) -> Any:
        calls.append(len(connections))
        return await depart(connections)

    monkeypatch.setattr(roster, "depart", counted)
    for page in bens:
        page.crash()
    await anas.sees(ben, "offline")
    assert sum(calls) == 8
    assert len(calls) < 8


async def test_saying_again_that_one_is_active_counts_as_input(
    house: House, project: Project, ana: User, ben: User
) -> None:
    anas, bens = await house.enter(ana, project), await house.enter(ben, project)
    stop = keep_active(bens)
    await anas.sees(ana, "idle")  # who says nothing
    await anas.sees(ana, "inactive")
    assert await stands_as(ben, "active")
    stop()
    await anas.sees(ben, "idle")
