"""A project's own pages in a browser: making one, its members, invitations, settings, and deleting the sample."""

import re
import time

import pytest
from django.db import connection, transaction
from django.test import Client
from playwright.sync_api import expect

from projects.models import Membership, Project
from tests.browser.axe import violations
from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = ["/projects/new/", "/projects/{}/settings/", "/projects/{}/members/", "/projects/{}/leave/"]


def test_a_project_is_made_by_keyboard_and_its_key_follows_the_name(open_as, ben):
    page = open_as(ben, "/projects/new/")
    page.keyboard.type("Garden café relaunch")
    expect(page.get_by_label("Key")).to_have_value("GCR")
    page.get_by_label("Key").fill("CAFE")
    page.get_by_label("Name").fill("Garden")
    expect(page.get_by_label("Key")).to_have_value("CAFE")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/projects/\d+/$"))
    project = Project.objects.get()
    assert (project.name, project.key) == ("Garden", "CAFE")


def test_a_form_that_is_on_its_way_goes_once(open_as, ben):
    page = open_as(ben, "/projects/new/")
    page.get_by_label("Name").fill("Garden")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE projects_project IN SHARE MODE")  # whoever makes one waits
        # From now on the browser answers nobody until the next page is there.
        page.get_by_role("button", name="Create the project").evaluate(
            "(button) => [0, 500].forEach((later) => setTimeout(() => button.click(), later))"
        )
        time.sleep(1)
    expect(page).to_have_url(re.compile(r"/projects/\d+/$"))
    assert len(sent) == 1
    assert Project.objects.count() == 1


def test_members_are_seen_to_come_and_to_change(open_as, ana, ben, project):
    page = open_as(ana, f"/projects/{project.pk}/members/")
    expect(page.locator("html")).to_have_attribute("data-connection", "live")
    row = page.locator(f"#member-{ben.pk}")
    expect(row).to_contain_text("offline")
    open_as(ben, f"/projects/{project.pk}/")
    expect(row).to_contain_text("active")
    Membership.objects.get(project=project, user=ben).change_role("admin", by=ana)
    expect(row.get_by_role("button")).to_contain_text("Admin")


def test_a_role_is_given_by_keyboard(open_as, ana, ben, project):
    page = open_as(ana, f"/projects/{project.pk}/members/")
    page.locator(f"#member-{ben.pk}").get_by_role("button").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="Owner", exact=True)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Ben: Admin.")).to_be_visible()
    assert Membership.objects.get(project=project, user=ben).role == "admin"


def test_whoever_is_removed_is_told_on_any_page_of_the_project(open_as, ana, ben, project):
    theirs = open_as(ben, f"/projects/{project.pk}/members/")
    page = open_as(ana, f"/projects/{project.pk}/members/")
    page.locator(f"#member-{ben.pk}").get_by_role("button").click()
    page.get_by_role("link", name="Remove from the project").click()
    page.get_by_role("button", name="Remove Ben").click()
    expect(page.get_by_text("Ben is no longer in this project.")).to_be_visible()
    expect(theirs.get_by_role("dialog")).to_contain_text("You are no longer a member of this project")


def test_an_invitation_is_copied_and_brings_somebody_in(open_as, ana, cleo, project):
    page = open_as(ana, f"/projects/{project.pk}/members/", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Make the invitation").click()
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.get_by_label("Link of the invitation").input_value()
    theirs = open_as(cleo, link)
    theirs.get_by_role("button", name="Join the project").click()
    expect(theirs).to_have_url(re.compile(rf"/projects/{project.pk}/$"))
    expect(page.locator(f"#member-{cleo.pk}")).to_contain_text("Member")


def test_the_sample_goes_in_one_click_and_everybody_is_told(open_as, ana, ben, project):
    with project.quietly():
        Project.objects.filter(pk=project.pk).update(is_sample=True)
    theirs = open_as(ben, f"/projects/{project.pk}/")
    expect(theirs.get_by_role("button", name="Delete the sample")).to_have_count(0)
    page = open_as(ana, f"/projects/{project.pk}/")
    page.get_by_role("button", name="Delete the sample").first.click()
    expect(page.get_by_text("“Web” is deleted.")).to_be_visible()
    expect(theirs.get_by_role("dialog")).to_contain_text("deleted")
    assert not Project.objects.exists()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_fits_a_phone(open_as, ana, project, scheme):
    client = Client()
    client.force_login(ana)
    page = open_as(ana, "/", color_scheme=scheme, viewport=PHONE)
    for address in PAGES:
        page.goto(address.format(project.pk))
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
