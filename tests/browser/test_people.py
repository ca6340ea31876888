"""Signing up, the profile, the theme: what a person does before there is a project."""

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from accounts.models import User
from tests.browser.axe import violations
from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OUTSIDE = ["/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/password/reset/done/",
           "/accounts/confirm-email/", "/accounts/confirm-email/nonsense/", "/accounts/inactive/"]  # fmt: skip
INSIDE = ["/", "/profile/", "/profile/tokens/", "/accounts/email/", "/accounts/password/change/", "/accounts/logout/",
          "/accounts/reauthenticate/"]  # fmt: skip


@pytest.fixture(autouse=True)
def no_tries_counted():
    cache.clear()


def test_somebody_signs_up_and_arrives_at_home(open_as):
    page = open_as(None, "/", timezone_id="Asia/Tokyo")
    page.get_by_role("link", name="Make an account").click()
    page.get_by_label("E-mail").fill("dora@example.com")
    page.get_by_label("Name").fill("Dora Maar")
    page.get_by_label("Handle").fill("dora")
    page.get_by_label("Password").fill("a long enough password")
    page.get_by_role("button", name="Make an account").click()
    expect(page.get_by_role("heading", name="Hello Dora")).to_be_visible()
    assert User.objects.get().time_zone == "Asia/Tokyo"


def test_a_refused_form_says_why_beside_the_field_and_to_screen_readers(open_as, ben, complaints):
    complaints.expect("422")
    page = open_as(ben, "/profile/")
    page.get_by_label("Handle").fill("no spaces")
    page.get_by_role("button", name="Save").click()
    field = page.get_by_label("Handle")
    expect(field).to_have_attribute("aria-invalid", "true")
    said = field.get_attribute("aria-describedby").split()
    words = " ".join(
        page.locator(f"#{name}").inner_text() for name in said if page.locator(f"#{name}").count()
    )
    assert "Use 1 to 30 small letters" in words
    expect(field).to_have_value("no spaces")


def test_the_browsers_zone_is_offered(open_as, ben):
    page = open_as(ben, "/profile/", timezone_id="America/New_York")
    page.get_by_role("button", name="Use that").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    ben.refresh_from_db()
    assert ben.time_zone == "America/New_York"


def test_a_token_is_made_and_revoked(open_as, ben):
    page = open_as(ben, "/profile/tokens/")
    page.get_by_label("Name of a new token").fill("backup script")
    page.get_by_role("button", name="Make a token").click()
    assert re.match(r"tr_[\w-]{43}$", page.get_by_label("The new token").input_value())
    page.get_by_role("button", name="Revoke backup script").click()
    expect(page.get_by_text("“backup script” no longer works.")).to_be_visible()


def test_the_theme_is_kept_and_stands_before_the_first_paint(open_as, ben):
    page = open_as(ben, "/profile/", color_scheme="light")
    page.get_by_role("main").get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    # What the page is when its body begins, read by an observer that is there before anything else.
    page.add_init_script("""
        new MutationObserver((_, observer) => {
            if (!document.body) return;
            window.themeAtFirst = document.documentElement.dataset.bsTheme;
            observer.disconnect();
        }).observe(document, { childList: true, subtree: true });
    """)
    page.reload()
    assert page.evaluate("window.themeAtFirst") == "dark"
    expect(page.get_by_role("main").get_by_role("button", name="Dark")).to_have_attribute(
        "aria-pressed", "true"
    )


def test_one_signs_out_by_the_menu(open_as, ben):
    page = open_as(ben, "/")
    page.get_by_role("button", name="Your menu").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


@pytest.mark.parametrize(
    "options", [{}, {"color_scheme": "dark"}, {"viewport": PHONE}], ids=["wide", "dark", "phone"]
)
def test_no_page_of_an_account_shuts_anybody_out(open_as, ben, options):
    for user, paths in ((None, OUTSIDE), (ben, INSIDE)):
        page = open_as(user, paths[0], reduced_motion="reduce", **options)
        for path in paths:
            page.goto(path)
            assert violations(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
