import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db

NEW = "quite another password"


def link_in(letter):
    return re.search(r"https?://[^/]+(/\S+)", letter.body)[1]


def ask_for_address(browser, email):
    """Another address, with the password once more, as the page asks for it."""
    asked = browser.post("/accounts/email/", {"email": email, "action_add": ""})
    if asked.url.startswith("/accounts/reauthenticate/"):  # not again for some minutes
        browser.post(asked.url, {"password": PASSWORD, "next": "/accounts/email/"})


def ask_for_reset(browser):
    assert (
        browser.post("/accounts/password/reset/", {"email": "ben@example.com"}, follow=True).status_code
        == 200
    )
    return browser.get(link_in(mail.outbox[0]), follow=True)


def test_a_forgotten_password_is_chosen_anew_by_a_link_in_the_mail(browser, ben):
    page = ask_for_reset(browser)
    assert mail.outbox[0].subject == "Choose a new password" and "@ben" in mail.outbox[0].body
    browser.post(page.wsgi_request.path, {"password1": NEW, "password2": NEW})
    ben.refresh_from_db()
    assert ben.check_password(NEW)


def test_the_link_works_once(browser, ben):
    page = ask_for_reset(browser)
    browser.post(page.wsgi_request.path, {"password1": NEW, "password2": NEW})
    again = browser.get(link_in(mail.outbox[0]), follow=True)
    assert "This link no longer works" in again.content.decode()


def test_a_reset_signs_everybody_else_out(browser, signed_in, ben):
    elsewhere = signed_in(ben)
    page = ask_for_reset(browser)
    browser.post(page.wsgi_request.path, {"password1": NEW, "password2": NEW})
    assert elsewhere.get("/profile/").status_code == 302


def test_after_a_reset_nothing_that_somebody_left_in_the_account_opens_it(browser, signed_in, ben, api):
    """Somebody signed up with Ben's address before him, and left what would bring them back."""
    theirs, token = signed_in(ben), api(ben)
    ask_for_address(theirs, "thief@evil.example")
    confirmation = link_in(mail.outbox[0])
    assert token.get("/me").status_code == 200
    mail.outbox.clear()
    page = ask_for_reset(browser)
    browser.post(page.wsgi_request.path, {"password1": NEW, "password2": NEW})
    assert token.get("/me").status_code == 401
    assert theirs.get("/profile/").status_code == 302
    theirs.post(confirmation)
    ben.refresh_from_db()
    assert ben.email == "ben@example.com"
    assert not EmailAddress.objects.filter(email="thief@evil.example").exists()


def test_a_reset_for_an_unknown_email_answers_the_same(browser, ben):
    pages = [
        browser.post("/accounts/password/reset/", {"email": email}, follow=True).content.decode()
        for email in ("ben@example.com", "nobody@example.com")
    ]
    known, unknown = (re.sub(r'(csrf-token" content|csrfmiddlewaretoken" value)="\w+"', "", p) for p in pages)
    assert known == unknown
    assert mail.outbox[1].subject == "No account with this e-mail"


def test_the_password_is_changed_with_the_old_one(signed_in, ben):
    browser, elsewhere = signed_in(ben), signed_in(ben)
    url = "/accounts/password/change/"
    wrong = browser.post(url, {"oldpassword": "wrong", "password1": NEW, "password2": NEW})
    assert "This is not your password." in str(wrong.context["form"].errors["oldpassword"])
    browser.post(url, {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert browser.get("/profile/").status_code == 200
    assert elsewhere.get("/profile/").status_code == 302


def test_an_email_is_confirmed_by_its_link(browser, ben, signed_in):
    browser = signed_in(ben)
    ask_for_address(browser, "ben@new.example")
    assert mail.outbox[0].to == ["ben@new.example"]
    page = browser.get(link_in(mail.outbox[0]))
    assert "Confirm your e-mail" in page.content.decode()
    ben.refresh_from_db()
    assert ben.email == "ben@example.com"
    browser.post(link_in(mail.outbox[0]))
    ben.refresh_from_db()
    assert ben.email == "ben@new.example"
    assert list(EmailAddress.objects.values_list("email", "verified")) == [("ben@new.example", True)]


def test_an_open_page_is_not_enough_to_change_the_address(signed_in, ben):
    browser = signed_in(ben)
    for password in ("wrong", ""):
        asked = browser.post("/accounts/email/", {"email": "thief@evil.example", "action_add": ""})
        browser.post(asked.url, {"password": password, "next": "/accounts/email/"})
    assert not EmailAddress.objects.filter(email="thief@evil.example").exists() and mail.outbox == []


@pytest.mark.parametrize("confirmed", [True, False])
def test_the_address_in_use_can_only_be_replaced(signed_in, ben, confirmed):
    EmailAddress.objects.create(user=ben, email=ben.email, primary=True, verified=confirmed)
    browser = signed_in(ben)
    browser.post("/accounts/email/", {"email": ben.email, "action_remove": ""})
    for email in ("one@new.example", "two@new.example"):
        ask_for_address(browser, email)
    ben.refresh_from_db()
    assert ben.email == "ben@example.com"
    assert set(EmailAddress.objects.values_list("email", flat=True)) == {"ben@example.com", "two@new.example"}
    browser.post("/accounts/email/", {"email": "two@new.example", "action_remove": ""})
    assert list(EmailAddress.objects.values_list("email", flat=True)) == ["ben@example.com"]


def test_an_address_that_became_somebody_elses_cannot_be_confirmed(signed_in, ben, cleo):
    browser = signed_in(ben)
    ask_for_address(browser, "late@new.example")
    cleo.email = "late@new.example"
    cleo.save()
    page = browser.post(link_in(mail.outbox[0]), follow=True)
    assert page.status_code == 200
    ben.refresh_from_db()
    assert ben.email == "ben@example.com"


def test_a_broken_confirmation_link_says_so(browser):
    assert "This link no longer works" in browser.get("/accounts/confirm-email/nonsense/").content.decode()


def test_where_the_email_must_be_confirmed_nobody_is_in_before(browser, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    form = {"email": "d@example.com", "name": "D", "username": "d", "password1": NEW, "time_zone": ""}
    response = browser.post("/accounts/signup/", form, follow=True)
    assert "Look into your mail" in response.content.decode()
    assert browser.get("/profile/").status_code == 302
    browser.post(link_in(mail.outbox[0]))
    assert browser.get("/profile/").status_code == 200
