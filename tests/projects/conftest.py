import asyncio
from typing import Any

import pytest

from projects import push
from projects.feed import feed
from projects.models import Project
from projects.threads import in_database
from tests.projects.listening import Listener, session_of


@pytest.fixture
async def listen(project) -> Any:
    """`await listen(user, after=...)`; all leave at the end."""
    listeners: list[Listener] = []

    async def join(user: Any, after: int | None = None, of: Project = project) -> Listener:
        listeners.append(Listener(of, user, await in_database(session_of, user)))
        return await listeners[-1].since(after)

    yield join
    tasks = feed()._tasks
    for each in listeners:
        feed().detach(each.socket)
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def patient(settings) -> None:
    """The feed's own check of the log is far away: what arrives came by push."""
    settings.FEED_CHECK_SECONDS = 3600


@pytest.fixture
def deaf(settings, monkeypatch) -> None:
    """Every push is lost; the check is quick."""
    settings.FEED_CHECK_SECONDS = 0.2
    monkeypatch.setattr(push, "_send", lambda group, message: None)
