"""GET and HEAD change nothing, whatever is asked; and nothing that changes something does without a CSRF token."""

import re
from typing import Any

import pytest
from allauth.account.urls import urlpatterns as account_pages
from django.contrib.admin import site
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.api.test_access import ROUTES
from tests.api.test_page_access import PAGES
from tests.conftest import API

WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|WITH|TRUNCATE|ALTER|DROP)\b", re.IGNORECASE)
# What a read may note: that a token was used; and allauth copies an address that it does not have yet.
FINE = ("accounts_apitoken", "account_emailaddress")
ACCOUNT = sorted(f"/accounts/{page.pattern}" for page in account_pages if "<" not in str(page.pattern))
ACCOUNT = [page for page in ACCOUNT if re.fullmatch(r"[\w/-]+", page)]


def written(queries: CaptureQueriesContext) -> list[str]:
    return [
        q["sql"] for q in queries if WRITES.match(q["sql"]) and not any(name in q["sql"] for name in FINE)
    ]


def test_no_get_of_the_api_writes(world):
    cast, objects = world
    caller = API(cast["owner"])
    for route in ROUTES:
        path = route.path.format(**objects)
        for method in ("get", "head"):
            with CaptureQueriesContext(connection) as queries:
                caller.request(
                    method, f"{path}{'&' if '?' in path else '?'}_method=delete&X-HTTP-Method=POST"
                )
            assert not written(queries), (route, written(queries))


def test_no_get_of_a_page_writes(world):
    cast, objects = world
    for user in (None, cast["outsider"], cast["owner"]):
        browser = Client(raise_request_exception=False, headers={"X-HTTP-Method-Override": "DELETE"})
        if user:
            browser.force_login(user)
        addresses = ["/" + page.path.format(**objects, number=1, token_id=1) for page in PAGES] + ACCOUNT
        for address in addresses:
            for method in (browser.get, browser.head):
                with CaptureQueriesContext(connection) as queries:
                    method(address)
                assert not written(queries), (address, written(queries))


def test_no_page_of_an_account_and_no_page_of_the_admin_takes_a_post_without_its_token(world):
    cast, _ = world
    assert "/accounts/logout/" in ACCOUNT and "/accounts/password/change/" in ACCOUNT
    with transaction.atomic():
        cast["other"].is_staff = cast["other"].is_superuser = True
        cast["other"].save()
        for user in (None, cast["owner"], cast["other"]):
            browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
            if user:
                browser.force_login(user)
            for address in ACCOUNT:
                assert browser.post(address).status_code == 403, address
        for model in site._registry:
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            for place in ("changelist", "add"):
                assert browser.post(reverse(f"{name}_{place}")).status_code == 403, name
        transaction.set_rollback(True)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver:81"])
def test_the_right_token_from_another_sites_page_is_refused(world, origin):
    cast, objects = world
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast["owner"])
    token = re.search(r'name="csrf-token" content="(\w+)"', browser.get("/profile/").content.decode())[1]

    def status(**headers: Any) -> int:
        address = f"/api/v1/rooms/{objects['room_id']}/messages"
        with transaction.atomic():
            answer = browser.post(address, {"body": "x"}, content_type="application/json", headers=headers)
            transaction.set_rollback(True)
        return answer.status_code

    assert status(**{"X-CSRFToken": token}) == 201
    assert status(**{"X-CSRFToken": token, "Origin": origin}) == 403
    assert status(**{"X-CSRFToken": token[:-1] + ("x" if token[-1] != "x" else "y")}) == 403
    assert status(**{"X-CSRFToken": ""}) == 403
