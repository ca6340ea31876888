"""Development in one process: a database made ready, its sample people shown, uvicorn. See script/server."""

import argparse
import errno
import os
import signal
import socket
import sys

import uvicorn

from config import embedded, node


class Server(uvicorn.Server):
    async def startup(self, sockets=None) -> None:
        await super().startup(sockets)
        if self.started:
            port = sockets[0].getsockname()[1]
            print(f"Taskroom is at http://localhost:{port}/", flush=True)


def main() -> None:
    arguments = parse()
    # Whatever part of the way we are: end, run the `finally` below, and call it success.
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, lambda *_: sys.exit(0))
    listener = listen(arguments.host, arguments.port)
    if arguments.data:
        os.environ["TASKROOM_DATA"] = data_directory(arguments.data)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    try:
        django.setup()
        prepare()
        serve(listener)
    finally:
        listener.close()
        embedded.leave()


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/server", description="Run Taskroom for development.")
    parser.add_argument(
        "--port", type=port_number, default=8000, metavar="N", help="where to listen (%(default)s)"
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (%(default)s)")
    parser.add_argument("--data", metavar="DIR", help="where the database and uploads lie (.data)")
    return parser.parse_args()


def port_number(text: str) -> int:
    if not (text.isdecimal() and int(text) < 65536):
        raise argparse.ArgumentTypeError(f"a port is a number up to 65535, not {text!r}")
    return int(text)


def data_directory(path: str) -> str:
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as problem:
        raise SystemExit(
            f"taskroom: {path} can't hold the data ({problem}); choose another with --data"
        ) from None
    return os.path.abspath(path)


def listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            raise SystemExit(
                f"taskroom: port {port} is taken; stop what listens there, "
                f"or choose another: script/server --port {port + 1}"
            ) from None
        raise SystemExit(f"taskroom: cannot listen on {host}, port {port}: {problem.strerror}") from None


def prepare() -> None:
    """Bring the browser's packages and the database up to date; an empty database gets the sample project."""
    from django.core.management import call_command

    node.install()
    call_command("migrate", verbosity=0)
    call_command("sample", if_empty=True)


def serve(listener: socket.socket) -> None:
    config = uvicorn.Config(
        "config.asgi:application",
        ws="config.websocket:Protocol",
        ws_max_size=64 * 1024,
        ws_per_message_deflate=False,
        lifespan="off",
        timeout_graceful_shutdown=5,
        log_level="warning",
        access_log=False,
        server_header=False,
    )
    Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
