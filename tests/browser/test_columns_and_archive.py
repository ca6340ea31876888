"""Columns as an admin shapes them, and what leaves the board by the archive, with somebody else looking."""

import pytest
from playwright.sync_api import Page, expect

from tasks.models import Task
from tests.browser.axe import violations
from tests.browser.test_dragging import card, column, stands

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def tasks(project, ana) -> dict[str, Task]:
    first = project.columns.order_by("position").first()
    return {name: Task.objects.add_to(project, name, column=first, by=ana)[0] for name in ("Alpha", "Bravo")}


@pytest.fixture
def pages(open_as, project, tasks, ana, ben):
    both = [open_as(who, f"/projects/{project.pk}/") for who in (ana, ben)]
    for page in both:
        expect(page.locator("html")).to_have_attribute("data-connection", "live")
    return both


def menu(page: Page, name: str, *choices: str) -> None:
    column(page, name).get_by_role("button", name="Change the column").click()
    for choice in choices:
        page.locator("action-menu").get_by_text(choice).first.click()


def test_a_column_gets_a_colour(pages):
    mine, _theirs = pages
    menu(mine, "In progress", "Colour", "Teal")
    for page in pages:
        expect(column(page, "In progress")).to_have_attribute("data-colour", "teal")


def test_a_limit_shows_and_warns(pages, complaints):
    complaints.expect("422")
    mine, _theirs = pages
    menu(mine, "To do", "Limit …")
    dialog = mine.get_by_role("dialog", name="Limit of the column")
    dialog.get_by_label("So many tasks at most").fill("-1")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("1")
    assert violations(mine) == []
    dialog.get_by_label("So many tasks at most").fill("1")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    for page in pages:
        expect(column(page, "To do").locator(".column-count")).to_have_text("2 / 1")
        expect(column(page, "To do")).to_have_attribute("data-limit", "over")


def test_a_column_is_folded_away_for_oneself_and_after_a_reload(pages):
    mine, theirs = pages
    menu(theirs, "To do", "Fold away")
    expect(card(theirs, "Alpha")).to_have_count(0)
    expect(card(mine, "Alpha")).to_be_visible()
    theirs.reload()
    expect(column(theirs, "To do")).to_have_attribute("data-collapsed", "")
    assert violations(theirs) == []
    theirs.get_by_role("button", name="Unfold To do").click()
    expect(card(theirs, "Alpha")).to_be_visible()


def test_a_column_is_deleted_and_its_cards_go_where_one_says(pages):
    mine, _theirs = pages
    menu(mine, "To do", "Delete; its 2 tasks go to …", "In progress")
    for page in pages:
        expect(column(page, "To do")).to_have_count(0)
        stands(page, "In progress", "Alpha", "Bravo")


def test_a_column_that_becomes_done_completes_its_cards(pages):
    mine, _theirs = pages
    menu(mine, "To do", "Tasks here are done")
    for page in pages:
        expect(card(page, "Alpha")).to_have_attribute("data-completed", "")


def test_a_member_folds_columns_and_changes_none(pages):
    _, theirs = pages
    column(theirs, "To do").get_by_role("button", name="Change the column").click()
    expect(theirs.get_by_role("menuitem")).to_have_text(["Fold away"])


def test_a_card_is_archived_undone_and_restored_from_the_list(pages, tasks, project):
    mine, theirs = pages
    card(mine, "Alpha").locator("a").focus()
    mine.keyboard.press("e")
    for page in pages:
        stands(page, "To do", "Bravo")
    mine.get_by_role("button", name="Undo").click()
    for page in pages:
        stands(page, "To do", "Alpha", "Bravo")
    card(mine, "Bravo").locator("a").focus()
    mine.keyboard.press("e")
    stands(theirs, "To do", "Alpha")
    theirs.get_by_role("button", name="Archived tasks").click()
    archive = theirs.get_by_role("dialog", name="Archived tasks")
    expect(archive.get_by_role("listitem")).to_have_count(1)
    assert violations(theirs) == []
    archive.get_by_role("button", name="Restore WEB-2").click()
    for page in pages:
        stands(page, "To do", "Alpha", "Bravo")
    expect(archive.get_by_text("Nothing is archived")).to_be_visible()


def test_an_archived_card_keeps_its_page(pages, open_as, tasks, project, ben):
    mine, _ = pages
    card(mine, "Alpha").click()
    expect(mine.get_by_label("Title", exact=True)).to_have_value("Alpha")
    tasks["Alpha"].archive(by=ben)
    notice = mine.get_by_text("This task is archived")
    expect(notice).to_be_visible()
    stands(mine, "To do", "Bravo")
    mine.reload()
    expect(mine.get_by_label("Title", exact=True)).to_have_value("Alpha")
    expect(notice).to_be_visible()
    mine.get_by_role("button", name="Restore", exact=True).click()
    expect(notice).to_be_hidden()
    stands(mine, "To do", "Alpha", "Bravo")
