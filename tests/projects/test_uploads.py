"""Files that people bring: measured, named, looked at, kept where nobody chooses, handed to whoever may have them."""

import io
import os
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from PIL import Image

from projects import file_names, previews, sniffing
from projects.models import Upload
from tests.conftest import picture

PAGE = b"<!doctype html><script>alert(document.cookie)</script>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
PROGRAM = b"MZ\x90\x00\x03" + bytes(200)


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def files(media: Path) -> list[Path]:
    return sorted(path for path in media.rglob("*") if path.is_file())


def content(response) -> bytes:
    return b"".join(response.streaming_content)


@pytest.fixture
def bens(api, ben):
    return api(ben)


def test_a_file_comes_back_byte_for_byte_as_a_download(bens, project, media):
    row = bens.upload(project, "Plan für später.pdf", PDF).json()
    assert row == {
        "id": row["id"], "name": "Plan für später.pdf", "type": "application/pdf", "size": len(PDF),
        "width": None, "height": None, "url": f"/api/v1/uploads/{row['id']}/file", "preview": None,
    }  # fmt: skip
    answer = bens.get(row["url"].removeprefix("/api/v1"))
    assert content(answer) == PDF
    assert answer.headers["Content-Type"] == "application/pdf"
    assert (
        answer.headers["Content-Disposition"]
        == "attachment; filename*=utf-8''Plan%20f%C3%BCr%20sp%C3%A4ter.pdf"
    )
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    (lies,) = files(media)
    assert "Plan" not in str(lies) and lies.suffix == ""


def test_a_picture_has_a_preview_of_its_pixels_and_nothing_else(bens, project, media):
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "Ana's kitchen", 6  # a description; held upright
    photo = picture(3000, 2000, "JPEG", exif=exif)
    row = bens.upload(project, "kitchen.jpg", photo).json()
    assert (row["type"], row["width"], row["height"]) == ("image/jpeg", 2000, 3000)
    answer = bens.get(row["preview"].removeprefix("/api/v1"))
    assert (
        answer.headers["Content-Type"] == "image/webp" and answer.headers["Content-Disposition"] == "inline"
    )
    data = content(answer)
    assert b"kitchen" in photo and b"kitchen" not in data and b"EXIF" not in data
    shown = Image.open(io.BytesIO(data))
    assert shown.size == (1067, 1600)
    top, bottom = shown.getpixel((500, 100)), shown.getpixel((500, 1500))
    assert top[2] > 200 > top[0] and bottom[0] > 200 > bottom[2], "turned as the camera was held"
    assert Upload.objects.get().stored == len(photo) + len(data)


def test_a_preview_keeps_what_is_clear_and_reads_palettes_and_greys(bens, project):
    for mode in ("RGBA", "LA", "P", "L", "1", "CMYK", "I;16"):
        file = io.BytesIO()
        image = Image.new("RGBA", (50, 40), (255, 0, 0, 0)).convert(mode.replace("I;16", "I"))
        if mode == "P":
            image.info["transparency"] = 0
        image.convert(mode).save(file, "JPEG" if mode == "CMYK" else "PNG")
        row = bens.upload(project, "wall.png", file.getvalue()).json()
        assert row["preview"], mode
        shown = Image.open(io.BytesIO(content(bens.get(f"/uploads/{row['id']}/preview"))))
        assert shown.size == (50, 40) and (shown.mode == "RGBA") == (mode in ("RGBA", "LA", "P")), mode


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP", "AVIF"])
def test_every_kind_of_picture_that_browsers_show_has_a_preview(bens, project, kind):
    row = bens.upload(project, f"wall.{kind.lower()}", picture(kind=kind)).json()
    assert (row["type"], row["width"], row["height"]) == (f"image/{kind.lower()}", 40, 30)
    assert row["preview"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("wall.png", PAGE), ("wall.png", SVG), ("wall.jpg", PDF), ("report.pdf", PROGRAM), ("report.pdf", PAGE),
        ("data.zip", PAGE), ("song.mp3", PROGRAM), ("wall.PNG", b"\x89PNG\n"),
    ],
)  # fmt: skip
def test_a_file_that_pretends_is_refused_in_words_and_leaves_nothing(bens, project, media, name, data):
    answer = bens.upload(project, name, data, type="image/png")
    assert answer.status_code == 422
    assert answer.json()["errors"]["file"] == ["What this file holds is not what its name says."]
    assert not files(media) and not Upload.objects.exists()


@pytest.mark.parametrize(
    "name", ["page.html", "drawing.svg", "notes", "setup.exe", "page.xhtml", "script.js"]
)
def test_what_a_browser_could_run_goes_out_as_bytes(bens, project, name):
    data = {"drawing.svg": SVG, "setup.exe": PROGRAM}.get(name, PAGE)
    row = bens.upload(project, name, data, type="text/html").json()
    assert row["preview"] is None
    answer = bens.get(row["url"].removeprefix("/api/v1"))
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert bens.get(f"/uploads/{row['id']}/preview").status_code == 404


def test_a_picture_of_too_many_pixels_or_one_that_is_broken_is_only_a_download(bens, project, media):
    bomb, poster = picture(10_000, 6_000, "PNG"), picture(12_000, 9_000, "JPEG", quality=1)
    assert max(len(bomb), len(poster)) < 2_000_000 < previews.MOST_PIXELS < 60_000_000
    for data in (bomb, poster, picture()[:60], b"GIF89a" + bytes(30)):
        row = bens.upload(project, "wall.jpg", data).json()
        assert (row["width"], row["preview"]) == (None, None)
        assert content(bens.get(f"/uploads/{row['id']}/file")) == data
    assert not list(media.rglob("*.webp"))


def test_an_empty_file_is_refused(bens, project, media):
    answer = bens.upload(project, "empty.txt", b"")
    assert answer.status_code == 422
    assert answer.json()["errors"] == {"file": ["This file is empty."]}
    assert not files(media)


def test_no_file_at_all_is_refused(bens, project):
    assert bens.post(f"/projects/{project.pk}/uploads").status_code == 422
    form = {"data": b"--x\r\nbroken", "content_type": "multipart/form-data; boundary=x"}
    answer = bens.client.post(f"/api/v1/projects/{project.pk}/uploads", headers=bens.headers, **form)
    assert answer.status_code == 422, answer.content
    form["content_type"] = "multipart/form-data"
    answer = bens.client.post(f"/api/v1/projects/{project.pk}/uploads", headers=bens.headers, **form)
    assert (answer.status_code, answer.json()["detail"]) == (400, "Send one file, as multipart/form-data.")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"), ("C:\\Users\\ana\\plan.txt", "plan.txt"), ("a\x00b.txt", "ab.txt"),
        ("gnp.\u202eexe", "gnp.exe"), ("  two\n lines .txt ", "two lines .txt"), ("plan\u200b.txt", "plan.txt"),
        (".htaccess", "htaccess"), ("..", "file"), ("", "file"), ("e\u0301.txt", "é.txt"), ("שלום.txt", "שלום.txt"),
        ("<img src=x>.txt", "<img src=x>.txt"),
    ],
)  # fmt: skip
def test_a_name_is_shown_without_its_tricks(name, shown):
    assert file_names.clean_name(name) == shown


def test_a_long_name_keeps_its_ending(bens, project):
    assert file_names.clean_name("x" * 300 + ".tar") == "x" * 116 + ".tar"
    assert len(file_names.clean_name("x" * 300)) == 120
    row = bens.upload(project, "ü" * 300 + ".txt").json()
    assert row["name"] == "ü" * 116 + ".txt"


def send(caller, project, body: bytes, **headers):
    """As a multipart body of our own."""
    path = f"/api/v1/projects/{project.pk}/uploads"
    kind = "multipart/form-data; boundary=x"
    return caller.client.post(path, body, content_type=kind, headers={**caller.headers, **headers})


def named(name: str) -> bytes:
    """A body with one file, whose name stands there as it is: the test client would cut it."""
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return head.encode() + b"hello\r\n--x--\r\n"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../../../etc/passwd", "folders"), ("..\\\\..\\\\up.txt", "folders"), ("/etc/passwd", "folders"),
        ("C:\\\\plan.txt", "folders"), ("a/b.txt", "folders"), ("a/..", "folders"), ("up.txt/", "folders"),
        ("..", "folders"), (".", "folders"), ("..&#47;up.txt", "folders"), ("a\x00b.txt", "characters"),
        ("a\x1bb.txt", "characters"), ("a\tb.txt", "characters"), ("a\x7fb.txt", "characters"),
    ],
)  # fmt: skip
def test_a_name_with_folders_or_control_characters_is_refused_in_words(bens, project, media, name, words):
    answer = send(bens, project, named(name))
    assert answer.status_code == 422, answer.content
    (said,) = answer.json()["errors"]["file"]
    assert said.startswith("The name of this file") and words in said
    assert not Upload.objects.exists() and not files(media) and not list(media.parent.glob("*.txt"))


def test_folders_in_an_encoded_name_are_refused_too(bens, project, media):
    body = named("x").replace(b'filename="x"', b"filename*=UTF-8''..%2F..%2Fup.txt")
    assert send(bens, project, body).json()["errors"].keys() == {"file"}
    assert not files(media)


@pytest.mark.parametrize(
    "name", ["a..b.txt", "report v1..2.md", "..hidden", "50% done.txt", "a:b.txt", "Ana &amp; Ben.txt"]
)
def test_dots_within_a_name_are_nothing_bad(bens, project, name):
    answer = send(bens, project, named(name))
    assert answer.status_code == 201, answer.content
    assert answer.json()["name"] == name.replace("&amp;", "&").strip(".")


def test_an_outsider_hears_nothing_of_names(api, cleo, project):
    assert send(api(cleo), project, named("../up.txt")).status_code == 404


def test_a_file_beyond_the_limit_is_refused_in_words(bens, project, media, settings):
    settings.UPLOAD_MAX = 1_000_000
    assert bens.upload(project, "a.txt", b"x" * 1_000_000).status_code == 201
    for size in (1_000_001, 1_100_000):  # found while reading, and before
        answer = bens.upload(project, "a.txt", b"x" * size)
        assert answer.status_code == 413
        assert answer.json()["detail"] == "This file is too large: at most 1 MB can be attached."
    assert len(files(media)) == 1


def test_what_says_that_it_is_a_gigabyte_is_not_read(bens, project, media):
    """The body is a promise; reading one byte of it would wait for the rest."""

    class Unread(io.BytesIO):
        def read(self, *_):
            raise AssertionError("it was read")

    answer = bens.client.generic(
        "POST", f"/api/v1/projects/{project.pk}/uploads", b"",
        headers=bens.headers, CONTENT_LENGTH=str(10**9), CONTENT_TYPE="multipart/form-data; boundary=x",
        **{"wsgi.input": Unread()},
    )  # fmt: skip
    assert answer.status_code == 413
    assert not files(media)


def test_only_the_first_file_of_a_request_is_kept_and_no_other_address_takes_any(
    bens, project, media, client, ben
):
    two = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="%d.txt"\r\n\r\nhello\r\n' % number
        for number in (1, 2)
    )
    assert send(bens, project, two + b"--x--\r\n").status_code == 201
    assert len(files(media)) == 1
    client.force_login(ben)
    assert client.post("/profile/", {"name": "Ben", "avatar": io.BytesIO(b"hello")}).status_code < 500
    assert len(files(media)) == 1


def test_the_quota_of_a_project_holds(bens, api, ana, project, media, settings):
    settings.UPLOAD_QUOTA = 2_000
    assert bens.upload(project, "a.txt", b"x" * 1_500).status_code == 201
    answer = api(ana).upload(project, "b.txt", b"x" * 501)
    assert answer.status_code == 413
    assert (
        answer.json()["detail"]
        == "There is no room left for this file: the files of a project may take 0.002 MB."
    )
    assert len(files(media)) == 1
    assert api(ana).upload(project, "c.txt", b"x" * 500).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_two_files_that_both_just_fit_do_not_both_come_in(api, ben, project, media, settings):
    settings.UPLOAD_QUOTA = 1_500
    callers, answers = [api(ben) for _ in range(4)], []
    together = threading.Barrier(4)

    def bring(caller) -> None:
        together.wait()
        answers.append(caller.upload(project, "a.txt", b"x" * 1_000).status_code)
        connection.close()

    threads = [threading.Thread(target=bring, args=[caller]) for caller in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201, 413, 413, 413]
    assert len(files(media)) == 1


def test_files_are_counted_by_themselves(bens, project, settings, monkeypatch):
    settings.REDIS_PREFIX += f"-uploads-{time.monotonic_ns()}"
    settings.RATE_UPLOADS_PER_MINUTE = 2
    assert [bens.upload(project).status_code for _ in range(3)] == [201, 201, 429]
    refused = bens.upload(project)
    assert "fast" in refused.json()["detail"] and int(refused.headers["Retry-After"]) >= 1
    assert bens.post(f"/rooms/{project.rooms.get().pk}/messages", {"body": "others go on"}).status_code == 201


def test_what_hangs_nowhere_is_its_uploaders_only(bens, api, ana, gus, cleo, project, media):
    row = bens.upload(project).json()
    for other in (ana, gus, cleo):
        assert api(other).get(f"/uploads/{row['id']}/file").status_code == 404
        assert api(other).delete(f"/uploads/{row['id']}").status_code == 404
    assert api(cleo).upload(project).status_code == 404
    project.memberships.get(user=bens_user(bens, project)).remove(by=ana)
    assert bens.get(f"/uploads/{row['id']}/file").status_code == 404


def bens_user(bens, project):
    return Upload.objects.filter(project=project).latest("pk").created_by


def test_a_file_that_is_dropped_before_it_is_sent_is_gone(
    bens, project, media, django_capture_on_commit_callbacks
):
    row = bens.upload(project, "wall.png", picture()).json()
    assert len(files(media)) == 2
    with django_capture_on_commit_callbacks(execute=True):
        assert bens.delete(f"/uploads/{row['id']}").status_code == 204
    assert not files(media) and bens.delete(f"/uploads/{row['id']}").status_code == 404


def test_an_archived_project_takes_no_file(bens, project, ana):
    project.archive(by=ana)
    assert bens.upload(project).status_code == 403


def test_from_a_page_it_needs_the_token_of_the_page(project, ben, media):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ben)
    address = f"/api/v1/projects/{project.pk}/uploads"
    assert browser.post(address, {"file": io.BytesIO(b"hello")}).status_code == 403
    assert not files(media)


def test_head_says_how_long_a_file_is(bens, project):
    row = bens.upload(project, "plan.pdf", PDF).json()
    answer = bens.request("head", f"/uploads/{row['id']}/file")
    assert (answer.status_code, answer.headers["Content-Length"]) == (200, str(len(PDF)))
    assert content(answer) == b""


def test_behind_nginx_it_is_nginx_that_sends_it(bens, project, settings):
    settings.UPLOAD_ACCEL = True
    row = bens.upload(project, "wall.png", picture()).json()
    upload = Upload.objects.get()
    for name, ending, kind in (("file", "", "image/png"), ("preview", ".webp", "image/webp")):
        answer = bens.get(f"/uploads/{row['id']}/{name}")
        assert answer.content == b"" and answer.headers["Content-Type"] == kind
        assert (
            answer.headers["X-Accel-Redirect"] == f"/protected/uploads/{upload.key[:2]}/{upload.key}{ending}"
        )
    assert upload.path().stat().st_mode & 0o777 == 0o644, "which nginx can read"


def test_prune_takes_what_was_attached_to_nothing_and_what_has_no_row(
    bens, project, media, django_capture_on_commit_callbacks
):
    old, young = (Upload.objects.get(pk=bens.upload(project).json()["id"]) for _ in range(2))
    Upload.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(hours=25))
    stray = media / "uploads" / "ab" / ("ab" * 16)
    stray.parent.mkdir(exist_ok=True)
    fresh = stray.with_name("cd" * 16 + ".webp")
    half = media / ".incoming" / "half"
    for path in (stray, fresh, half):
        path.write_text("x")
    past = time.time() - 25 * 3600
    for path in (stray, half, young.path()):
        os.utime(path, (past, past))
    with django_capture_on_commit_callbacks(execute=True):
        call_command("prune")
    assert set(files(media)) == {young.path(), fresh}
    assert list(Upload.objects.all()) == [young]


def test_text_cut_within_a_letter_is_still_text(tmp_path):
    path = tmp_path / "text"
    path.write_bytes(b"x" * (sniffing.HEAD - 1) + "é".encode())
    assert sniffing.type_of(path) == "text/plain"
    path.write_bytes(b"\xff\xfe" + bytes(10))
    assert sniffing.type_of(path) == "application/octet-stream"


def test_a_project_takes_its_files_along(bens, ana, project, media, django_capture_on_commit_callbacks):
    bens.upload(project, "wall.png", picture())
    with django_capture_on_commit_callbacks(execute=True):
        project.delete()
    assert not files(media)
