"""A live process that ends, by itself or for a new version: nobody is dropped, and nobody seems to leave."""

import asyncio
import http.client
import os
import signal
import time
from urllib.parse import urlsplit

import pytest
import websockets
from asgiref.sync import sync_to_async

from accounts.models import User
from projects.models import Project
from tests.conftest import add, person
from tests.machine import clock
from tests.production.sockets import Page, enter, token_of
from tests.servers import Server
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

SOCKETS = 20


@pytest.fixture
def elsewhere(transactional_db, tmp_path):
    """A process on another host, so to speak: it goes on while live's end."""
    server = Server(tmp_path / "log")
    yield server.start()
    server.stop()


@pytest.fixture
def tokens(project: Project, ana: User, ben: User, gus: User) -> list[str]:
    """Of the people whose pages these are; a person may have ten."""
    own = [token_of(user) for user in (ana, ben, gus)]
    return [own[index % 3] for index in range(SOCKETS)]


@pytest.fixture
def witness(project: Project) -> str:
    dora = person("dora")
    add(project, dora, "member")
    return token_of(dora)


def here(page: Page) -> set[int]:
    """Who is connected, as this page was told."""
    standing = {}
    for frame in page.heard:
        for each in [frame] if frame["type"] == "presence" else frame.get("presence", []):
            standing[each["user"]] = each["status"]
    return {user for user, status in standing.items() if status != "offline"}


@pytest.mark.parametrize("how", ["reload", "terminate"])
async def test_pages_are_sent_elsewhere_one_after_the_other_and_nobody_seems_to_leave(
    stack, elsewhere, project: Project, ana: User, ben: User, gus: User, tokens, witness, how
):
    watching = await enter(elsewhere.websocket_url, project, witness)
    pages = [await enter(stack.websocket_url, project, token) for token in tokens]
    await until(lambda: {ana.pk, ben.pk, gus.pk} <= here(watching))

    before = set(stack.live.workers())
    if how == "reload":
        stack.live.reload()
    else:
        for pid in before:  # gunicorn starts others
            os.kill(pid, signal.SIGTERM)

    async def come_again(page: Page, token: str) -> int:
        code = await page.closed()
        last = max(
            frame.get("sequence", 0) for frame in page.heard if frame["type"] in ("hello", "heartbeat")
        )
        while True:
            try:
                pages.append(await enter(stack.websocket_url, project, token, f"?after={last}"))
                return code
            except (OSError, websockets.WebSocketException, TimeoutError):  # no new process yet
                await asyncio.sleep(0.2)

    codes = await asyncio.gather(*(come_again(*each) for each in zip(list(pages), tokens, strict=True)))
    assert codes == [1012] * SOCKETS
    moments = sorted(page.closed_at for page in pages[:SOCKETS])
    assert moments[-1] - moments[0] > 0.3  # uvicorn alone does it within a few milliseconds
    await until(lambda: not before & set(stack.live.workers()))

    # Whatever the roster has to say about it is said by now: a process sweeps every two seconds.
    await watching.line.send('{"type": "ping"}')
    await watching.hears(type="pong")
    assert [frame for frame in watching.heard if frame.get("status") == "offline"] == []
    assert {ana.pk, ben.pk, gus.pk} <= here(watching)
    for page in [watching, *pages]:
        await page.line.close()


async def test_a_process_that_ends_is_not_ready_and_takes_nobody_new(keep_stack, project: Project, tokens):
    stack = await sync_to_async(keep_stack)(live=1)
    url = stack.live_url.replace("http", "ws")
    pages = [await enter(url, project, token) for token in tokens]
    kept = http.client.HTTPConnection(urlsplit(stack.live_url).netloc, timeout=10)

    def ready() -> int:
        kept.request("GET", "/readyz")
        answer = kept.getresponse()
        answer.read()
        return answer.status

    assert await asyncio.to_thread(ready) == 200
    began = time.monotonic()
    os.kill(stack.live.pid, signal.SIGTERM)
    await until(lambda: any(page.reader.done() for page in pages))
    assert await asyncio.to_thread(ready) == 503
    assert not all(page.reader.done() for page in pages)
    with pytest.raises(OSError):
        await enter(url, project, tokens[0])
    assert {await page.closed() for page in pages} == {1012}
    await until(lambda: not stack.live.alive())
    assert clock.since(began) < 20  # by itself: gunicorn would end it by force after 25
