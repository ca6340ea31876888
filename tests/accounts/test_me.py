import json

import pytest
from django.test import Client

from tests.accounts.corpus import IDS, NAMES

pytestmark = pytest.mark.django_db


def test_me_is_who_i_am(api, ben):
    assert api(ben).get("/me").json() == {
        "id": ben.pk,
        "handle": "ben",
        "name": "Ben",
        "email": "ben@example.com",
        "time_zone": "UTC",
        "avatar": {"initials": "B", "hue": ben.pk % 12},
        "invisible": False,
        "shares_typing": True,
    }


def test_nobody_is_401(api):
    assert api(None).get("/me").status_code == 401
    assert api(None).patch("/me", {"name": "x"}).status_code == 401


def test_i_change_what_i_name(api, ben):
    answer = api(ben).patch("/me", {"name": "Benno", "time_zone": "Europe/Berlin"})
    assert (answer.status_code, answer.json()["name"], answer.json()["handle"]) == (200, "Benno", "ben")


@pytest.mark.parametrize(
    "field", ["is_staff", "is_superuser", "email", "password", "id", "last_seen_at", "is_active"]
)
def test_what_is_not_mine_to_change_is_refused(api, ben, field):
    answer = api(ben).patch("/me", {field: True})
    assert answer.status_code == 422 and field in answer.json()["errors"]


@pytest.mark.parametrize(("text", "fine"), NAMES, ids=IDS)
def test_a_name_is_one_visible_line_in_any_script(api, ben, text, fine):
    answer = api(ben).patch("/me", {"name": text})
    assert answer.status_code == (200 if fine else 422)
    if not fine:
        assert answer.json()["errors"]["name"]


@pytest.mark.parametrize("value", [None, 7, ["ben"], {"a": 1}, True])
def test_a_handle_of_another_kind_changes_nothing(api, ben, value):
    answer = api(ben).patch("/me", {"handle": value})
    ben.refresh_from_db()
    assert answer.status_code in (200, 422) and ben.handle == "ben"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"7", b"{", b'{"name": "\\ud800"}', b'{"name": NaN}', b"[" * 5000]
)
def test_what_is_no_object_is_4xx(ben, body):
    client = Client(raise_request_exception=False)
    client.force_login(ben)
    answer = client.patch("/api/v1/me", body, content_type="application/json")
    assert 400 <= answer.status_code < 500


def test_a_session_needs_the_csrf_token_to_change_anything(ben):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ben)
    assert client.get("/api/v1/me").status_code == 200
    refused = client.patch("/api/v1/me", json.dumps({"name": "x"}), content_type="application/json")
    assert refused.status_code == 403 and "Reload it" in refused.json()["detail"]
    token = client.get("/profile/").context["csrf_token"]
    allowed = client.patch(
        "/api/v1/me",
        json.dumps({"name": "x"}),
        content_type="application/json",
        headers={"X-CSRFToken": str(token)},
    )
    assert allowed.status_code == 200
