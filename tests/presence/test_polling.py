"""Where no socket gets through, to ask for events is to be present."""

from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.test import Client

from accounts.models import User
from presence import roster
from projects.models import Project
from tests.presence.house import House

pytestmark = [pytest.mark.usefixtures("quick"), pytest.mark.django_db(transaction=True)]


class Browser:
    """One that polls."""

    def __init__(self, user: User, project: Project) -> None:
        self.client, self.address = Client(), f"/api/v1/projects/{project.pk}/events"
        self.client.force_login(user)

    @database_sync_to_async
    def poll(self, state: str | None = "active") -> dict[str, Any]:
        answer = self.client.get(self.address, {"after": 0} | ({"state": state} if state else {}))
        assert answer.status_code == 200, answer.content
        return answer.json()


@pytest.fixture
async def bens(ben: User, project: Project) -> Browser:
    return await database_sync_to_async(Browser)(ben, project)


async def status(user: User) -> str:
    return (await roster.read([user.pk]))[user.pk]["status"]


async def test_whoever_polls_is_here_and_whoever_stops_is_not(
    house: House, project: Project, ana: User, ben: User, bens: Browser, settings: Any
) -> None:
    settings.PRESENCE_IDLE_SECONDS = settings.PRESENCE_INACTIVE_SECONDS = 300
    settings.PRESENCE_EXPIRY_SECONDS = 4  # between two polls, on a busy machine
    anas = await house.enter(ana, project)
    people = {each["user"]: each["status"] for each in (await bens.poll())["presence"]}
    assert people[ana.pk] == people[ben.pk] == "active"
    await anas.sees(ben, "active")
    await bens.poll("hidden")
    await anas.sees(ben, "idle")
    await anas.sees(ben, "offline")


async def test_a_program_that_reads_events_is_nobody_who_is_here(
    project: Project, ben: User, bens: Browser
) -> None:
    assert "presence" not in await bens.poll(None)
    assert await status(ben) == "offline"


async def test_the_invisible_poll_unseen(project: Project, ben: User, bens: Browser) -> None:
    await database_sync_to_async(ben.change)(by=ben, invisible=True)
    await bens.poll()
    assert await status(ben) == "offline"
    assert await roster._async_client().hget(roster.key("shown"), ben.pk) is None


async def test_two_browsers_that_poll_are_two_connections(
    project: Project, ben: User, bens: Browser, settings: Any
) -> None:
    settings.PRESENCE_IDLE_SECONDS = settings.PRESENCE_INACTIVE_SECONDS = 300
    settings.PRESENCE_EXPIRY_SECONDS = 4  # between two polls, on a busy machine
    other = await database_sync_to_async(Browser)(ben, project)
    await bens.poll("active")
    await other.poll("hidden")
    assert await status(ben) == "active"


async def test_without_redis_polling_goes_on(
    project: Project, ben: User, bens: Browser, settings: Any
) -> None:
    roster._client.cache_clear()
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    try:
        answer = await bens.poll()
        assert answer["events"] and {each["status"] for each in answer["presence"]} == {"offline"}
    finally:
        roster._client.cache_clear()


@pytest.mark.parametrize("state", ["offline", "here", "invisible", "", "x" * 5000])
async def test_only_what_a_page_may_say_is_a_state(project: Project, bens: Browser, state: str) -> None:
    answer = await database_sync_to_async(bens.client.get)(bens.address, {"after": 0, "state": state})
    assert answer.status_code == 422
