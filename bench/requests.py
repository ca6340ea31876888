"""Requests over kept connections, as lean as they can be: HTTP/1.1 by hand, one at a time on each."""

import asyncio
import itertools
import json
import random
import time
from typing import Any, Self
from urllib.parse import urlsplit

from bench.statistics import percentiles


class Connection:
    """One client: `ask` sends a request and waits for the whole answer."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        address = urlsplit(url)
        self.host, self.port = address.hostname, address.port
        names = {"Host": address.netloc, **headers}
        self.head = "".join(f"{name}: {value}\r\n" for name, value in names.items())

    async def open(self) -> Self:
        self.reader, self.writer = await asyncio.open_connection(self.host, self.port, limit=2**24)
        return self

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """The status, and the answer's body."""
        data = b"" if body is None else json.dumps(body).encode()
        about = f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n" if data else ""
        self.writer.write(f"{method} {path} HTTP/1.1\r\n{self.head}{about}\r\n".encode() + data)
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        content = await self._content(head)
        if b"connection: close" in head:
            self.writer.close()
            await self.open()
        return int(head[9:12]), content

    async def _content(self, head: bytes) -> bytes:
        if b"content-length:" in head:
            length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
            return await self.reader.readexactly(int(length))
        content = b""
        while b"transfer-encoding: chunked" in head:
            size = int(await self.reader.readline(), 16)
            content += (await self.reader.readexactly(size + 2))[:-2]
            if not size:
                break
        return content

    def close(self) -> None:
        self.writer.close()


async def run(
    url: str, people: list[dict[str, str]], asks: list[list[Any]], clients: int, seconds: float, seed: int,
    name: str = "", rate: float = 0,
) -> dict[str, Any]:  # fmt: skip
    """`clients` ask at once for so many seconds: answers a second, ms of each, and how many were refused, by status.

    people: headers, one set a client in turn. asks: [method, path, body], drawn by `seed`; "{n}" in a body becomes a
    number of its own. rate: at most so many a second and client; 0 is as fast as answers come.
    """
    turns = itertools.islice(itertools.cycle(people), clients)
    connections = [await Connection(url, headers).open() for headers in turns]
    numbers = itertools.count(1)
    times: list[float] = []
    refused: dict[int, int] = {}
    begun, cpu = time.perf_counter(), time.process_time()
    end = begun + seconds

    async def work(connection: Connection, dice: random.Random) -> None:
        for turn in itertools.count():
            at = time.perf_counter()
            if rate and (pause := begun + turn / rate - at) > 0:
                await asyncio.sleep(pause)
                at = time.perf_counter()
            if at >= end:
                return
            method, path, body = dice.choice(asks)
            status, _ = await connection.ask(method, path, _own(body, f"{name}-{next(numbers)}"))
            if status < 300:
                times.append(time.perf_counter() - at)
            else:
                refused[status] = refused.get(status, 0) + 1

    await asyncio.gather(*(work(each, random.Random(f"{seed}/{n}")) for n, each in enumerate(connections)))
    elapsed, used = time.perf_counter() - begun, time.process_time() - cpu
    for connection in connections:
        connection.close()
    return {
        **percentiles(times), "rate": len(times) / elapsed, "answers": len(times), "refused": refused,
        "client": used / elapsed,
    }  # fmt: skip


def _own(body: dict[str, Any] | None, number: str) -> dict[str, Any] | None:
    if body is None:
        return None
    return {key: each.replace("{n}", number) if isinstance(each, str) else each for key, each in body.items()}
