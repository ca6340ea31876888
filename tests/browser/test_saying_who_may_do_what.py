"""Two people: Ana gives and takes, and what Ben sees follows without a reload."""

import re

import pytest
from playwright.sync_api import expect

from projects.models import Membership
from tasks.models import Task
from tests.browser.axe import violations
from tests.browser.conftest import PHONE, WIDE
from tests.browser.standing import box
from tests.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def tick(page, name):
    return page.get_by_role("checkbox", name=name, exact=True)


def posts_a_task(page, project):
    return page.evaluate(
        """async (path) => (await fetch(path, {
            method: "POST",
            headers: {"Content-Type": "application/json", "X-CSRFToken": document.cookie.match(/csrftoken=([^;]+)/)?.[1]
                ?? document.querySelector("[name=csrfmiddlewaretoken]").value},
            body: JSON.stringify({title: "All the same"}),
        })).status""",
        f"/api/v1/projects/{project.pk}/tasks",
    )


def test_what_an_owner_takes_away_goes_from_the_others_page_at_once(open_as, complaints, ana, ben, project):
    complaints.expect("403")
    Task.objects.add_to(project, "Paint", by=ana)
    theirs = open_as(ben, f"/projects/{project.pk}/")
    add = theirs.get_by_role("button", name="Add a task").first
    expect(add).to_be_visible()
    assert posts_a_task(theirs, project) == 201
    page = open_as(ana, f"/projects/{project.pk}/rights/")
    tick(page, "Member: Add tasks").uncheck()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("It holds from this moment")).to_be_visible()
    expect(add).to_be_hidden()
    assert posts_a_task(theirs, project) == 403
    theirs.locator("task-card").first.focus()
    theirs.keyboard.press("c")
    expect(theirs.get_by_role("textbox", name="Title of the new task")).to_have_count(0)
    page.get_by_role("button", name="Reset to default").click()
    expect(page.get_by_text("as it was on the first day")).to_be_visible()
    expect(add).to_be_visible()


def test_a_guest_is_given_the_board_live(open_as, ana, gus, project):
    theirs = open_as(gus, f"/projects/{project.pk}/")
    expect(theirs.locator("task-column").first).to_be_visible()
    expect(theirs.get_by_role("button", name="Add a task").first).to_be_hidden()
    page = open_as(ana, f"/projects/{project.pk}/rights/", viewport=PHONE)
    tick(page, "Guest: Add tasks").check()
    page.get_by_role("button", name="Save", exact=True).click()
    theirs.get_by_role("button", name="Add a task").first.click()
    theirs.keyboard.type("From outside")
    theirs.keyboard.press("Enter")
    expect(theirs.locator("task-card")).to_contain_text("From outside")
    eventually(lambda: Task.objects.filter(title="From outside", created_by=gus).exists())


def test_a_table_that_cannot_be_says_so_beside_the_line_and_keeps_what_was_ticked(
    open_as, complaints, ana, project
):
    complaints.expect("422")
    page = open_as(ana, f"/projects/{project.pk}/rights/")
    tick(page, "Member: Comment on tasks").uncheck()
    tick(page, "Member: Manage labels").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Guests cannot have what members have not.")).to_be_visible()
    expect(tick(page, "Member: Manage labels")).to_be_checked()
    expect(tick(page, "Member: Comment on tasks")).not_to_be_checked()
    assert violations(page) == []
    tick(page, "Guest: Comment on tasks").uncheck()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("It holds from this moment")).to_be_visible()


def test_others_read_the_table_and_see_it_change(open_as, ana, ben, project):
    theirs = open_as(ben, f"/projects/{project.pk}/rights/")
    line = theirs.get_by_role("row", name=re.compile("^Add tasks"))
    expect(line).to_contain_text("yes")
    expect(theirs.get_by_role("checkbox")).to_have_count(0)
    expect(theirs.locator("html")).to_have_attribute("data-connection", "live")
    project.change_rights({"member": {"create_tasks": False}}, by=ana)
    expect(line.locator("[data-changed]")).to_have_count(1)


def test_who_may_invite_sees_the_form_come_and_go(open_as, ana, ben, project):
    theirs = open_as(ben, f"/projects/{project.pk}/members/")
    expect(theirs.locator("html")).to_have_attribute("data-connection", "live")
    expect(theirs.get_by_role("button", name="Make the invitation")).to_have_count(0)
    project.change_rights({"member": {"manage_invitations": True}}, by=ana)
    theirs.get_by_role("button", name="Make the invitation").click()
    expect(theirs.get_by_label("Link of the invitation")).to_be_visible()
    project.change_rights({"member": {"manage_invitations": None}}, by=ana)
    expect(theirs.get_by_role("button", name="Make the invitation")).to_have_count(0)


def test_who_may_no_longer_write_loses_the_composer(open_as, ana, gus, project):
    theirs = open_as(gus, f"/projects/{project.pk}/")
    composer = theirs.locator("message-composer textarea").first
    expect(composer).to_be_visible()
    project.change_rights({"guest": {"chat": False}}, by=ana)
    expect(composer).to_be_hidden()
    project.reset_rights(by=ana)
    expect(composer).to_be_visible()


def test_who_may_export_finds_the_way_there_and_takes_the_tasks_along(open_as, ana, ben, project):
    Task.objects.add_to(project, "Paint", by=ana)
    theirs = open_as(ben, f"/projects/{project.pk}/")
    way = theirs.locator("project-rail").get_by_text("Export the tasks")
    theirs.locator("project-rail .rail-me").click()
    expect(theirs.locator("project-rail").get_by_text("Members and invitations")).to_be_visible()
    expect(way).to_be_hidden()
    project.change_rights({"member": {"export": True}}, by=ana)
    way.click()
    expect(theirs.get_by_role("heading", name="Export")).to_be_visible()
    expect(theirs.locator("html")).to_have_attribute("data-connection", "live")
    with theirs.expect_download() as download:
        theirs.get_by_role("button", name="Export as CSV").click()
    assert download.value.suggested_filename == "WEB-tasks.csv"
    assert "Paint" in download.value.path().read_text()
    project.change_rights({"member": {"export": None}}, by=ana)
    expect(theirs.get_by_role("button", name="Export as CSV")).to_be_hidden()


def test_in_the_pane_of_oneself_everything_begins_at_one_edge(open_as, ana, project):
    page = open_as(ana, f"/projects/{project.pk}/", viewport=PHONE, has_touch=True)
    page.locator("page-tabs").get_by_text("Me", exact=True).click()
    icons = page.locator(".pane-me .me-item > .icon")
    expect(icons.last).to_be_visible()
    edges = {round(box(each)["x"]) for each in icons.all() if each.is_visible()}
    assert len(edges) == 1, edges
    page.goto(f"/projects/{project.pk}/tasks/export/")
    heights = {round(box(each)["height"]) for each in page.locator(".page-nav a").all()}
    assert len(heights) == 1, "no name of a page is broken over two lines"


def test_a_project_is_handed_over_and_both_see_it(open_as, ana, ben, project):
    theirs = open_as(ben, f"/projects/{project.pk}/members/")
    page = open_as(ana, f"/projects/{project.pk}/members/")
    page.locator(f"#member-{ben.pk}").get_by_role("button").click()
    page.get_by_role("link", name="Hand over the project").click()
    page.get_by_role("button", name="Hand over to Ben").click()
    expect(page.get_by_text("Ben owns the project now.")).to_be_visible()
    expect(page.locator(f"#member-{ana.pk}")).to_contain_text("Admin")
    expect(theirs.locator(f"#member-{ben.pk}")).to_contain_text("Owner")
    expect(theirs.locator(f"#member-{ana.pk}")).to_contain_text("Admin")
    assert Membership.objects.get(project=project, user=ben).role == "owner"


def test_whoever_is_removed_leaves_their_tasks_to_the_others(open_as, ana, ben, project):
    task, _ = Task.objects.add_to(project, "Paint", by=ana)
    task.change(assignees={ben.pk}, by=ana)
    theirs = open_as(ben, f"/projects/{project.pk}/")
    page = open_as(ana, f"/projects/{project.pk}/")
    expect(page.locator("task-card").get_by_text("Ben")).to_have_count(1)
    expect(theirs.locator("html")).to_have_attribute("data-connection", "live")
    Membership.objects.get(project=project, user=ben).remove(by=ana)
    expect(theirs.get_by_role("dialog")).to_contain_text("You are no longer a member of this project")
    expect(page.locator("task-card").get_by_text("Ben")).to_have_count(0)
    expect(page.locator("task-card")).to_contain_text("Paint")


def test_the_audit_log_follows_what_another_does_and_is_taken_along(open_as, ana, ben, project):
    Task.objects.add_to(project, "Paint", by=ana)
    page = open_as(ana, f"/projects/{project.pk}/audit/")
    expect(page.locator("html")).to_have_attribute("data-connection", "live")
    theirs = open_as(ben, f"/projects/{project.pk}/")
    theirs.locator("task-card a").first.focus()
    theirs.keyboard.press("Delete")
    expect(page.locator("#entries li").first).to_contain_text("Ben deleted WEB-1 “Paint”")
    page.get_by_label("What").select_option(label="Joined")
    expect(page).to_have_url(re.compile("kind=member.joined"))
    expect(page.locator("#entries li")).to_have_count(2)
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as CSV").click()
    assert download.value.suggested_filename == "WEB-audit.csv"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_these_pages_shut_nobody_out(open_as, ana, ben, project, scheme, viewport):
    project.change_rights({"member": {"create_tasks": False}, "guest": {"create_rooms": True}}, by=ana)
    page = open_as(ana, "/", color_scheme=scheme, viewport=viewport)
    here = f"/projects/{project.pk}/"
    for address in (
        f"{here}rights/",
        f"{here}audit/",
        f"{here}audit/?kind=room.deleted",
        f"{here}members/{ben.pk}/transfer/",
    ):
        page.goto(address)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
