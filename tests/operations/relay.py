"""Stands between a server of ours and PostgreSQL or Redis, and can fall silent without hanging up."""

import os
import select
import socket
import threading
from contextlib import suppress


class Relay:
    """Listens on 127.0.0.1 and passes bytes to `target`: (host, port), or the path of a unix socket."""

    def __init__(self, target: str | tuple[str, int], port: int = 0) -> None:
        self.target, self.silent, self.over = target, False, False
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.over = True
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self) -> None:
        while not self.over:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass, args=[client], daemon=True).start()

    def _pass(self, client: socket.socket) -> None:
        family = socket.AF_UNIX if isinstance(self.target, (str, os.PathLike)) else socket.AF_INET
        with client, socket.socket(family) as server, suppress(OSError):
            server.connect(self.target)
            other = {client: server, server: client}
            while not self.over:
                ready, _, _ = select.select([] if self.silent else list(other), [], [], 0.05)
                for each in ready:
                    if not (data := each.recv(65536)):
                        return
                    other[each].sendall(data)
