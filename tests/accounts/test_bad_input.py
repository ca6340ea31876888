"""Every form of an account takes anything and answers with words, never with a 500."""

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from tests.accounts.corpus import CORPUS

pytestmark = pytest.mark.django_db

FORMS = {
    "/accounts/signup/": ["email", "name", "username", "password1", "time_zone", "next"],
    "/accounts/login/": ["login", "password", "next"],
    "/accounts/password/reset/": ["email"],
    "/accounts/password/change/": ["oldpassword", "password1", "password2"],
    "/accounts/email/": ["email"],
    "/accounts/reauthenticate/": ["password", "next"],
    "/profile/": ["name", "handle", "time_zone"],
    "/profile/tokens/": ["name"],
}
FINE = {
    "email": "d@example.com",
    "name": "Dora",
    "username": "dora",
    "handle": "dora",
    "login": "ben",
    "password": "a long enough password",
    "oldpassword": "a long enough password",
    "password1": "another fine password",
    "password2": "another fine password",
    "action_add": "",
}


def browser_for(url, user):
    client = Client()
    if not url.startswith(("/accounts/signup", "/accounts/login")):
        client.force_login(user)
    return client


FIELDS = [(url, field) for url, fields in FORMS.items() for field in fields]


@pytest.mark.parametrize(("url", "field"), FIELDS)
def test_no_field_breaks_its_page(ben, url, field):
    for text, _ in CORPUS.values():
        cache.clear()
        client = browser_for(url, ben)
        response = client.post(url, {**FINE, field: text})
        assert response.status_code in (200, 302, 422), text[:20]
    for user in User.objects.all():
        user.full_clean()


@pytest.mark.parametrize("url", FORMS)
def test_what_was_written_comes_back_as_text(ben, url):
    client = browser_for(url, ben)
    bomb = '"><script>alert(1)</script>'
    response = client.post(url, dict.fromkeys(FINE, bomb))
    assert "<script>alert" not in response.content.decode()


@pytest.mark.parametrize(
    "path", ["/profile/tokens/99999999999999999999/revoke/", "/accounts/confirm-email/a\x00b/", "/%00"]
)
def test_odd_addresses_are_404_or_less(ben, path):
    client = Client()
    client.force_login(ben)
    assert client.post(path).status_code in (200, 302, 400, 404, 405)
