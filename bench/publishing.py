"""Into Redis, each in the words of the server that is measured; the writing is the same, and costs next to nothing."""

import asyncio
import json
from typing import Any
from urllib.parse import unquote

from channels_redis.core import RedisChannelLayer
from channels_redis.pubsub import RedisPubSubChannelLayer

from bench import events
from bench.reference import bare, textbook


async def publisher(speaks: str, redis: str, prefix: str) -> "Pushes | Frames | Textbook":
    """`speaks`: "taskroom", "bare" (R1) or "textbook" (R2)."""
    if speaks == "textbook":
        return Textbook(redis)
    _, connection = await asyncio.get_running_loop().create_unix_connection(
        {"taskroom": Pushes, "bare": Frames}[speaks], unquote(redis.removeprefix("unix://"))
    )
    connection.prefix = prefix
    return connection


class Connection(asyncio.Protocol):
    """PUBLISH without waiting for the answers: the window of the run is what holds back."""

    prefix = ""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def send(self, channel: str, message: bytes) -> None:
        name = channel.encode()
        self.transport.write(
            b"*3\r\n$7\r\nPUBLISH\r\n$%d\r\n%b\r\n$%d\r\n%b\r\n" % (len(name), name, len(message), message)
        )

    async def close(self) -> None:
        self.transport.close()


class Pushes(Connection):
    """As projects/push.py does after a commit."""

    serialize = staticmethod(RedisPubSubChannelLayer().serialize)

    def publish(self, project: int, sequence: int) -> None:
        message = {
            "type": "event", "project": project, "sequence": sequence, "name": events.NAME, "audience": None,
            "tail": events.tail(sequence),
        }  # fmt: skip
        self.send(f"{self.prefix}__group__project.{project}", self.serialize(message))


class Frames(Connection):
    def publish(self, project: int, sequence: int) -> None:
        self.send(f"{bare.CHANNEL}{project}", events.frame(sequence))


class Textbook:
    """By the layer's own group_send, in order."""

    def __init__(self, redis: str) -> None:
        self.layer = RedisChannelLayer(**textbook.layer(redis))
        self.waiting: asyncio.Queue[tuple[int, int]] = asyncio.Queue()
        self.working = asyncio.create_task(self._work())

    def publish(self, project: int, sequence: int) -> None:
        self.waiting.put_nowait((project, sequence))

    async def close(self) -> None:
        self.working.cancel()
        await self.layer.close_pools()

    async def _work(self) -> None:
        while True:
            project, sequence = await self.waiting.get()
            event = json.loads(events.text(sequence))
            await self.layer.group_send(f"bench.{project}", {"type": "event", "event": event})
