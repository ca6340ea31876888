"""Bodies without end, at the server of development and of sockets: refused before they fill the disk."""

import http.client
import json
from urllib.parse import urlsplit

import pytest

from tests.conftest import API, picture

GIGABYTE = 10**9


@pytest.fixture
def begin(server, project, ben):
    """Sends the head of a POST of Ben's, and gives the open connection."""
    headers = API(ben).headers

    def begin(path: str, **more: str) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
        connection.putrequest("POST", f"/api/v1{path.format(project=project.pk)}")
        for name, value in {**headers, **more}.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        return connection

    return begin


pytestmark = pytest.mark.django_db(transaction=True)
FORM = "multipart/form-data; boundary=x"


@pytest.mark.parametrize("path", ["/projects/{project}/uploads", "/projects/{project}/tasks"])
def test_what_says_that_it_is_a_gigabyte_is_refused_at_once(begin, path):
    connection = begin(path, Content_Length=str(GIGABYTE), Content_Type=FORM)
    answer = connection.getresponse()
    assert answer.status == 413
    assert json.loads(answer.read()) == {"detail": "This is too large.", "errors": {}}


def test_what_does_not_say_how_long_it_is_is_cut_off(begin, settings):
    connection = begin("/projects/{project}/uploads", Transfer_Encoding="chunked", Content_Type=FORM)
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
    sent = 0
    try:
        for piece in (head, *[b"x" * 65536] * (GIGABYTE // 65536)):
            connection.send(b"%x\r\n%s\r\n" % (len(piece), piece))
            sent += len(piece)
    except (TimeoutError, ConnectionError):
        pass
    assert sent < 4 * settings.UPLOAD_MAX


def test_a_file_of_a_usual_size_comes_through_as_a_whole(server, begin, project, ben):
    photo = picture(400, 300) + bytes(3_000_000)  # more than is kept in memory
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="wall.png"\r\n\r\n'
        + photo
        + b"\r\n--x--\r\n"
    )
    connection = begin("/projects/{project}/uploads", Content_Length=str(len(body)), Content_Type=FORM)
    connection.send(body)
    answer = connection.getresponse()
    assert answer.status == 201
    row = json.loads(answer.read())
    connection.request("GET", row["url"], headers=API(ben).headers)
    download = connection.getresponse()
    assert download.read() == photo and download.headers["Content-Disposition"].startswith("attachment")
