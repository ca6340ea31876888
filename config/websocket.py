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
MOST_UNREAD = 4  # messages of a peer that may wait before no more are read: 256 KiB at most


class Protocol(WebSocketsSansIOProtocol):
    """Besides: pings only a peer that was silent, and stops reading only where messages pile up.

    A page answers every heartbeat, and so proves without any ping that it lives: of ten thousand idle sockets pings
    and pongs took a third of the CPU time. To stop and go on reading for each message are two calls of the system.
    """

    heard_at = 0.0  # by the loop's clock

    def data_received(self, data: bytes) -> None:
        self.heard_at = self.loop.time()
        super().data_received(data)

    def send_keepalive_ping(self) -> None:
        silent = self.loop.time() - self.heard_at
        if silent < self.ping_interval:
            self.ping_timer = self.loop.call_later(self.ping_interval - silent, self.send_keepalive_ping)
        else:
            super().send_keepalive_ping()

    def send_receive_event_to_app(self) -> None:
        paused, self.read_paused = self.read_paused, True  # else it would stop reading after each message
        super().send_receive_event_to_app()
        self.read_paused = paused
        if not paused and self.queue.qsize() > MOST_UNREAD:
            self.read_paused = True
            self.transport.pause_reading()

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
