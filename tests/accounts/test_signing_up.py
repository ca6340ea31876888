import pytest
from django.core import mail

from accounts.models import User

URL = "/accounts/signup/"
DORA = {
    "email": "Dora@Example.com",
    "name": "Dora Maar",
    "username": "Dora",
    "password1": "a long enough password",
    "time_zone": "Europe/Paris",
}

pytestmark = pytest.mark.django_db


def test_signing_up_makes_a_person_and_signs_them_in(browser):
    response = browser.post(URL, DORA)
    dora = User.objects.get(handle="dora")
    assert response.status_code == 302 and response.url == "/"
    assert (dora.email, dora.name, dora.time_zone) == ("dora@example.com", "Dora Maar", "Europe/Paris")
    assert browser.get("/profile/").status_code == 200


def test_a_link_to_confirm_the_email_is_sent(browser):
    browser.post(URL, DORA)
    [letter] = mail.outbox
    assert letter.to == ["dora@example.com"] and letter.subject == "Confirm your e-mail"
    assert "Hello Dora Maar" in letter.body and "/accounts/confirm-email/" in letter.body


def test_an_invitation_is_returned_to_after_signing_up(browser):
    page = browser.get(f"{URL}?next=/invitations/abc/").content.decode()
    assert 'name="next"' in page and 'value="/invitations/abc/"' in page
    assert browser.post(URL, {**DORA, "next": "/invitations/abc/"}).url == "/invitations/abc/"


def test_the_way_from_sign_in_to_sign_up_keeps_the_invitation(browser):
    page = browser.get("/accounts/login/?next=/invitations/abc/").content.decode()
    assert "/accounts/signup/?next=%2Finvitations%2Fabc%2F" in page


def test_another_site_is_not_returned_to(browser):
    assert browser.post(URL, {**DORA, "next": "https://evil.example/"}).url == "/"


def test_a_handle_may_be_written_with_its_at_sign(browser):
    browser.post(URL, {**DORA, "username": "@dora"})
    assert User.objects.get().handle == "dora"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("username", "BEN", "This handle is taken."),
        ("username", "a b", "Use 1 to 30 small letters"),
        ("username", "-ben-", "Use 1 to 30 small letters"),
        ("username", "everyone", "This handle is reserved."),
        ("username", "münchen", "Use 1 to 30 small letters"),
        ("email", "BEN@example.com", "Somebody already signed up with this e-mail."),
        ("email", "no address", "Enter a valid email address."),
        ("name", " ", "This field is required."),
        ("password1", "short", "This password is too short."),
        ("password1", "password", "This password is too common."),
    ],
)
def test_what_cannot_be_accepted_is_said_beside_its_field(browser, ben, field, value, words):
    response = browser.post(URL, {**DORA, field: value})
    assert any(words in error for error in response.context["form"].errors[field])
    assert User.objects.count() == 1


def test_a_password_like_the_handle_is_refused(browser):
    response = browser.post(URL, {**DORA, "username": "longhandle9", "password1": "longhandle9"})
    assert "too similar" in str(response.context["form"].errors["password1"])


def test_a_zone_the_server_does_not_know_does_not_stop_anybody(browser):
    browser.post(URL, {**DORA, "time_zone": "Mars/Olympus"})
    assert User.objects.get().time_zone == "UTC"


def test_the_same_form_sent_twice_at_once_makes_one_person(browser, monkeypatch):
    """The second request of a double click passes the checks before the first has saved."""
    from accounts import forms

    monkeypatch.setattr(
        forms.SignupForm, "clean_username", lambda form: form.cleaned_data["username"], raising=True
    )
    monkeypatch.setattr(
        forms.SignupForm, "clean_email", lambda form: form.cleaned_data["email"], raising=True
    )
    browser.post(URL, DORA)
    browser.post("/accounts/logout/")
    response = browser.post(URL, DORA)
    assert response.status_code == 302 and response.url == "/accounts/login/"
    assert User.objects.count() == 1
