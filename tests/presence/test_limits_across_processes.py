"""Ten sockets a person, whichever processes they are on; and nobody else has fewer for it."""

import asyncio
from pathlib import Path

import pytest

from accounts.models import User
from projects.models import Project
from tests.presence.house import House
from tests.servers import Server

pytestmark = [pytest.mark.usefixtures("quick"), pytest.mark.django_db(transaction=True)]


async def test_ten_sockets_a_person_over_all_processes(
    house: House,
    project: Project,
    ana: User,
    ben: User,
    tmp_path: Path,
    settings,
) -> None:
    settings.PRESENCE_EXPIRY_SECONDS = 60
    server = Server(tmp_path / "server.log", PRESENCE_EXPIRY_SECONDS="60")
    try:
        await asyncio.to_thread(server.start)
        there = House(server.port)
        for place in (house, there) * 5:
            await place.enter(ben, project)
        for place in (house, there):
            assert await (await place.open(ben, project)).closed() == 4429
        await there.enter(ana, project)
        for page in (*house.pages[:5], *there.pages[:5]):
            await page.pong()
    finally:
        server.kill()
