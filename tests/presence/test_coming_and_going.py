"""The roster: who is active, idle, inactive, offline, by what Redis knows of their connections."""

import asyncio
import time

import pytest
from django.test import override_settings

from presence import roster
from tests.machine import clock
from tests.presence.conftest import SECONDS
from tests.waiting import until

ANA, BEN = 1, 2

pytestmark = pytest.mark.usefixtures("quick")


class House:
    """Keeps connections alive and gathers what the roster answers, as a process does."""

    def __init__(self) -> None:
        self.connections: dict[tuple[int, str], str] = {}
        self.heard: list[tuple[int, str]] = []

    async def say(self, user: int, connection: str, state: str) -> list[str]:
        answer = await roster.beat([(user, connection, state)])
        self._note(answer.changed)
        if not answer.refused:
            self.connections[user, connection] = "here" if state == "active" else state
        return answer.refused

    async def leave(self, user: int, connection: str) -> None:
        del self.connections[user, connection]
        self._note(await roster.leave(user, connection))

    def crash(self, user: int, connection: str) -> None:
        del self.connections[user, connection]

    async def live(self) -> None:
        beats = [(user, connection, state) for (user, connection), state in self.connections.items()]
        self._note((await roster.beat(beats)).changed)
        self._note(await roster.sweep())

    def _note(self, changes: list[roster.Change]) -> None:
        self.heard += [(change.user, change.status) for change in changes]

    async def until_heard(self, *heard: tuple[int, str]) -> None:
        async def so() -> bool:
            await self.live()
            return len(self.heard) >= len(heard)

        await until(so)
        assert self.heard == list(heard)

    async def pass_time(self, seconds: float) -> None:
        """Live on until Redis' clock has moved so far."""
        start = await self._now()

        async def so() -> bool:
            await self.live()
            return await self._now() >= start + seconds

        await until(so)

    async def _now(self) -> float:
        seconds, microseconds = await roster._async_client().time()
        return seconds + microseconds / 1e6


@pytest.fixture
def house() -> House:
    return House()


async def status(user: int) -> str:
    return (await roster.read([user]))[user]["status"]


async def test_a_person_comes_grows_quiet_and_goes(house: House) -> None:
    assert await status(ANA) == "offline"
    await house.say(ANA, "tab", "here")
    assert house.heard == [(ANA, "active")]
    await house.until_heard((ANA, "active"), (ANA, "idle"))
    await house.until_heard((ANA, "active"), (ANA, "idle"), (ANA, "inactive"))
    await house.leave(ANA, "tab")
    assert await status(ANA) == "inactive"
    await house.until_heard((ANA, "active"), (ANA, "idle"), (ANA, "inactive"), (ANA, "offline"))
    assert await status(ANA) == "offline"


async def test_input_makes_active_again(house: House) -> None:
    await house.say(ANA, "tab", "here")
    await house.until_heard((ANA, "active"), (ANA, "idle"))
    await house.say(ANA, "tab", "active")
    assert house.heard[2:] == [(ANA, "active")]


async def test_a_page_may_say_that_its_person_is_quieter_than_the_clock_knows(house: House) -> None:
    with override_settings(PRESENCE_IDLE_SECONDS=300, PRESENCE_INACTIVE_SECONDS=900):
        await house.say(ANA, "tab", "active")
        await house.say(ANA, "tab", "idle")
        await house.say(ANA, "tab", "inactive")
        await house.say(ANA, "tab", "idle")  # but not that there was input since
    assert house.heard == [(ANA, "active"), (ANA, "idle"), (ANA, "inactive")]


async def test_whoever_hides_every_tab_is_idle(house: House) -> None:
    await house.say(ANA, "one", "active")
    await house.say(ANA, "two", "active")
    await house.say(ANA, "one", "hidden")
    assert house.heard == [(ANA, "active")]
    await house.say(ANA, "two", "hidden")
    assert house.heard == [(ANA, "active"), (ANA, "idle")]
    await house.say(ANA, "two", "active")
    assert house.heard == [(ANA, "active"), (ANA, "idle"), (ANA, "active")]


async def test_the_best_of_all_devices_counts(house: House) -> None:
    await house.say(ANA, "laptop", "inactive")
    assert house.heard == [(ANA, "inactive")]
    await house.say(ANA, "phone", "active")
    assert house.heard == [(ANA, "inactive"), (ANA, "active")]
    house.crash(ANA, "phone")  # its screen went dark in a tunnel
    await house.until_heard((ANA, "inactive"), (ANA, "active"), (ANA, "idle"), (ANA, "inactive"))


async def test_a_reload_shows_nothing(house: House) -> None:
    with override_settings(
        PRESENCE_LEAVE_SECONDS=2, PRESENCE_IDLE_SECONDS=300, PRESENCE_INACTIVE_SECONDS=900
    ):
        await house.say(ANA, "before", "active")
        await house.pass_time(SECONDS["EXPIRY"] * 1.1)  # a younger store lets nobody leave anyway
        await house.leave(ANA, "before")
        await house.live()
        await house.say(ANA, "after", "here")

        async def forgotten() -> bool:
            await house.say(ANA, "after", "active")
            await house.live()
            return not await roster._async_client().hexists(roster.key(f"person:{ANA}"), "left")

        await until(forgotten)
    assert house.heard == [(ANA, "active")]


async def test_a_hidden_or_quiet_page_that_reconnects_is_not_active_for_a_moment(house: House) -> None:
    with override_settings(PRESENCE_IDLE_SECONDS=300, PRESENCE_INACTIVE_SECONDS=900):
        await house.say(ANA, "before", "active")
        await house.say(ANA, "before", "hidden")
        await house.say(BEN, "before", "inactive")
        for user in (ANA, BEN):
            await house.leave(user, "before")
            await house.say(user, "after", "here")
    assert house.heard == [(ANA, "active"), (ANA, "idle"), (BEN, "inactive")]


async def test_a_crashed_process_takes_its_people_with_it_once_their_time_is_up(house: House) -> None:
    await house.say(BEN, "there", "active")
    await house.say(ANA, "here", "active")
    house.crash(BEN, "there")
    start = time.monotonic()

    async def gone() -> bool:
        await house.say(ANA, "here", "active")
        await house.live()
        return (BEN, "offline") in house.heard

    await until(gone)
    assert SECONDS["EXPIRY"] * 0.9 < time.monotonic() - start
    assert (ANA, "offline") not in house.heard


async def test_each_change_is_answered_to_one_of_many_who_sweep(house: House) -> None:
    people = range(1, 61)
    await roster.beat([(user, "tab", "active") for user in people])

    async def sweeps() -> list[tuple[int, str]]:
        answers = await asyncio.gather(*(roster.sweep() for _ in range(8)))
        return [(change.user, change.status) for changes in answers for change in changes]

    heard = []

    async def all_gone() -> bool:
        heard.extend(await sweeps())
        return sum(status == "offline" for _, status in heard) >= len(people)

    await until(all_gone)
    heard += await sweeps()
    assert sorted(heard) == sorted([(user, status) for user in people for status in ("idle", "offline")])


async def test_the_same_news_told_at_once_by_two_processes_is_one_change(house: House) -> None:
    answers = await asyncio.gather(*(roster.beat([(ANA, name, "active")]) for name in "abcdefgh"))
    assert sum(len(answer.changed) for answer in answers) == 1


async def test_an_emptied_redis_is_filled_within_one_beat_and_nobody_seems_to_leave(house: House) -> None:
    with override_settings(PRESENCE_IDLE_SECONDS=300, PRESENCE_INACTIVE_SECONDS=900):
        for user, state in ((1, "active"), (2, "idle"), (3, "inactive"), (4, "hidden")):
            await house.say(user, "tab", state)
        before = await roster.read([1, 2, 3, 4])
        await roster._async_client().delete(*(roster.key(name) for name in ("due", "shown", "store")))
        await roster._async_client().delete(*(roster.key(f"person:{user}") for user in before))
        assert await status(1) == "offline"
        house.heard.clear()
        await house.live()
        after = await roster.read([1, 2, 3, 4])
        assert {user: one["status"] for user, one in after.items()} == {
            user: one["status"] for user, one in before.items()
        }
        await house.pass_time(SECONDS["EXPIRY"] * 1.2)
    assert "offline" not in [status for _, status in house.heard]


async def test_a_redis_that_was_away_longer_than_entries_live_lets_nobody_leave_before_they_could_speak(
    house: House,
) -> None:
    await house.say(ANA, "tab", "active")
    key = roster.key("person:1")

    async def expired() -> bool:  # nobody sweeps or beats meanwhile: as if Redis had been away
        text = await roster._async_client().hget(key, "tab")
        return int(text.split()[0]) / 1000 < await house._now()

    await until(expired)
    assert await status(ANA) == "offline"  # a page loaded now says so; nobody is told it as news
    assert await roster.sweep() == []
    await house.live()
    assert await status(ANA) != "offline"
    assert (ANA, "offline") not in house.heard
    house.crash(ANA, "tab")  # and who leaves for good does so, if a little later

    async def gone() -> bool:
        await house.live()
        return (ANA, "offline") in house.heard

    await until(gone)


async def test_the_eleventh_connection_is_refused_and_a_reload_of_ten_is_not(house: House) -> None:
    for number in range(roster.CONNECTIONS):
        assert not await house.say(ANA, f"tab {number}", "here")
    assert await house.say(ANA, "one too many", "here") == ["one too many"]
    assert not await house.say(BEN, "tab", "here")
    for number in range(roster.CONNECTIONS):
        await house.leave(ANA, f"tab {number}")
        assert not await house.say(ANA, f"tab {number} again", "here")


async def test_leaving_twice_or_unknown_is_harmless(house: House) -> None:
    assert await roster.leave(ANA, "never came") == []
    await house.say(ANA, "tab", "here")
    assert await roster.leave(ANA, "tab") == []
    assert await roster.leave(ANA, "tab") == []
    assert await status(ANA) == "active"


async def test_last_seen_is_the_last_sign_of_life(house: House) -> None:
    await house.say(ANA, "tab", "active")
    first = (await roster.read([ANA]))[ANA]["last_seen"]
    house.crash(ANA, "tab")

    async def gone() -> bool:
        await house.live()
        return bool(house.heard[1:]) and house.heard[-1] == (ANA, "offline")

    await until(gone)
    assert roster.statuses([ANA, BEN]) == {
        ANA: {"status": "offline", "last_seen": first},
        BEN: {"status": "offline", "last_seen": None},
    }


async def test_without_redis_everybody_is_offline(house: House) -> None:
    await house.say(ANA, "tab", "active")
    roster._client.cache_clear()
    with override_settings(REDIS_URL="unix:///nowhere/redis.sock"):
        assert roster.statuses([ANA]) == {ANA: {"status": "offline", "last_seen": None}}
    roster._client.cache_clear()
    assert roster.statuses([ANA])[ANA]["status"] == "active"


async def test_a_thousand_connections_are_told_in_a_moment(house: House) -> None:
    people = [(user, "tab", "here") for user in range(1, 1001)]
    await roster.beat(people)
    start = time.monotonic()
    await roster.beat(people)
    assert clock.since(start) < 1
