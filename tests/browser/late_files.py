"""The server's application for `TASKROOM_LATE=files`: all but the API's answers come a little late."""

import asyncio
from typing import Any

from config.asgi import application as at_once

LATE = 0.08


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "http" and not scope["path"].startswith("/api/"):
        await asyncio.sleep(LATE)
    await at_once(scope, receive, send)
