import re

import pytest
from django.test import Client

from accounts.models import APIToken
from accounts.models.token import MOST

pytestmark = pytest.mark.django_db


def bearer(text, path="/api/v1/me", **extra):
    return Client().get(path, headers={"Authorization": f"Bearer {text}"}, **extra)


def test_a_token_is_shown_once_and_kept_as_a_digest(signed_in, ben):
    browser = signed_in(ben)
    page = browser.post("/profile/tokens/", {"name": "backup script"}).content.decode()
    text = re.search(r'value="(tr_[\w-]{43})"', page)[1]
    token = APIToken.objects.get()
    assert text not in (token.digest, token.name) and token.tail == text[-4:]
    assert text not in browser.get("/profile/tokens/").content.decode()
    assert bearer(text).json()["handle"] == "ben"


def test_a_revoked_token_is_worth_nothing(signed_in, ben):
    token, text = APIToken.issue(ben, "laptop")
    assert signed_in(ben).post(f"/profile/tokens/{token.pk}/revoke/").status_code == 302
    assert bearer(text).status_code == 401


def test_other_peoples_tokens_are_not_there(signed_in, ben, cleo):
    token, _ = APIToken.issue(ben, "Bens own")
    assert signed_in(cleo).post(f"/profile/tokens/{token.pk}/revoke/").status_code == 404
    assert "Bens own" not in signed_in(cleo).get("/profile/tokens/").content.decode()
    assert APIToken.objects.count() == 1


def test_the_token_of_somebody_deactivated_is_worth_nothing(ana, ben):
    _, text = APIToken.issue(ben, "laptop")
    ben.deactivate(by=ana)
    assert bearer(text).status_code == 401


@pytest.mark.parametrize("text", ["", "tr_", "tr_nonsense", "x" * 5000, "tr_\xff\xfe", "tr_ tr_", "Bearer"])
def test_nonsense_is_401(ben, text):
    assert bearer(text).status_code == 401


def test_use_is_noted_at_most_once_a_minute(ben, django_assert_num_queries):
    token, text = APIToken.issue(ben, "laptop")
    APIToken.objects.owner_of(text)
    token.refresh_from_db()
    assert token.last_used_at is not None
    with django_assert_num_queries(1):
        APIToken.objects.owner_of(text)


def test_there_is_an_end_to_tokens(signed_in, ben):
    APIToken.objects.bulk_create(
        APIToken(user=ben, name="old", digest=f"{n:064}", tail="aaaa") for n in range(MOST)
    )
    response = signed_in(ben).post("/profile/tokens/", {"name": "one more"})
    assert response.status_code == 422 and "Revoke one" in response.content.decode()


def test_tokens_by_api(api, ben, cleo):
    made = api(ben).post("/tokens", {"name": "laptop"})
    assert made.status_code == 201 and bearer(made.json()["token"]).status_code == 200
    listed = api(ben).get("/tokens").json()["items"]
    assert [token["name"] for token in listed][1] == "laptop" and "token" not in listed[0]
    assert api(cleo).delete(f"/tokens/{made.json()['id']}").status_code == 404
    assert api(ben).delete(f"/tokens/{made.json()['id']}").status_code == 204
    assert bearer(made.json()["token"]).status_code == 401
