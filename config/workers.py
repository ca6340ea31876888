"""gunicorn's worker of the `live` processes: uvicorn with settings for its sockets, of which its own passes none."""

import asyncio
from socket import socket
from typing import Any

import uvicorn
from uvicorn_worker import UvicornWorker

from projects import draining

TICK = 0.5  # seconds until a process notices that it has to end
DRAIN = 5.0  # seconds over which the sockets of a process that ends are sent elsewhere
GRACE = 15  # seconds for what is then still under way

# Shared with script/server, so that development has the sockets of production.
SOCKETS = {
    "loop": "uvloop",
    "http": "httptools",
    "ws": "config.websocket:Protocol",
    "ws_max_size": 64 * 1024,
    # Seconds of silence, a heartbeat being answered every 25; and for the answer. A dead peer is noticed in 40, and
    # its person offline in a minute.
    "ws_ping_interval": 28,
    "ws_ping_timeout": 12,
    "ws_per_message_deflate": False,
    "lifespan": "off",
    "server_header": False,
    "date_header": False,
    "access_log": False,
    "proxy_headers": False,  # what a proxy says of scheme and address is read in one place, by settings of ours
    "timeout_graceful_shutdown": GRACE,
}


class DrainingServer(uvicorn.Server):
    """Takes nothing new once it has to end, and asks its pages to come again one after the other, not all at once."""

    async def main_loop(self) -> None:
        """uvicorn's own wakes ten times a second to look whether it has to end, of some 24 wakes while sockets idle."""
        while not await self.on_tick(0):  # a round number, with which it does all that it does now and then
            await asyncio.sleep(TICK)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        draining.begin()
        for server in self.servers:
            server.close()
        from projects.feed import feed  # the app is loaded by now

        await feed().drain(DRAIN)
        await super().shutdown(sockets)


class LiveWorker(UvicornWorker):
    CONFIG_KWARGS: dict[str, Any] = SOCKETS

    async def _serve(self) -> None:
        self.config.app = self.wsgi
        server = DrainingServer(self.config)
        self._install_sigquit_handler()
        await server.serve(sockets=self.sockets)
        if not server.started:
            raise SystemExit(3)  # what gunicorn takes for a worker that cannot boot
