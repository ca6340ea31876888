"""From synchronous code into the channel layer: what arrives there, and that no request fails for it."""

import ast
import asyncio
from typing import Any

import pytest
import redis
from channels.layers import get_channel_layer

from projects import nearby, push
from projects.threads import in_database
from tests.conftest import API
from tests.projects.listening import head, write
from tests.servers import ROOT
from tests.waiting import PATIENCE


@pytest.fixture
async def layer() -> Any:
    layer = get_channel_layer()
    yield layer
    await layer.flush()


@pytest.mark.django_db(transaction=True)
async def test_what_is_pushed_is_what_the_layer_itself_would_deliver(project, ana, layer):
    channel = await layer.new_channel()
    for group in (push.group_of(project.pk), push.PEOPLE):
        await layer.group_add(group, channel)
    await write(project, ana)
    async with asyncio.timeout(PATIENCE):
        event = await layer.receive(channel)
    assert (event["type"], event["sequence"]) == ("event", await head(project))
    said = {"type": "own", "user": 1, "text": "ä 👩‍🚀 \\u0000"}
    await in_database(push._send, push.PEOPLE, said)
    async with asyncio.timeout(PATIENCE):
        pushed = await layer.receive(channel)
        await layer.group_send(push.PEOPLE, said)
        assert pushed == await layer.receive(channel) == said


@pytest.mark.django_db(transaction=True)
def test_a_redis_that_is_away_fails_no_request_and_doubles_nothing(project, ana, monkeypatch):
    nowhere = redis.Redis.from_url("unix:///nowhere/redis.sock", retry=None)
    monkeypatch.setattr(nearby, "client", lambda: nowhere)
    monkeypatch.setattr(nearby, "PAUSE", 0)
    room, client = project.rooms.first(), API(ana)
    message = {"body": "Is anybody there?", "client_id": "once"}
    first, again = (client.post(f"/rooms/{room.pk}/messages", message) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert project.events.filter(name="message.created").count() == 1


@pytest.mark.django_db(transaction=True)
def test_whatever_goes_wrong_in_a_push_the_request_has_happened(project, ana, monkeypatch):
    def fail(*_: Any) -> None:
        raise RuntimeError("no push today")

    monkeypatch.setattr(push, "_send", fail)
    answer = API(ana).post(f"/projects/{project.pk}/tasks", {"title": "Paint the wall"})
    assert answer.status_code == 201
    assert project.tasks.get().title == "Paint the wall"


def test_nothing_that_follows_a_commit_can_undo_the_answer():
    """Not robust, a failure is a 500 for what has happened; of a partial not even a robust one can say the name."""
    for path in [
        path
        for app in ("accounts", "projects", "tasks", "chat", "presence")
        for path in (ROOT / app).rglob("*.py")
    ]:
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            if ast.unparse(call.func).endswith("on_commit"):
                assert [word.arg for word in call.keywords if word.arg == "robust"], f"{path}:{call.lineno}"
                assert "partial" not in ast.unparse(call.args[0]), f"{path}:{call.lineno}"
