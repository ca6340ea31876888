"""R2: Channels as its tutorial shows it. One channel and one group membership a socket, one encoding a delivery.

`python -m bench.reference.textbook REDIS_URL` says its port. /N joins the group bench.N.
"""

import json
import socket
import sys
from typing import Any

import django
import uvicorn
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.urls import path

PREFIX = "bench-textbook"


def layer(url: str) -> dict[str, Any]:
    """Its channel layer. With redis-py's own limits idle sockets would end after 5 s, and 128 that come or go at once
    would fail for want of a connection: it is measured without these."""
    host = {"address": url, "socket_timeout": 15, "max_connections": 5000}
    return {"hosts": [host], "prefix": PREFIX}


class Consumer(AsyncJsonWebsocketConsumer):
    async def connect(self) -> None:
        self.group = f"bench.{self.scope['url_route']['kwargs']['project']}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def event(self, message: dict[str, Any]) -> None:
        await self.send_json({"type": "events", "events": [message["event"]]})

    @classmethod
    async def encode_json(cls, content: dict[str, Any]) -> str:
        return json.dumps(
            content, separators=(",", ":")
        )  # without spaces, so that the load can count by size


def main(url: str) -> None:
    backend = {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": layer(url)}
    settings.configure(SECRET_KEY="bench", CHANNEL_LAYERS={"default": backend})
    django.setup()
    application = ProtocolTypeRouter({"websocket": URLRouter([path("<int:project>", Consumer.as_asgi())])})
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(
        application, loop="uvloop", ws="websockets-sansio", ws_per_message_deflate=False, lifespan="off",
        log_level="error", timeout_graceful_shutdown=1,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1])
