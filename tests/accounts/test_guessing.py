"""Guessing: passwords, addresses and people. What is asked tells nobody who is here, and nobody may ask for long."""

import re

import pytest
from django.core import mail

from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db

SIGN_IN, SIGN_UP, RESET = "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"
FORM = {"name": "Some Body", "username": "somebody", "password1": PASSWORD, "time_zone": ""}


def answer(response) -> tuple[int, str, str]:
    """Status, where to, and the page, without what differs each time and what one typed oneself."""
    text = re.sub(r'(csrf-token" content|csrfmiddlewaretoken" value)="\w+"', "", response.content.decode())
    text = re.sub(r"[\w.]+@example\.com", "somebody@example.com", text)
    return response.status_code, response.headers.get("Location", ""), text


def test_signing_in_answers_the_same_whether_there_is_such_a_person(browser, ben):
    known, unknown = (
        answer(browser.post(SIGN_IN, {"login": login, "password": "wrong"}))
        for login in ("ben@example.com", "nobody@example.com")
    )
    assert known == unknown


def test_a_hash_is_computed_for_nobody_too(browser, ben, monkeypatch):
    """The time it takes tells nothing either."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    computed, encode = [], MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher, "encode", lambda self, *args: computed.append(1) or encode(self, *args)
    )
    counts = []
    for login in ("ben@example.com", "nobody@example.com"):
        computed.clear()
        browser.post(SIGN_IN, {"login": login, "password": "wrong"})
        counts.append(len(computed))
    assert counts[0] >= 1 and counts[1] >= 1


def test_signing_up_answers_the_same_where_addresses_are_confirmed(browser, ben, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    known, unknown = (
        answer(browser.post(SIGN_UP, {**FORM, "email": email}, follow=True))
        for email in ("ben@example.com", "new@example.com")
    )
    assert known == unknown
    assert {letter.to[0] for letter in mail.outbox} == {"ben@example.com", "new@example.com"}
    assert "already" in mail.outbox[0].subject.lower() + mail.outbox[0].body.lower()


@pytest.mark.parametrize("proxies", [0, 1])
def test_no_invented_address_brings_a_seventh_try(browser, ben, settings, proxies):
    """What a client writes into X-Forwarded-For itself stands left of what our proxy adds."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    real = ", 192.0.2.1" if proxies else ""
    statuses = [
        browser.post(
            SIGN_IN,
            {"login": "ben", "password": "wrong"},
            HTTP_X_FORWARDED_FOR=f"198.51.100.{number}{real}",
            HTTP_X_REAL_IP=f"198.51.100.{number}",
            HTTP_CLIENT_IP=f"198.51.100.{number}",
        ).status_code
        for number in range(6)
    ]
    assert statuses == [200] * 5 + [429]
    if proxies:
        other = {"HTTP_X_FORWARDED_FOR": "192.0.2.1, 192.0.2.99"}
        assert browser.post(SIGN_IN, {"login": "ben", "password": PASSWORD}, **other).status_code == 302


def test_one_address_may_not_try_many_people(browser, db):
    statuses = [
        browser.post(SIGN_IN, {"login": f"person{number}", "password": "wrong"}).status_code
        for number in range(12)
    ]
    assert statuses[:10] == [200] * 10 and statuses[-1] == 429


def test_a_reset_is_mailed_five_times_and_not_six(browser, ben):
    answers = [browser.post(RESET, {"email": "ben@example.com"}) for _ in range(6)]
    assert [each.status_code for each in answers] == [302] * 5 + [429]
    assert answers[-1].headers["Retry-After"] == "300"
    assert len(mail.outbox) == 5
    assert browser.post(RESET, {"email": "nobody@example.com"}).status_code == 302


def test_signing_up_has_an_end_as_well(browser, db):
    forms = ({**FORM, "email": f"p{n}@example.com", "username": f"p{n}"} for n in range(21))
    statuses = []
    for form in forms:
        browser.cookies.clear()
        statuses.append(browser.post(SIGN_UP, form).status_code)
    assert statuses == [302] * 20 + [429]


@pytest.mark.parametrize(
    "where",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "https:evil.example",
     "///evil.example", "/\t/evil.example", "http:///evil.example", "\x01//evil.example"],
)  # fmt: skip
def test_nobody_is_led_elsewhere_by_signing_in_up_or_out(browser, signed_in, ben, where):
    home = browser.post(SIGN_IN, {"login": "ben", "password": PASSWORD, "next": where})
    assert (home.status_code, home.url) == (302, "/")
    out = signed_in(ben).post("/accounts/logout/", {"next": where})
    assert out.url == "/"
    already = signed_in(ben).get(SIGN_IN, {"next": where})
    assert already.url == "/"
