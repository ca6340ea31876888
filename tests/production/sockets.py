"""Sockets of people's pages on a stack, for tests on an event loop."""

import asyncio
import contextlib
import json
import time
from typing import Any

import websockets

from accounts.models import APIToken, User
from projects.models import Project
from tests.waiting import until


class Page:
    """A socket, all it has heard, and when it was closed."""

    def __init__(self, line: websockets.ClientConnection) -> None:
        self.line, self.heard, self.closed_at = line, [], 0.0
        self.reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        with contextlib.suppress(websockets.ConnectionClosed):
            async for text in self.line:
                self.heard.append(json.loads(text))
        self.closed_at = time.monotonic()

    async def hears(self, **part: Any) -> dict[str, Any]:
        found = lambda: next((each for each in self.heard if part.items() <= each.items()), None)  # noqa: E731
        return await until(found)

    async def closed(self) -> int:
        await until(self.reader.done)
        return self.line.close_code


def token_of(user: User) -> str:
    return APIToken.issue(user, "tests")[1]


async def enter(url: str, project: Project, token: str, query: str = "", **options: Any) -> Page:
    """At ws://host:port, through the first frame."""
    headers = {"Authorization": f"Bearer {token}"}
    address = f"{url}/ws/projects/{project.pk}/{query}"
    page = Page(await websockets.connect(address, additional_headers=headers, **options))
    await page.hears(type="hello")
    return page
