"""What every answer carries, page or API, for everybody and in trouble as well; and how production differs."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from tests.api.test_access import ROUTES
from tests.api.test_page_access import PAGES
from tests.conftest import API
from tests.servers import database_url

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
PUBLIC = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/logout/", "/catalog.js",
          "/accounts/password/reset/key/1-x/", "/accounts/confirm-email/x/", "/admin/", "/admin/login/", "/nothing/",
          "/api/v1/docs", "/api/v1/openapi.json", "/api/v1/nothing", "/projects/1/%00/"]  # fmt: skip
PERSONAL = ["/accounts/email/", "/accounts/password/change/", "/accounts/reauthenticate/", "/accounts/logout/",
            "/", "/profile/"]  # fmt: skip
ADMIN = ["/admin/", "/admin/accounts/user/", "/admin/projects/project/", "/admin/jsi18n/", "/admin/nothing/"]


# Of what somebody else made: it runs nothing, wherever it is opened.
FILE_POLICY = {"default-src": "'none'", "sandbox": "", "frame-ancestors": "'none'"}


def guarded(response: HttpResponse, what: Any) -> None:
    headers = response.headers
    assert headers["X-Content-Type-Options"] == "nosniff", what
    assert headers["Referrer-Policy"] == "same-origin", what
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin", what
    assert headers["X-Frame-Options"] == "DENY", what
    directives = [each.strip().partition(" ") for each in headers["Content-Security-Policy"].split(";")]
    brought = getattr(what, "path", "").startswith("/uploads/") and "Content-Disposition" in headers
    policy = FILE_POLICY if brought else POLICY
    assert {name: value for name, _, value in directives} == policy, what
    assert "Server" not in headers and "X-Powered-By" not in headers
    for cookie in filter(lambda cookie: cookie.value, response.cookies.values()):
        assert cookie["samesite"] == "Lax" and cookie["path"] == "/" and not cookie["domain"], what
        assert cookie["httponly"] or cookie.key == settings.CSRF_COOKIE_NAME, what


def kept_by_nobody(response: HttpResponse, what: Any) -> None:
    assert "no-store" in response.headers["Cache-Control"], what


def test_every_route_of_the_api_whoever_asks(world):
    cast, objects = world
    for caller in (API(cast["owner"]), API(cast["outsider"]), API(None)):
        for route in ROUTES:
            with transaction.atomic():
                body = {} if route.method != "get" else None
                response = caller.request(route.method, route.path.format(**objects), body)
                transaction.set_rollback(True)
            guarded(response, route)
            kept_by_nobody(response, route)
            assert not response.cookies, route


def test_every_page_whoever_asks(world):
    cast, objects = world
    for user in (None, cast["owner"], cast["outsider"]):
        browser = Client(raise_request_exception=False)
        if user:
            browser.force_login(user)
        for page in PAGES:
            with transaction.atomic():
                address = "/" + page.path.format(**objects, number=1, token_id=1)
                response = getattr(browser, page.method)(address, page.data or {})
                transaction.set_rollback(True)
            guarded(response, page)
            if user:
                kept_by_nobody(response, page)
        for address in PUBLIC if user is None else PERSONAL:
            response = browser.get(address)
            guarded(response, address)
            if user:
                kept_by_nobody(response, address)


def test_the_admin_pages(world):
    cast, _ = world
    with transaction.atomic():
        cast["other"].is_staff = cast["other"].is_superuser = True
        cast["other"].save()
        browser = Client()
        browser.force_login(cast["other"])
        for address in ADMIN:
            response = browser.get(address)
            guarded(response, address)
            kept_by_nobody(response, address)
        transaction.set_rollback(True)


@pytest.mark.parametrize("path", ["/profile/", "/api/v1/me"])
def test_a_failure_is_as_guarded_as_a_success_and_tells_nothing(world, path, monkeypatch):
    cast, _ = world
    browser = Client(raise_request_exception=False)
    browser.force_login(cast["owner"])

    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr("accounts.models.user.User.avatar", property(fail))
    response = browser.get(path)
    assert response.status_code == 500
    guarded(response, path)
    text = response.content.decode()
    assert "a secret" not in text and "Traceback" not in text
    assert response.headers["X-Request-ID"] in text


PRODUCTION = """
import json, django
django.setup()
from django.conf import settings
from django.test import Client
plain = Client().get("/api/v1/me", HTTP_HOST="taskroom.example")
browser = Client(HTTP_HOST="taskroom.example", HTTP_X_FORWARDED_PROTO="https")
form = {"email": "p@example.com", "name": "P", "username": "p", "password1": "a long enough password"}
assert browser.post("/accounts/signup/", form).status_code == 302
answer = browser.get("/api/v1/me")
cookies = {name: {**dict(morsel)} for name, morsel in browser.cookies.items()}
print(json.dumps({
    "redirect": [plain.status_code, plain.get("Location")],
    "answer": [answer.status_code, dict(answer.headers)],
    "cookies": cookies, "csrf": [settings.CSRF_COOKIE_NAME, settings.CSRF_COOKIE_SECURE], "debug": settings.DEBUG,
}, default=str))
"""


@pytest.mark.django_db(transaction=True)
def test_production(tmp_path):
    environment = {
        **os.environ, "DEBUG": "false", "SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "taskroom.example",
        "DATABASE_URL": database_url(), "REDIS_URL": settings.REDIS_URL, "DJANGO_SETTINGS_MODULE": "config.settings",
        "TASKROOM_DATA": str(tmp_path), "EMAIL_VERIFICATION": "none",
    }  # fmt: skip
    run = subprocess.run(
        [sys.executable, "-c", PRODUCTION],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    said = json.loads(run.stdout)
    assert said["redirect"] == [301, "https://taskroom.example/api/v1/me"]
    status, headers = said["answer"]
    assert status == 200
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    (session,) = (value for name, value in said["cookies"].items() if "session" in name)
    assert "__Host-sessionid" in said["cookies"]
    # What a browser asks of the prefix, or it drops the cookie: secure, for the whole host and no other.
    assert session["secure"] and session["path"] == "/" and not session["domain"] and session["httponly"]
    assert said["csrf"] == ["__Host-csrftoken", True]
    assert said["debug"] is False


def test_a_host_that_is_not_ours_gets_nothing_not_even_a_link_in_a_mail(world, mailoutbox):
    cast, _ = world
    browser = Client(raise_request_exception=False)
    for host in ("evil.example", "localhost.evil.example", "localhost:80@evil.example", "x\ny", ""):
        form = {"email": cast["owner"].email}
        assert browser.post("/accounts/password/reset/", form, HTTP_HOST=host).status_code == 400, host
    response = browser.post("/accounts/password/reset/", form, HTTP_X_FORWARDED_HOST="evil.example")
    assert response.status_code == 302 and "evil" not in mailoutbox[0].body
