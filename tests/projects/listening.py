"""Pages without a browser or a server: sockets of this process' own feed."""

import asyncio
from itertools import count
from typing import Any

import orjson
from django.test import Client

from projects import access, numbers
from projects.admission import Admission
from projects.feed import feed
from projects.models import Counter, Project
from projects.threads import in_database
from tests.waiting import until


class Listener:
    """A page without a browser: what its socket was sent, and how it was closed."""

    def __init__(self, project: Project, user: Any, session: str) -> None:
        self.user = user
        self.frames: list[dict] = []
        self.closed: tuple[int, str] | None = None
        self.reads = asyncio.Event()
        self.reads.set()
        held = Admission(project.pk, user.pk, session=session)
        self.socket = feed().attach(held, send=self._send, close=self._close)

    async def _send(self, text: str) -> None:
        await self.reads.wait()
        self.frames.append(orjson.loads(text))

    async def _close(self, code: int, reason: str) -> None:
        self.closed = (code, reason)

    async def since(self, after: int | None) -> "Listener":
        await self.socket.resume(after)
        return self

    def of(self, kind: str) -> list[dict]:
        return [frame for frame in self.frames if frame["type"] == kind]

    @property
    def events(self) -> list[dict]:
        return [event for frame in self.of("events") for event in frame["events"]]

    @property
    def sequences(self) -> list[int]:
        return [event["sequence"] for event in self.events]


def session_of(user: Any) -> str:
    client = Client()
    client.force_login(user)
    return client.session.session_key


turns = count()


async def write(project: Project, by: Any, times: int = 1) -> None:
    def change() -> None:
        for _ in range(times):
            project.change(description=f"turn {next(turns)}", by=by)

    await in_database(change)


async def head(project: Project) -> int:
    """The log's own."""
    return await in_database(lambda: Counter.objects.get(project=project).sequence)


async def head_for(project: Project, user: Any) -> int:
    """The same as the person counts."""
    return await in_database(
        lambda: numbers.of(project.pk).last_for(access.audiences_of(user.pk, project.pk))
    )


async def level(project: Project, by: Any, *pages: Listener) -> None:
    """All pages have heard all that was written so far."""
    await write(project, by)
    for page in pages:
        last = await head_for(project, page.user)
        await until(lambda page=page, last=last: page.sequences and page.sequences[-1] == last)
