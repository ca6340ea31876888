"""uvicorn's WebSocket protocol, with a short way for frames that are ready: the same bytes go to many sockets.

The application finds it in the scope as the extension "taskroom.frame"; other servers do not offer it, and everything
works without. Through the long way (a coroutine, an encoding and a copy for each socket) a delivery takes three times
as long.
"""

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import OPEN


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
