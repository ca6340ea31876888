"""uvicorn's WebSocket protocol, with a short way for frames that are ready: the same bytes go to many sockets.

The application finds it in the scope as the extension "taskroom.frame"; other servers do not offer it, and everything
works without. Through the long way (a coroutine, an encoding and a copy for each socket) a delivery takes three times
as long.
"""

import asyncio
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import OPEN

LINGER = 5  # seconds for what is still to leave when a connection ends


class Protocol(WebSocketsSansIOProtocol):
    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if self.handshake_complete or self.config.ws_per_message_deflate:
            return  # refused; or frames are compressed, for each socket in its own way
        self.scope["extensions"]["taskroom.frame"] = {"write": self.write_frame}

    def write_frame(self, frame: bytes) -> bool:
        """Write a whole frame, or say that it can't leave now: `send` then waits, or finds that the peer has gone."""
        if not self.writable.is_set() or self.disconnected or self.conn.state is not OPEN:
            return False
        self.transport.write(frame)
        return True

    async def send(self, message: Any) -> None:
        if message["type"] == "websocket.close":
            try:
                async with asyncio.timeout(LINGER):
                    await self.writable.wait()
            except TimeoutError:
                self.transport.abort()
        await super().send(message)

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._let_go()

    def handle_close(self, event: Any) -> None:
        super().handle_close(event)
        self._let_go()

    def eof_received(self) -> None:
        super().eof_received()
        self._let_go()

    def _let_go(self) -> None:
        self.loop.call_later(LINGER, self.transport.abort)
