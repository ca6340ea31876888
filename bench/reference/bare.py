"""R1: about the limit of a Python process. A bare asyncio.Protocol on uvloop, Redis' pub/sub, a prebuilt frame.

`python -m bench.reference.bare REDIS_URL` says its port. /N hears the channel bench.bare.N, whose messages are whole
frames. No rights, no log, no order, no flow control: nothing that a product needs.
"""

import asyncio
import base64
import hashlib
import re
import sys

import uvloop
from redis.asyncio import Redis

CHANNEL = "bench.bare."
MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
HANDSHAKE = re.compile(rb"GET /(\d+) .*\r\nsec-websocket-key: *(\S+)\r\n", re.I | re.S)

rooms: dict[bytes, set[asyncio.Transport]] = {}


class Peer(asyncio.Protocol):
    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport, self.room = transport, None

    def data_received(self, data: bytes) -> None:
        if self.room is not None:
            return  # pongs
        self.room, key = HANDSHAKE.match(data).groups()
        accept = base64.b64encode(hashlib.sha1(key + MAGIC).digest())
        self.transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        rooms.setdefault(self.room, set()).add(self.transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self.room is not None:
            rooms[self.room].discard(self.transport)


async def main(url: str) -> None:
    server = await asyncio.get_running_loop().create_server(Peer, "127.0.0.1", 0, backlog=2048)
    pubsub = Redis.from_url(url, socket_timeout=None).pubsub()
    await pubsub.psubscribe(f"{CHANNEL}*")
    print(server.sockets[0].getsockname()[1], flush=True)
    async for message in pubsub.listen():
        if message["type"] == "pmessage":
            frame = message["data"]
            for transport in list(rooms.get(message["channel"][len(CHANNEL) :], ())):
                transport.write(frame)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
