"""All pages of an account are ours to look at, and for their owner only."""

from datetime import UTC, datetime

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import APIToken

pytestmark = pytest.mark.django_db

ENTRANCE = ["account_login", "account_signup", "account_reset_password", "account_reset_password_done",
            "account_reset_password_from_key_done", "account_email_verification_sent", "account_inactive"]  # fmt: skip
PERSONAL = ["account_logout", "account_change_password", "account_email", "account_reauthenticate",
            "accounts:profile", "accounts:tokens", "projects:home"]  # fmt: skip


@pytest.mark.parametrize("name", ENTRANCE)
def test_the_pages_before_signing_in_wear_our_look(browser, name):
    page = browser.get(reverse(name)).content.decode()
    assert 'class="entrance"' in page and "css/tokens.css" in page
    assert "style=" not in page and page.count("<h1") == 1


@pytest.mark.parametrize("name", PERSONAL)
def test_the_pages_after_signing_in_wear_our_look_and_stay_out_of_caches(signed_in, ben, name):
    response = signed_in(ben).get(reverse(name))
    page = response.content.decode()
    assert response.status_code == 200 and "css/tokens.css" in page
    assert "style=" not in page and page.count("<h1") == 1
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "413", "429", "500"])
def test_errors_have_a_page_that_needs_nothing(name):
    assert "<h1>" in render_to_string(
        f"{name}.html", request=RequestFactory().get("/") if name == "429" else None
    )


def test_a_missing_page_is_ours(settings, browser):
    settings.DEBUG = False
    response = Client(raise_request_exception=False).get("/nothing/")
    assert response.status_code == 404 and "There is nothing here" in response.content.decode()


def test_a_form_from_elsewhere_is_refused_in_our_words(ben):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ben)
    response = client.post("/profile/", {"name": "x"})
    assert response.status_code == 403 and "This page was open too long" in response.content.decode()


def test_times_on_pages_are_in_the_readers_zone(signed_in, ben):
    ben.change(by=ben, time_zone="Pacific/Kiritimati")
    token, _ = APIToken.issue(ben, "laptop")
    made = datetime(2026, 1, 1, 12, tzinfo=UTC)
    APIToken.objects.filter(pk=token.pk).update(created_at=made)
    assert "2 Jan 2026" in signed_in(ben).get("/profile/tokens/").content.decode()


def test_home_says_what_taskroom_is_to_those_outside(browser):
    page = browser.get("/").content.decode()
    assert "side by side" in page and reverse("account_signup") in page


def test_home_shows_my_projects_with_my_role(signed_in, project, gus, cleo):
    page = signed_in(gus).get("/").content.decode()
    assert "Web" in page and "Guest" in page
    assert "Make a project" in signed_in(cleo).get("/").content.decode()


def test_home_folds_archived_projects_away(signed_in, project, ana):
    project.archive(by=ana)
    assert "1 archived project" in signed_in(ana).get("/").content.decode()
