"""deploy/nginx.conf by itself, in front of servers that say what reached them."""

import http.client
import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from config import nginx
from config.stack import Process
from tests.servers import free_port
from tests.waiting import eventually

MOST = 1024 * 1024  # bytes of a body


class Upstream(ThreadingHTTPServer):
    """Keeps what it is asked; answers with what is in `answers`, a path's headers; closes without a word at /lost."""

    def __init__(self, name: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.name, self.asked, self.answers = name, [], {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.command, self.path, dict(self.headers), len(body)))
        if "/lost" in self.path:
            self.close_connection = True
            return
        said = self.server.name.encode()
        self.send_response(200)
        for name, value in self.server.answers.get(self.path, {"Content-Type": "text/plain"}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(said)

    do_GET = do_POST = do_PATCH = do_DELETE = answer

    def log_message(self, *_: object) -> None:
        pass


class Front:
    """nginx as in production, `web` and `live` behind it."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.web, self.live = directory, Upstream("web"), Upstream("live")
        self.static, self.media = directory / "static", directory / "media"
        self.static.mkdir()
        self.media.mkdir()
        self.place = f"127.0.0.1:{free_port()}"
        nginx.configure(
            directory, listen=self.place, web=self.web.place, live=self.live.place,
            static=self.static, media=self.media,
        )  # fmt: skip
        self.process = Process("nginx", nginx.command(directory), {}, directory / "nginx.log")

    def ask(
        self, path: str, method: str = "GET", body: object = None, **headers: str
    ) -> tuple[int, bytes, dict]:
        connection = http.client.HTTPConnection(self.place, timeout=20)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(
            method, path, body, headers, encode_chunked=headers.get("Transfer-Encoding") == "chunked"
        )
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, text, dict(answer.headers)

    def answers(self) -> bool:
        try:
            return self.ask("/")[0] == 200
        except OSError:
            return False


@pytest.fixture(scope="module")
def front(tmp_path_factory) -> Iterator[Front]:
    front = Front(tmp_path_factory.mktemp("front"))
    front.process.start()
    try:
        eventually(front.answers)
        yield front
    finally:
        front.process.stop()
        front.web.shutdown()
        front.live.shutdown()


@pytest.fixture(autouse=True)
def nothing_asked(front: Front) -> None:
    front.web.asked.clear()
    front.live.asked.clear()


def test_nginx_itself_finds_nothing_wrong(front: Front):
    done = subprocess.run([*nginx.command(front.directory), "-t"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


def test_sockets_go_to_live_and_all_else_to_web(front: Front):
    assert front.ask("/projects/1/")[1] == front.ask("/api/v1/me")[1] == b"web"
    assert front.ask("/ws/projects/1/", Upgrade="websocket", Connection="Upgrade")[1] == b"live"
    (_, _, headers, _) = front.live.asked[0]
    assert (headers["Upgrade"], headers["Connection"]) == ("websocket", "upgrade")
    assert all(
        "Upgrade" not in headers and headers.get("Connection") != "upgrade"
        for _, _, headers, _ in front.web.asked
    )


@pytest.mark.parametrize(("path", "kind"), [("/", "web"), ("/api/v1/me", "web"), ("/ws/projects/1/", "live")])
def test_who_asks_and_how_is_passed_on(front: Front, path: str, kind: str):
    front.ask(path, X_Forwarded_For="198.51.100.7", Host="taskroom.example:8443")
    front.ask(path, X_Forwarded_Proto="https")
    first, second = (headers for _, _, headers, _ in getattr(front, kind).asked)
    assert (
        first["X-Forwarded-For"] == "198.51.100.7, 127.0.0.1"
    )  # ours last: what stands before is anyone's say
    assert first["Host"] == "taskroom.example:8443"
    assert (first["X-Forwarded-Proto"], second["X-Forwarded-Proto"]) == ("http", "https")


@pytest.mark.parametrize("path", ["/api/v1/projects", "/projects/new/"])
def test_a_body_over_the_limit_reaches_nobody(front: Front, path: str):
    assert front.ask(path, "POST", b"x" * MOST)[0] == 200
    status, text, headers = front.ask(path, "POST", b"x" * (MOST + 1))
    assert status == 413
    if path.startswith("/api/"):
        assert json.loads(text) == {"detail": "This is too large.", "errors": {}}
        assert headers["Content-Type"] == "application/json"
    assert [size for *_, size in front.web.asked] == [MOST]


def test_a_file_may_be_larger_where_files_are_taken_and_nowhere_else(front: Front):
    uploads, most = "/api/v1/projects/7/uploads", 25 * MOST
    assert front.ask(uploads, "POST", b"x" * most)[0] == 200
    status, text, _ = front.ask(uploads, "POST", b"x" * (most + 1))
    assert (status, json.loads(text)["detail"]) == (413, "This is too large.")
    for path in ("/api/v1/projects/7/uploads/", "/api/v1/projects/x/uploads", "/projects/7/uploads"):
        assert front.ask(path, "POST", b"x" * (MOST + 1))[0] == 413
    assert [size for *_, size in front.web.asked] == [most]


def test_what_says_that_it_is_a_gigabyte_is_refused_before_it_is_sent(front: Front):
    connection = http.client.HTTPConnection(front.place, timeout=20)
    connection.putrequest("POST", "/api/v1/projects/7/uploads")
    connection.putheader("Content-Length", str(10**9))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()
    assert front.web.asked == []


def test_a_body_of_unknown_length_is_measured_as_well(front: Front):
    pieces = (b"x" * 65536 for _ in range(17))
    assert front.ask("/api/v1/projects", "POST", pieces, Transfer_Encoding="chunked")[0] == 413
    assert front.web.asked == []


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_what_got_no_answer_is_not_sent_again(front: Front, method: str):
    front.ask("/")  # leaves a connection open, over which nginx would send a DELETE twice
    front.web.asked.clear()
    status, text, headers = front.ask("/api/v1/lost", method, b"{}")
    assert status == 502
    assert headers["Content-Type"] == "application/json" and json.loads(text)["detail"]
    assert len(front.web.asked) == 1


def test_an_address_arrives_as_it_was_sent(front: Front):
    for method in ("GET", "POST"):
        front.ask("/projects/1/%C3%A4%2F?q=a%20b&q=%00", method)
    assert {path for _, path, *_ in front.web.asked} == {"/projects/1/%C3%A4%2F?q=a%20b&q=%00"}


def test_hashed_names_are_kept_for_good_and_others_are_not(front: Front):
    for name in ("page.css", "page.0123456789ab.css"):
        (front.static / name).write_text("body {}" * 300)
    (front.static / "page.0123456789ab.css.gz").write_bytes(b"ready-made")
    _, _, kept = front.ask("/static/page.0123456789ab.css")
    assert kept["Cache-Control"] == "public, max-age=31536000, immutable"
    assert kept["Content-Type"] == "text/css" and kept["X-Content-Type-Options"] == "nosniff"
    assert front.ask("/static/page.css")[2]["Cache-Control"] == "public, max-age=60"
    assert front.ask("/static/page.0123456789ab.css", Accept_Encoding="gzip")[1] == b"ready-made"
    for path in ("/static/../nginx.conf", "/static/..%2fnginx.conf", "/static../nginx.conf"):
        assert front.ask(path)[1] == b"web", path


def test_a_file_is_handed_out_when_web_says_so_and_only_then(front: Front):
    (front.media / "a").mkdir()
    (front.media / "a" / "plan.pdf").write_bytes(b"%PDF")
    front.web.answers["/files/7/"] = {
        "X-Accel-Redirect": "/protected/a/plan.pdf",
        "Content-Type": "application/pdf",
        "Content-Disposition": 'attachment; filename="plan.pdf"',
        "Cache-Control": "private, no-store",
    }
    status, text, headers = front.ask("/files/7/")
    assert (status, text) == (200, b"%PDF")
    assert headers["Content-Type"] == "application/pdf" and "attachment" in headers["Content-Disposition"]
    assert headers["Cache-Control"] == "private, no-store" and "X-Accel-Redirect" not in headers
    assert headers["X-Content-Type-Options"] == "nosniff" and "sandbox" in headers["Content-Security-Policy"]
    assert front.ask("/protected/a/plan.pdf")[0] == 404
    assert front.ask("/projects/../protected/a/plan.pdf")[0] == 404


def test_it_does_not_say_which_nginx_it_is(front: Front):
    for path in ("/", "/static/nothing.css", "/protected/nothing"):
        assert front.ask(path)[2]["Server"] == "nginx", path
