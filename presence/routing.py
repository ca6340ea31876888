"""Addresses of sockets."""

from typing import Any

from django.urls import path, re_path

from presence.consumers import ProjectConsumer


async def nowhere(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """No socket lives here: the handshake is refused."""
    await send({"type": "websocket.close"})


urlpatterns = [
    path("ws/projects/<int:project>/", ProjectConsumer.as_asgi()),
    re_path("", nowhere),
]
