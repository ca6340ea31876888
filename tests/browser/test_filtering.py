"""Filters that stand in the address, and views that are kept: in two browsers."""

import re

import pytest
from playwright.sync_api import Page, expect

from tasks.models import Label, Task
from tests.browser.axe import violations
from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def tasks(project, ana, ben):
    label = Label.objects.add_to(project, "Website", colour="blue", by=ana)
    details = {
        "Write the words": {"assignees": [ana.pk]},
        "Choose a picture": {"assignees": [ben.pk], "labels": [label.pk]},
        "Set up the domain": {"due_at": "2020-01-01T12:00:00Z", "priority": "high"},
    }
    column = project.columns.order_by("position").first()
    return [
        Task.objects.add_to(project, title, column=column, by=ana, **each)[0]
        for title, each in details.items()
    ]


@pytest.fixture
def pages(open_as, project, tasks, ana, ben):
    """Ana's page and Ben's, both live."""
    both = [open_as(who, f"/projects/{project.pk}/") for who in (ana, ben)]
    for page in both:
        expect(page.locator("html")).to_have_attribute("data-connection", "live")
    return both


def shows(page: Page, *titles: str) -> None:
    expect(page.locator("task-board task-card .task-card-title")).to_have_text(list(titles))


def chips(page: Page, *labels: str) -> None:
    expect(page.locator("board-toolbar .chip > .truncate")).to_have_text(list(labels))


def choose(page: Page, *options: str) -> None:
    page.get_by_role("button", name="Filter", exact=True).click()
    for option in options:
        page.get_by_role("option").filter(has=page.get_by_text(option, exact=True)).click()
    page.keyboard.press("Escape")


def test_a_filter_stands_in_the_address_and_goes_back_and_forward(pages, open_as, ben):
    page, _ = pages
    choose(page, "Me", "Ben")
    shows(page, "Write the words", "Choose a picture")
    chips(page, "Me", "Ben")
    expect(page).to_have_url(re.compile(r"\?assignee=me,\d+$"))
    expect(page.get_by_text("2 of 3 tasks")).to_be_visible()
    page.go_back()
    shows(page, "Write the words")
    page.go_back()
    shows(page, "Write the words", "Choose a picture", "Set up the domain")
    expect(page.locator("board-toolbar .chip")).to_have_count(0)
    page.go_forward()
    shows(page, "Write the words")
    # To somebody else the same address means themselves.
    shows(open_as(ben, page.url), "Choose a picture")


def test_each_kind_of_filter(pages):
    page, _ = pages
    for option, title in (
        ("Nobody", "Set up the domain"),
        ("Overdue", "Set up the domain"),
        ("Website", "Choose a picture"),
        ("High priority", "Set up the domain"),
    ):
        choose(page, option)
        shows(page, title)
        chips(page, option)
        page.get_by_role("button", name="Clear").click()
        expect(page.locator("board-toolbar .chip")).to_have_count(0)


def test_words_filter_as_one_types_and_make_one_entry_of_the_history(pages):
    page, _ = pages
    page.get_by_label("Words to filter by").press_sequentially("the do")
    shows(page, "Set up the domain")
    expect(page).to_have_url(re.compile(r"\?q=the\+do$"))
    page.go_back()
    shows(page, "Write the words", "Choose a picture", "Set up the domain")
    expect(page.get_by_label("Words to filter by")).to_have_value("")


def test_a_card_comes_into_the_filter_and_leaves_it_as_somebody_changes_it(pages, tasks, ana, ben):
    anas, bens = pages
    choose(anas, "Me")
    shows(anas, "Write the words")
    tasks[2].change(assignees=[ana.pk], by=ben)
    shows(anas, "Write the words", "Set up the domain")
    tasks[0].change(assignees=[ben.pk], by=ben)
    shows(anas, "Set up the domain")
    shows(bens, "Write the words", "Choose a picture", "Set up the domain")


def test_what_one_writes_stays_in_sight_though_the_filter_would_hide_it(pages):
    page, _ = pages
    choose(page, "Overdue")
    column = page.get_by_role("group", name="To do", exact=True)
    column.get_by_role("button", name="Add a task").last.click()
    page.get_by_role("textbox", name="Title of the new task").fill("Something new")
    page.keyboard.press("Enter")
    shows(page, "Set up the domain", "Something new")


def test_where_all_is_filtered_away_it_says_so_and_offers_a_way_out(pages):
    page, _ = pages
    page.get_by_label("Words to filter by").fill("nothing like it")
    expect(page.get_by_text("The filter hides all that is here.")).to_be_visible()
    expect(page.get_by_text("0 of 3 tasks")).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    shows(page, "Write the words", "Choose a picture", "Set up the domain")


def test_a_chip_is_taken_off_and_the_keyboard_does_it_all(pages):
    page, _ = pages
    page.get_by_role("heading", name="Keyboard").wait_for(state="hidden")
    page.keyboard.press("b")
    page.keyboard.press("f")
    page.keyboard.type("over")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    shows(page, "Set up the domain")
    page.get_by_role("button", name="Filter no more by Overdue").press("Enter")
    shows(page, "Write the words", "Choose a picture", "Set up the domain")
    expect(page.get_by_role("button", name="Filter", exact=True)).to_be_focused()


def test_closing_a_task_keeps_the_filter(pages):
    page, _ = pages
    choose(page, "Website")
    page.locator("task-card a").first.click()
    expect(page.locator("task-panel")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/tasks/\d+/\?label=\d+$"))
    page.keyboard.press("Escape")
    expect(page.locator("task-panel")).to_be_hidden()
    shows(page, "Choose a picture")


def save(page: Page, name: str, *, shared: bool = False) -> None:
    page.get_by_role("button", name="Views", exact=True).click()
    page.get_by_role("menuitem", name="Save what is shown").click()
    page.get_by_label("Name of the view").fill(name)
    if shared:
        page.get_by_label("Share it with everyone").check()
    page.get_by_role("button", name="Save", exact=True).click()


def test_a_view_is_saved_shared_renamed_and_deleted_live(pages):
    anas, bens = pages
    choose(anas, "Website")
    save(anas, "The website", shared=True)
    expect(anas.get_by_role("button", name="The website")).to_be_visible()
    bens.get_by_role("button", name="Views", exact=True).click()
    bens.get_by_role("menuitemradio", name="The website Ana").click()
    shows(bens, "Choose a picture")
    expect(bens).to_have_url(re.compile(r"\?label=\d+$"))

    anas.get_by_role("button", name="The website").click()
    anas.get_by_role("menuitem", name="Rename").click()
    anas.get_by_label("Name of the view").fill("שם אחר")
    anas.keyboard.press("Enter")
    expect(bens.get_by_role("button", name="שם אחר")).to_be_visible()

    bens.get_by_role("button", name="שם אחר").click()
    expect(bens.get_by_role("menuitem", name="Rename")).to_have_count(0)
    anas.get_by_role("button", name="שם אחר").click()
    anas.get_by_role("menuitem", name="Keep it to its maker").click()
    expect(bens.get_by_role("menuitemradio", name="שם אחר")).to_have_count(0)
    expect(bens.get_by_role("button", name="Views", exact=True)).to_be_visible()
    anas.get_by_role("button", name="שם אחר").click()
    anas.get_by_role("menuitem", name="Delete").click()
    anas.get_by_role("button", name="Undo").click()
    expect(anas.get_by_role("button", name="שם אחר")).to_be_visible()


def test_a_name_that_is_taken_is_said_beside_it_and_nothing_is_lost(pages, complaints):
    complaints.expect("422")
    page, _ = pages
    choose(page, "Website")
    save(page, "Mine")
    choose(page, "Overdue")
    save(page, "mine")
    expect(page.get_by_role("alert").filter(has_text="You have a view of this name already.")).to_be_visible()
    expect(page.get_by_label("Name of the view")).to_have_value("mine")


def test_with_a_filter_and_its_menu_axe_finds_nothing(pages, open_as, project, ana):
    page, _ = pages
    choose(page, "Me", "Website", "Overdue")
    assert violations(page) == []
    page.get_by_role("button", name="Filter", exact=True).click()
    assert violations(page) == []
    phone = open_as(ana, page.url, viewport=PHONE, has_touch=True, color_scheme="dark")
    expect(phone.locator("board-toolbar .chip")).to_have_count(3)
    assert violations(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
