"""Whoever signs out, is removed or loses their account is out of every open page: at once, or soon without Redis."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.conf import settings as django_settings
from django.test import Client

from accounts.models import APIToken, User
from config.servers import Valkey, socket_directory
from projects.feed import feed
from projects.models import Project
from tests.conftest import PASSWORD, add, person
from tests.machine import clock
from tests.presence.house import House, Page
from tests.servers import Server
from tests.waiting import until

pytestmark = [pytest.mark.usefixtures("quick"), pytest.mark.django_db(transaction=True)]

AT_ONCE, WITHOUT_REDIS = 2, 6  # seconds


def sign_out(user: User, browser: Client, project: Project) -> None:
    browser.post("/accounts/logout/")


def have_password_set(user: User, browser: Client, project: Project) -> None:
    user.set_password("quite another password")
    user.save()


def change_password_elsewhere(user: User, browser: Client, project: Project) -> None:
    elsewhere = Client()
    elsewhere.force_login(user)
    new = "quite another password"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert elsewhere.post("/accounts/password/change/", form).status_code == 302


def deactivate(user: User, browser: Client, project: Project) -> None:
    user.deactivate(by=None)


def leave(user: User, browser: Client, project: Project) -> None:
    browser.post(f"/projects/{project.pk}/leave/")


def remove(user: User, browser: Client, project: Project) -> None:
    project.memberships.get(user=user).remove(by=project.created_by)


def revoke_token(user: User, browser: Client, project: Project) -> None:
    user.api_tokens.get().revoke(by=user)


ENDINGS = {
    sign_out: 4401, have_password_set: 4401, change_password_elsewhere: 4401, deactivate: 4401,
    revoke_token: 4401, leave: 4403, remove: 4403,
}  # fmt: skip


async def open_by_all(house: House, project: Project) -> dict[Callable, tuple[User, Client, Page]]:
    """One member a way to end, each with a browser signed in and a page open."""

    @database_sync_to_async
    def newcomer(handle: str) -> tuple[User, Client, dict[str, str]]:
        user, browser = person(handle), Client()
        add(project, user, "member")
        browser.force_login(user)
        name = django_settings.SESSION_COOKIE_NAME
        if handle == "revoke-token":
            return user, browser, {"Cookie": "", "Authorization": f"Bearer {APIToken.issue(user, 'x')[1]}"}
        return user, browser, {"Cookie": f"{name}={browser.cookies[name].value}"}

    opened = {}
    for ending in ENDINGS:
        user, browser, headers = await newcomer(ending.__name__.replace("_", "-"))
        page = await house.open(None, project, **headers)
        opened[ending] = user, browser, page
    for _, _, page in opened.values():
        await page.hears(type="hello")
        await page.pong()
    return opened


async def end_all(opened: dict[Callable, Any], project: Project, within: float) -> None:
    for ending, (user, browser, page) in opened.items():
        await database_sync_to_async(ending)(user, browser, project)
        begun = time.monotonic()
        assert await page.closed() == ENDINGS[ending], ending
        assert clock.since(begun) < within, f"{ending.__name__} took too long"


async def test_whatever_ends_it_the_socket_closes_at_once(
    house: House,
    project: Project,
    ana: User,
    settings: Any,
) -> None:
    settings.FEED_RIGHTS_SECONDS = settings.FEED_CHECK_SECONDS = 3600  # only the news of it can be so quick
    watching = await house.enter(ana, project)
    opened = await open_by_all(house, project)
    await until(lambda: not feed()._newcomers)  # who are looked at a second time
    await end_all(opened, project, AT_ONCE)
    await watching.pong()


async def test_without_redis_it_closes_at_the_next_look(project: Project, tmp_path: Path) -> None:
    redis = Valkey(tmp_path, socket_directory(tmp_path))
    redis.start()
    looks = {"FEED_RIGHTS_SECONDS": "1.5", "FEED_CHECK_SECONDS": "1"}
    server = Server(tmp_path / "server.log", REDIS_URL=redis.url, **looks)
    try:
        await asyncio.to_thread(server.start)
        opened = await open_by_all(House(server.port), project)
        redis.stop()
        await end_all(opened, project, WITHOUT_REDIS)
    finally:
        server.kill()
        redis.stop()


async def test_nothing_said_after_somebody_signed_out_or_was_removed_reaches_them(
    house: House,
    project: Project,
    ana: User,
) -> None:
    opened = await open_by_all(house, project)
    for ending in (sign_out, remove):
        user, browser, page = opened[ending]
        words = f"Not for whoever has to {ending.__name__}"

        def end_and_speak(
            ending: Any = ending, user: Any = user, browser: Any = browser, words: str = words
        ) -> None:
            ending(user, browser, project)
            for _ in range(5):
                project.rooms.get().post(words, by=ana)

        await database_sync_to_async(end_and_speak)()
        await page.closed()
        assert words not in str(page.heard)
