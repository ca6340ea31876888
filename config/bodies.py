"""Under ASGI: a body larger than its address takes is refused before it fills the disk.

Django's ASGI handler keeps the whole body of a request before any of our code runs. Under WSGI it reads as the view
asks, and in production nginx stands before both.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings

from projects import wire
from projects.uploading import AROUND

UPLOADS = re.compile(r"/api/v1/projects/\d+/uploads")

App = Callable[[dict[str, Any], Callable, Callable], Awaitable[None]]


def bounded(application: App) -> App:
    async def answer(scope: dict[str, Any], receive: Callable, send: Callable) -> None:
        body = Body(scope, receive, send)
        if body.announced > body.most:
            return await body.refuse()
        await application(scope, body.receive, body.send)
        if body.taken > body.most and not body.answered:
            await body.refuse()

    return answer


class Body:
    """One request's, counted on its way."""

    def __init__(self, scope: dict[str, Any], receive: Callable, send: Callable) -> None:
        self._receive, self._send = receive, send
        self.taken, self.answered = 0, False
        upload = UPLOADS.fullmatch(scope["path"])
        self.most = settings.UPLOAD_MAX + AROUND if upload else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        length = dict(scope["headers"]).get(b"content-length", b"")
        self.announced = int(length) if length.isdigit() else 0

    async def receive(self) -> dict[str, Any]:
        message = await self._receive()
        if message["type"] == "http.request":
            self.taken += len(message.get("body", b""))
        # To Django it is a client that went away in the middle.
        return message if self.taken <= self.most else {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        self.answered = True
        await self._send(message)

    async def refuse(self) -> None:
        text = wire.encode({"detail": "This is too large.", "errors": {}})
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(text)).encode()),
            (b"cache-control", b"private, no-store"),
            (b"x-content-type-options", b"nosniff"),
            (b"connection", b"close"),
        ]
        await self.send({"type": "http.response.start", "status": 413, "headers": headers})
        await self.send({"type": "http.response.body", "body": text})
