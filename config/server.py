"""Development in one process: a database made ready, its sample people shown, uvicorn. See script/server."""

import argparse
import errno
import os
import signal
import socket
import sys
import time

import uvicorn

from config import embedded, nginx, node
from config.stack import Stack
from config.workers import SOCKETS


class Server(uvicorn.Server):
    async def startup(self, sockets=None) -> None:
        await super().startup(sockets)
        if self.started:
            port = sockets[0].getsockname()[1]
            print(f"Taskroom is at http://localhost:{port}/", flush=True)


def main() -> None:
    arguments = parse()
    if arguments.production:
        nginx.program()  # ends here where there is none
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
        if arguments.production:
            listener.close()
            produce(arguments)
        else:
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
    parser.add_argument(
        "--production", action="store_true", help="as in production: nginx, gunicorn, a worker of jobs"
    )
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


def produce(arguments: argparse.Namespace) -> None:
    """All of production on this machine, behind nginx, until somebody stops it."""
    from django.conf import settings

    host = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
    stack = Stack(
        settings.DATA_DIR / "production",
        database_url=settings.DATABASE_URL,
        redis_url=settings.REDIS_URL,
        web=2,
        listen=f"{host}:{arguments.port}",
        environment={
            "MEDIA_ROOT": str(settings.MEDIA_ROOT),
            # As in development: into the logs, until somebody names another.
            "EMAIL_BACKEND": settings.EMAIL_BACKEND,
        },
    )
    stack.start()
    try:
        print(f"Taskroom is at http://localhost:{arguments.port}/, behind nginx", flush=True)
        while all(process.alive() for process in stack.processes):
            time.sleep(0.5)
        died = next(process for process in stack.processes if not process.alive())
        raise SystemExit(f"taskroom: {died.name} ended.\n{died.last_words()}")
    finally:
        stack.stop()


def serve(listener: socket.socket) -> None:
    from config import jobs  # once the apps are loaded

    options = {**SOCKETS, "loop": "auto", "http": "auto", "timeout_graceful_shutdown": 5}
    config = uvicorn.Config("config.asgi:application", log_level="warning", **options)
    stop_jobs = jobs.start()
    try:
        Server(config).run(sockets=[listener])
    finally:
        stop_jobs()


if __name__ == "__main__":
    main()
