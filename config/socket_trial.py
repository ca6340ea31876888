"""/ws/health/: a socket for the administrators' page to try, through everything that a real one passes."""

import asyncio
import os
from typing import Any

from accounts.sessions import user_of
from projects import admission, wire
from projects.admission import Refused
from projects.feed import feed
from projects.threads import in_database

LIMIT = 5  # seconds for all of it


async def trial(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """One frame about this process, to administrators only, then the end."""
    await receive()  # websocket.connect
    try:
        async with asyncio.timeout(LIMIT):
            claim = admission.claim(scope, 0)  # of no project; whose page and session it is, all the same
            if not await in_database(_is_staff, claim.session):
                raise Refused(None, "not an administrator")
    except (Refused, TimeoutError):
        await send({"type": "websocket.close"})  # no handshake: HTTP's 403
        return
    here = {"process": os.getpid(), "sockets": len(feed().sockets), "lag": round(feed().lag, 1)}
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": wire.text({"type": "health", **here})})
    await send({"type": "websocket.close", "code": 1000})


def _is_staff(session: str | None) -> bool:
    user = user_of(session)
    return user is not None and user.is_staff
