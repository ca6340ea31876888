"""Pages without a browser: sockets on a real server, and all that they have heard."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any

import websockets
from channels.db import database_sync_to_async
from django.conf import settings
from django.test import Client

from accounts.models import User
from projects.models import Project
from tests.waiting import until

# Ours, and one that has no short way for frames: through it everything works as well.
SERVERS = ["config.websocket:Protocol", "websockets-sansio"]


class Page:
    """A browser's page: a socket, and all it has heard."""

    def __init__(self, line: websockets.ClientConnection) -> None:
        self.line = line
        self.heard: list[dict[str, Any]] = []
        self.texts: list[str] = []  # the same as it came, and nothing of it forgotten
        self.reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        with contextlib.suppress(websockets.ConnectionClosed):
            async for text in self.line:
                self.texts.append(text)
                self.heard.append(json.loads(text))

    async def say(self, **frame: Any) -> None:
        await self.line.send(json.dumps(frame))

    async def hears(self, **part: Any) -> dict[str, Any]:
        """Wait for a frame with these parts, and everything before it be forgotten."""

        def found() -> dict[str, Any] | None:
            for index, frame in enumerate(self.heard):
                if part.items() <= frame.items():
                    del self.heard[: index + 1]
                    return frame
            return None

        return await until(found)

    async def sees(self, user: User, status: str) -> dict[str, Any]:
        """Wait until it is told that the person stands so, alone or together with others; forget all before it."""

        def told() -> dict[str, Any] | None:
            for index, frame in enumerate(self.heard):
                for each in (frame, *frame.get("presence", ())):
                    if (each.get("user"), each.get("status")) == (user.pk, status):
                        del self.heard[: index + 1]
                        return each
            return None

        return await until(told)

    async def pong(self) -> list[dict[str, Any]]:
        """All it has heard once everything said so far is answered."""
        await self.say(type="ping")
        await until(lambda: {"type": "pong"} in self.heard)
        heard, self.heard = self.heard, []
        return heard

    async def closed(self) -> int:
        await until(self.reader.done)
        return self.line.close_code

    def crash(self) -> None:
        self.line.transport.abort()


class House:
    """The server, and pages opened on it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.pages: list[Page] = []

    async def open(self, user: User | None, project: Project | int, query: str = "", **headers: str) -> Page:
        headers = {"Origin": f"http://127.0.0.1:{self.port}", "Cookie": await cookie(user), **headers}
        id = project if isinstance(project, int) else project.pk
        address = f"ws://127.0.0.1:{self.port}/ws/projects/{id}/{query}"
        line = await websockets.connect(
            address, additional_headers={name: value for name, value in headers.items() if value}
        )
        self.pages.append(Page(line))
        return self.pages[-1]

    async def enter(self, user: User, project: Project, query: str = "") -> Page:
        page = await self.open(user, project, query)
        assert (await until(lambda: page.heard and page.heard[0]))["type"] == "hello"
        await page.hears(type="people")
        return page


@database_sync_to_async
def cookie(user: User | None) -> str:
    if user is None:
        return ""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"


def keep_active(page: Page) -> Callable[[], bool]:
    async def say() -> None:
        while True:
            await page.say(type="activity", state="active")
            await asyncio.sleep(0.3)

    return asyncio.create_task(say()).cancel


@database_sync_to_async
def change(project: Project, by: User) -> None:
    project.done_by(by)
    project.description += "."
    project.save()


@database_sync_to_async
def seen(user: User) -> bool:
    return User.objects.get(pk=user.pk).last_seen_at is not None
