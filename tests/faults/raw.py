"""Clients that no library would be: deaf ones, and those that talk nonsense."""

import base64
import contextlib
import os
import socket
import struct
from urllib.parse import urlsplit

from tests.faults.house import Person, Place

TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9


class RawSocket:
    """A WebSocket by hand, straight on TCP. Reads only when it is told to."""

    def __init__(
        self, place: Place, person: Person, *, url: str, after: int | str | None = None, deaf: bool = False
    ) -> None:
        at = urlsplit(url)
        self.line = socket.socket()
        if deaf:
            self.line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.line.settimeout(20)
        self.line.connect((at.hostname, at.port))
        query = "" if after is None else f"?after={after}"
        request = [
            f"GET /ws/projects/{place.id}/{query} HTTP/1.1", f"Host: {at.netloc}", "Upgrade: websocket",
            "Connection: Upgrade", "Sec-WebSocket-Version: 13", f"Authorization: Bearer {person.token}",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}", "", "",
        ]  # fmt: skip
        self.line.sendall("\r\n".join(request).encode())
        self._got = b""
        while b"\r\n\r\n" not in self._got:
            self._more()
        head, _, self._got = self._got.partition(b"\r\n\r\n")
        assert b" 101 " in head.split(b"\r\n")[0], head

    def send(self, payload: bytes, opcode: int = TEXT) -> None:
        mask = os.urandom(4)
        size = len(payload)
        if size < 126:
            head = struct.pack("!BB", 0x80 | opcode, 0x80 | size)
        elif size < 65536:
            head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, size)
        else:
            head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, size)
        self.line.sendall(head + mask + bytes(byte ^ mask[n % 4] for n, byte in enumerate(payload)))

    def frame(self) -> tuple[int, bytes]:
        """The next frame: (opcode, payload). ConnectionError at the end."""
        while (whole := self._whole()) is None:
            self._more()
        return whole

    def code(self) -> int | None:
        """Read to the end: the close code, None when the line was simply cut."""
        try:
            while True:
                opcode, payload = self.frame()
                if opcode == CLOSE:
                    return struct.unpack("!H", payload[:2])[0] if len(payload) >= 2 else 1005
        except OSError:
            return None

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.line.close()

    def _more(self) -> None:
        data = self.line.recv(65536)
        if not data:
            raise ConnectionError("the end")
        self._got += data

    def _whole(self) -> tuple[int, bytes] | None:
        if len(self._got) < 2:
            return None
        opcode, size, start = self._got[0] & 15, self._got[1] & 127, 2
        if size == 126:
            size, start = int.from_bytes(self._got[2:4], "big"), 4
        elif size == 127:
            size, start = int.from_bytes(self._got[2:10], "big"), 10
        if len(self._got) < start + size:
            return None
        payload, self._got = self._got[start : start + size], self._got[start + size :]
        return opcode, payload
