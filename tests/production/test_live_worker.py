"""What gunicorn's own uvicorn worker would not do for sockets, and ours does (RELIABILITY F18)."""

import base64
import os
import resource
import socket
import struct
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings

from config.stack import Stack
from config.workers import SOCKETS
from tests.production.sockets import enter, token_of
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

LARGEST = 64 * 1024
CLOSE, PING, PONG = 8, 9, 10


@pytest.fixture
def token(ben) -> str:
    return token_of(ben)


@pytest.fixture(params=["live", "nginx"])
def url(request: pytest.FixtureRequest, stack) -> str:
    """Straight at the live processes, and through nginx."""
    return stack.websocket_url if request.param == "nginx" else stack.live_url.replace("http", "ws")


async def test_a_frame_over_64_kib_ends_the_socket_and_one_below_does_not(url, project, token):
    page = await enter(url, project, token)
    await page.line.send("x" * LARGEST)
    await page.hears(type="error")
    await page.line.send("x" * (LARGEST + 1))
    assert await page.closed() == 1009


async def test_nothing_is_compressed_whatever_a_browser_offers(url, project, token):
    page = await enter(url, project, token, compression="deflate")
    assert "permessage-deflate" in page.line.request.headers["Sec-WebSocket-Extensions"]
    assert "Sec-WebSocket-Extensions" not in page.line.response.headers
    await page.line.close()


async def test_it_does_not_say_which_server_it_is(stack, project, token):
    page = await enter(stack.live_url.replace("http", "ws"), project, token)
    assert not {"Server", "X-Powered-By"} & set(page.line.response.headers)
    await page.line.close()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_live_runs_on_uvloop_and_httptools(stack):
    for pid in stack.live.workers():
        loaded = Path(f"/proc/{pid}/maps").read_text()
        assert "uvloop" in loaded and "httptools" in loaded


@pytest.mark.skipif(sys.platform != "linux", reason="asks about another process")
def test_there_may_be_as_many_sockets_as_the_machine_allows(stack):
    most = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 65536)
    for pid in stack.live.workers() + stack.nginx.workers():
        assert resource.prlimit(pid, resource.RLIMIT_NOFILE)[0] == most


def test_who_is_silent_is_asked_and_offline_within_a_minute_and_who_answers_heartbeats_is_not_asked():
    assert SOCKETS["ws_ping_interval"] > settings.FEED_HEARTBEAT_SECONDS
    noticed = SOCKETS["ws_ping_interval"] + SOCKETS["ws_ping_timeout"]
    assert noticed <= 40
    assert noticed + settings.PRESENCE_LEAVE_SECONDS <= 60


class Deaf:
    """A peer that opens a socket and then answers nothing, not even pings."""

    def __init__(self, url: str, path: str, token: str) -> None:
        place = urlsplit(url)
        self.line = socket.create_connection((place.hostname, place.port), timeout=20)
        key = base64.b64encode(os.urandom(16)).decode()
        self.line.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        )
        self.file = self.line.makefile("rb")
        assert b"101" in self.file.readline()
        while self.file.readline() != b"\r\n":
            pass

    def give_a_sign(self) -> None:
        """A pong that nobody asked for."""
        self.line.sendall(bytes([0x80 | PONG, 0x80, 0, 0, 0, 0]))

    def frame(self) -> tuple[int, bytes]:
        """Its opcode and what it holds."""
        first, length = self.file.read(2)
        if length == 126:
            (length,) = struct.unpack("!H", self.file.read(2))
        return first & 15, self.file.read(length)


@pytest.fixture
async def impatient(keep_stack) -> Stack:
    """Whose live process pings after a second of silence, and waits for 0.6 s."""
    quick = "--worker-class tests.production.quick_worker.QuickWorker"
    stack = await sync_to_async(keep_stack)({"GUNICORN_CMD_ARGS": ""}, live=1)
    stack.live.stop()
    stack.live.environment["GUNICORN_CMD_ARGS"] = quick
    stack.live.start()

    def up() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", urlsplit(stack.live_url).port)) == 0

    await until(up)
    return stack


async def test_a_peer_that_answers_no_ping_is_let_go(impatient, project, token):
    def listen() -> list[tuple[int, bytes]]:
        peer = Deaf(impatient.url, f"/ws/projects/{project.pk}/", token)
        frames = [peer.frame()]
        while frames[-1][0] != CLOSE:
            frames.append(peer.frame())
        return frames

    frames = await sync_to_async(listen, thread_sensitive=False)()
    opcodes = [opcode for opcode, _ in frames]
    assert opcodes.count(PING) == 1 and opcodes[-1] == CLOSE
    assert struct.unpack("!H", frames[-1][1][:2]) == (1011,)


async def test_a_peer_is_asked_for_a_sign_of_life_only_after_silence(impatient, project, token):
    def talk() -> float | None:
        peer = Deaf(impatient.url, f"/ws/projects/{project.pk}/", token)
        begun = sign_at = time.monotonic()
        while sign_at < begun + 3:  # three times as long as silence may last
            before, sign_at = sign_at, time.monotonic()
            if sign_at - before > 0.5:
                return None  # the machine was so busy that we were silent ourselves
            peer.give_a_sign()
            time.sleep(0.02)
        opcodes = []
        while PING not in opcodes:
            opcodes.append(peer.frame()[0])
        return time.monotonic() - sign_at

    # Not one that had long come.
    assert await until(sync_to_async(talk, thread_sensitive=False)) > 0.8
