"""Being invisible looks exactly like being offline, byte for byte, wherever others could look."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.test import Client

from accounts.models import User
from presence import roster
from presence.attendance import Attendance, attendance
from projects import push
from projects.models import Project
from tests.conftest import API
from tests.presence.conftest import SECONDS, forget_everybody
from tests.presence.house import House, Page, change
from tests.servers import Server
from tests.waiting import until

pytestmark = [pytest.mark.usefixtures("quick"), pytest.mark.django_db(transaction=True)]

BEN, GUS = 2, 3
MOMENT = re.compile(r'"last_seen":"[^"]+Z"')


@database_sync_to_async
def turn(user: User, *, invisible: bool) -> None:
    assert API(user).patch("/me", {"invisible": invisible}).json()["invisible"] is invisible


@pytest.fixture
def patient(settings: Any) -> None:
    """Nobody grows idle by themselves."""
    settings.PRESENCE_IDLE_SECONDS = settings.PRESENCE_INACTIVE_SECONDS = 300


def told_of(user: User, page: Page) -> list[str]:
    """What the page heard of somebody, as it came, but for the moments in it."""
    texts = [MOMENT.sub('"last_seen":"..."', text) for text in page.texts if f'"user":{user.pk}' in text]
    return [text for text in texts if not text.startswith('{"type":"people"')]


# The roster ------------------------------------------------------------------------------------------------


async def shown(user: int) -> str:
    return await roster._async_client().hget(roster.key("shown"), user)


async def beat(user: int, connection: str, state: str) -> list[tuple[int, str]]:
    return [
        (change.user, change.status) for change in (await roster.beat([(user, connection, state)])).changed
    ]


async def test_turning_invisible_is_leaving_in_every_step_and_at_the_same_time(patient: None) -> None:
    for user in (BEN, GUS):
        await beat(user, "one", "active")
        await beat(user, "two", "hidden")
    for connection in ("one", "two"):
        assert await roster.leave(GUS, connection) == []
        assert await beat(BEN, connection, "invisible") == []
    heard: list[tuple[int, str]] = []

    async def both_gone() -> bool:
        for connection in ("one", "two"):
            assert await beat(BEN, connection, "invisible") == []
        heard.extend((change.user, change.status) for change in await roster.sweep())
        return len(heard) >= 2

    await until(both_gone)
    assert sorted(heard) == [(BEN, "offline"), (GUS, "offline")]
    ben, gus = (await shown(BEN)).split(), (await shown(GUS)).split()
    assert ben[0] == gus[0] == "offline" and ben[2] == gus[2] == "0"
    assert abs(int(ben[1]) - int(gus[1])) < 1000  # last seen when they left, not when they were swept


async def test_nothing_that_one_does_while_invisible_leaves_a_trace(patient: None) -> None:
    await beat(BEN, "tab", "active")
    await beat(BEN, "tab", "invisible")
    await until(roster.sweep)
    before = await shown(BEN)
    for connection in ("tab", "another tab"):
        await beat(BEN, connection, "invisible")
    await roster.leave(BEN, "another tab")
    assert await roster.sweep() == []
    assert await shown(BEN) == before
    assert await roster._async_client().zscore(roster.key("due"), BEN) is None


async def test_whoever_was_invisible_when_redis_forgot_everything_stays_unknown_to_it(patient: None) -> None:
    await beat(BEN, "tab", "invisible")
    await forget_everybody()
    assert await beat(BEN, "tab", "invisible") == []
    assert await shown(BEN) is None
    assert await roster.read([BEN]) == {BEN: {"status": "offline", "last_seen": None}}


async def test_coming_back_is_arriving(patient: None) -> None:
    await beat(BEN, "tab", "invisible")
    await beat(BEN, "hidden tab", "invisible")
    assert await beat(BEN, "tab", "here") == [(BEN, "active")]
    assert await beat(BEN, "hidden tab", "hidden") == []


async def test_the_invisible_have_no_more_connections_than_others() -> None:
    for number in range(roster.CONNECTIONS):
        await beat(BEN, f"tab {number}", "invisible")
    assert (await roster.beat([(BEN, "one too many", "invisible")])).refused == ["one too many"]


async def test_a_crashed_page_of_somebody_invisible_is_forgotten(settings: Any) -> None:
    settings.PRESENCE_EXPIRY_SECONDS = 0.2
    await beat(BEN, "tab", "invisible")

    async def gone() -> bool:
        return not await roster._async_client().exists(roster.key(f"person:{BEN}"))

    await until(gone)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Awaitable[None]]:
    """`await looks(n)`: until the process has looked n times, from beginning to end, for what pages may have missed."""
    check, begun, ended = Attendance._check, [], []

    async def counted(self: Attendance) -> None:
        begun.append(self)
        await check(self)
        ended.append(self)

    async def wait(times: int) -> None:
        wanted = len(begun) + times
        await until(lambda: len(ended) >= wanted)

    monkeypatch.setattr(Attendance, "_check", counted)
    return wait


def lists(page: Page) -> list[str]:
    """All lists of people that the page was told."""
    return [text for text in page.texts if text.startswith('{"type":"people"')]


# On pages --------------------------------------------------------------------------------------------------


async def test_the_others_hear_the_same_bytes_as_when_somebody_leaves(
    house: House, project: Project, ana: User, ben: User, patient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "projects.project_feed.NEWS_TOGETHER", 0
    )  # each by itself, not what happens to meet others
    heard = []
    for invisibly in (False, True):
        anas, bens = await house.enter(ana, project), await house.enter(ben, project)
        await anas.sees(ben, "active")
        await bens.say(type="viewing", task=12)
        await anas.hears(type="viewing", user=ben.pk, task=12)
        if invisibly:
            await turn(ben, invisible=True)
            await bens.hears(type="me", invisible=True)
            room = await database_sync_to_async(lambda: project.rooms.first().pk)()
            await bens.say(type="typing", room=room)
            await bens.say(type="viewing", task=13)
            await bens.say(type="activity", state="active")
            await bens.pong()
        else:
            await bens.line.close()
        await anas.sees(ben, "offline")
        await bens.line.close()  # the invisible leave, too, and come again
        if invisibly:
            bens = await house.enter(ben, project)
            assert bens.texts[0].startswith('{"type":"hello"') and '"invisible":true' in bens.texts[0]
            await bens.say(type="viewing", task=14)
            await bens.pong()
        await change(project, ana)
        await anas.hears(type="events")
        heard.append(told_of(ben, anas))
        await anas.line.close()
        await forget_everybody()
    assert (
        heard[0]
        == heard[1]
        == [
            f'{{"type":"presence","user":{ben.pk},"status":"active","last_seen":"..."}}',
            f'{{"type":"viewing","user":{ben.pk},"task":12}}',
            f'{{"type":"viewing","user":{ben.pk},"task":null}}',
            f'{{"type":"presence","user":{ben.pk},"status":"offline","last_seen":"..."}}',
        ]
    )


async def test_the_snapshot_the_pages_and_whoever_comes_see_the_same_bytes_as_of_somebody_offline(
    house: House, project: Project, ana: User, ben: User, patient: None, looks: Callable
) -> None:
    @database_sync_to_async
    def looked_up() -> list[bytes]:
        client = Client()
        client.force_login(ana)
        paths = ["snapshot", "members", "events?after=0"]
        answers = [client.get(f"/api/v1/projects/{project.pk}/{path}") for path in paths]
        answers += [client.get(f"/projects/{project.pk}/{path}") for path in ("", "members/")]
        token = re.compile(rb'(name="csrfmiddlewaretoken" value=|name="csrf-token" content=)"[^"]+"')
        return [token.sub(b"", answer.content) for answer in answers]

    async def told() -> str:
        await looks(1)  # later than anything that happened: nobody is told of it once more
        page = await house.open(ana, project)
        await page.hears(type="people")
        await page.line.close()
        (text,) = lists(page)
        return text

    async def offline() -> bool:
        return (await roster.read([ben.pk]))[ben.pk]["status"] == "offline"

    await house.enter(ana, project)  # who looks is there all the time
    bens = await house.enter(ben, project)
    await turn(ben, invisible=True)
    await until(offline)
    while_invisible = await looked_up(), MOMENT.sub("", await told())
    await bens.line.close()
    await roster._async_client().delete(roster.key(f"person:{ben.pk}"))
    while_offline = await looked_up(), MOMENT.sub("", await told())
    for one, other in zip(while_invisible[0], while_offline[0], strict=True):
        one, other = without(ana, one), without(ana, other)
        at = next((i for i in range(min(len(one), len(other))) if one[i] != other[i]), 0)
        assert one == other, (one[at - 80 : at + 80], other[at - 80 : at + 80])
    assert while_invisible[1] == while_offline[1]
    assert f'"user":{ben.pk},"status":"offline"'.encode() in while_offline[0][0]


async def test_whoever_comes_hears_no_more_lists_for_somebody_invisible_who_was_there(
    house: House, project: Project, ana: User, ben: User, patient: None, looks: Callable
) -> None:
    bens = await house.enter(ben, project)
    await turn(ben, invisible=True)
    await bens.hears(type="me", invisible=True)
    for visibly in (True, False):  # nor does one invisible hear of another
        await looks(2)
        anas = await house.enter(ana, project)
        await looks(2)
        await anas.pong()
        assert len(lists(anas)) == 1, lists(anas)
        await anas.line.close()
        await until(lambda: len(attendance().seats) == 1)
        if visibly:
            await turn(ana, invisible=True)


def without(user: User, page: bytes) -> bytes:
    """The page but for what it says of the looker's own last sign of life."""
    return re.sub(rb'("user":%d,"status":)"\w+","last_seen":"[^"]+"' % user.pk, rb"\1", page)


async def test_ones_pages_in_every_process_turn_invisible_together_and_nobody_else_is_told(
    house: House, project: Project, ana: User, ben: User, tmp_path: Path, patient: None
) -> None:
    thresholds = {**SECONDS, "IDLE": 300, "INACTIVE": 300}
    environment = {f"PRESENCE_{name}_SECONDS": str(seconds) for name, seconds in thresholds.items()}
    server = Server(tmp_path / "server.log", **environment)
    try:
        await database_sync_to_async(server.start)()
        anas, here = await house.enter(ana, project), await house.enter(ben, project)
        there = await House(server.port).open(ben, project)
        await there.hears(type="people")
        await turn(ben, invisible=True)
        for page in (here, there):
            await page.hears(type="me", invisible=True)
        await anas.sees(ben, "offline")
        for page in (here, there):
            await page.say(type="activity", state="active")
            await page.pong()
        await turn(ben, invisible=False)
        await anas.sees(ben, "active")
        for page in (here, there):
            await page.hears(type="me", invisible=False)
        there.crash()
        assert not [text for text in anas.texts if text.startswith('{"type":"me"')]
    finally:
        server.kill()


async def test_turning_invisible_works_though_the_news_of_it_is_lost(
    house: House,
    project: Project,
    ana: User,
    ben: User,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    patient: None,
) -> None:
    settings.FEED_RIGHTS_SECONDS = 0.2
    anas, bens = await house.enter(ana, project), await house.enter(ben, project)
    monkeypatch.setattr(push, "_send", lambda group, message: None)
    await turn(ben, invisible=True)
    await bens.hears(type="me", invisible=True)
    await anas.sees(ben, "offline")


async def test_when_one_was_last_seen_does_not_move_while_invisible(
    house: House, project: Project, ana: User, ben: User, settings: Any
) -> None:
    settings.PRESENCE_IDLE_SECONDS = settings.PRESENCE_INACTIVE_SECONDS = 300
    anas, bens = await house.enter(ana, project), await house.enter(ben, project)
    await turn(ben, invisible=True)
    at = (await anas.sees(ben, "offline"))["last_seen"]

    @database_sync_to_async
    def last_seen() -> str:
        return API(ana).get(f"/projects/{project.pk}/snapshot").json()["presence"]

    for state in ("active", "hidden", "active"):
        await bens.say(type="activity", state=state)
        await bens.pong()
    bens.crash()
    (ben_now,) = [each for each in await last_seen() if each["user"] == ben.pk]
    assert ben_now == {"user": ben.pk, "status": "offline", "last_seen": at}


async def test_whoever_does_not_share_typing_sends_none(
    house: House, project: Project, ana: User, ben: User, patient: None
) -> None:
    anas, bens = await house.enter(ana, project), await house.enter(ben, project)
    room = await database_sync_to_async(lambda: project.rooms.first().pk)()
    await database_sync_to_async(ben.change)(by=ben, shares_typing=False)
    await bens.hears(type="me", shares_typing=False)
    await bens.say(type="typing", room=room)
    await bens.pong()
    await database_sync_to_async(ben.change)(by=ben, shares_typing=True)
    await bens.hears(type="me", shares_typing=True)
    await bens.say(type="viewing", task=1)
    await anas.hears(type="viewing", user=ben.pk)
    assert not [text for text in anas.texts if text.startswith('{"type":"typing"')]
    await bens.say(type="typing", room=room)
    await anas.hears(type="typing", user=ben.pk, room=room)


async def test_nobody_is_told_who_types_in_a_crowd(
    house: House, project: Project, ana: User, ben: User, patient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.audiences.CROWD", 1)
    anas, bens = await house.enter(ana, project), await house.enter(ben, project)
    room = await database_sync_to_async(lambda: project.rooms.first().pk)()
    await bens.say(type="typing", room=room)
    await bens.pong()
    await bens.say(type="viewing", task=1)
    await anas.hears(type="viewing", user=ben.pk)
    assert not [text for text in anas.texts if text.startswith('{"type":"typing"')]
