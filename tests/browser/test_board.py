"""The board in two browsers: what one does, the other sees, and nobody's words are lost."""

import re

import pytest
from playwright.sync_api import Page, expect

from tasks.models import Comment, Task
from tests.browser.conftest import PHONE
from tests.browser.standing import box
from tests.browser.test_sharing_files import hold
from tests.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SAVES = r"/api/v1/tasks/\d+$"
REFUSED = ("409", "Failed to load resource")


@pytest.fixture
def columns(project):
    return list(project.columns.order_by("position"))


@pytest.fixture
def tasks(project, columns, ana):
    titles = ["Write the words", "Choose a picture", "Set up the domain"]
    return [Task.objects.add_to(project, title, column=columns[0], by=ana)[0] for title in titles]


@pytest.fixture
def pages(open_as, project, tasks, ana, ben):
    """Ana's page and Ben's, both live."""
    both = [open_as(who, f"/projects/{project.pk}/") for who in (ana, ben)]
    for page in both:
        live(page)
    return both


def live(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("data-connection", "live")


def column(page: Page, name: str):
    return page.get_by_role("group", name=name, exact=True)


def card(page: Page, title: str):
    return page.locator("task-card").filter(has_text=title)


def titles(page: Page, name: str):
    return column(page, name).locator("task-card .task-card-title")


def open_task(page: Page, title: str):
    card(page, title).locator("a").click()
    panel = page.locator("task-panel")
    expect(panel).to_be_visible()
    return panel


def test_tasks_written_at_a_columns_foot_appear_to_the_other(pages):
    ana, _ = pages
    column(ana, "To do").get_by_role("button", name="Add a task").last.click()
    field = ana.get_by_role("textbox", name="Title of the new task")
    field.fill("Read it aloud")
    field.press("Enter")
    expect(field).to_be_focused()
    field.fill("And once more")
    field.press("Enter")
    field.press("Escape")
    before = ["Write the words", "Choose a picture", "Set up the domain"]
    for page in pages:
        expect(titles(page, "To do")).to_have_text([*before, "Read it aloud", "And once more"])
    expect(ana.locator(".task-card-pending")).to_have_count(0)


def test_a_title_edited_in_the_panel_shows_on_the_others_card_and_in_their_panel(pages):
    ana, ben = pages
    panel = open_task(ana, "Write the words")
    others = open_task(ben, "Write the words")
    expect(panel.locator(".panel-viewers user-avatar")).to_have_count(1)
    panel.get_by_label("Title").fill("Write the new words")
    panel.get_by_label("Title").press("Enter")
    # The word itself goes after two seconds, its state stays.
    expect(panel.locator("[data-part='saved']")).to_have_attribute("data-state", "saved")
    expect(others.get_by_label("Title")).to_have_value("Write the new words")
    expect(card(ben, "Write the new words")).to_have_count(1)


def test_no_text_is_called_saved_while_another_is_not(pages, complaints):
    complaints.expect(*REFUSED)
    ana, ben = pages
    panel, others = open_task(ana, "Write the words"), open_task(ben, "Write the words")
    title = panel.get_by_label("Title")
    title.evaluate("input => input.removeAttribute('maxlength')")
    title.fill("Word " * 50)
    title.press("Enter")
    expect(panel.locator("[data-part='saved']")).to_have_text("Not saved")
    ana.keyboard.press("e")
    panel.get_by_label("Description, in Markdown").fill("Saved")
    panel.get_by_role("button", name="Done").click()
    expect(others.locator(".panel-rendered")).to_have_text("Saved")
    expect(panel.locator(".panel-rendered")).to_have_text("Saved")
    expect(panel.locator("[data-part='saved']")).to_have_text("Not saved")


def test_a_description_is_written_in_markdown_and_shown_as_what_it_means(pages):
    ana, ben = pages
    panel = open_task(ana, "Write the words")
    others = open_task(ben, "Write the words")
    ana.keyboard.press("e")
    source = panel.get_by_label("Description, in Markdown")
    expect(source).to_be_focused()
    source.fill("In **two** languages\n\n<img src=x onerror=alert(1)>")
    source.press("Control+Enter")
    expect(panel.locator(".panel-rendered strong")).to_have_text("two")
    expect(others.locator(".panel-rendered strong")).to_have_text("two")
    expect(others.locator(".panel-rendered img")).to_have_count(0)


def test_two_who_edit_one_text_are_both_told_and_nothing_is_overwritten(pages, complaints, tasks):
    complaints.expect(*REFUSED)
    ana, ben = pages
    anas, bens = open_task(ana, "Write the words"), open_task(ben, "Write the words")
    for panel in (anas, bens):
        panel.get_by_role("button", name="Edit", exact=True).click()
    hold(ben, SAVES)  # a text saves itself when one pauses, and Ana may take longer
    bens.get_by_label("Description, in Markdown").type("Ben was here")
    anas.get_by_label("Description, in Markdown").fill("Ana was first")
    anas.get_by_role("button", name="Done").click()
    expect(anas.locator(".panel-rendered")).to_have_text("Ana was first")
    # Ben's words stay in his field, and beside them stand Ana's.
    conflict = bens.get_by_role("alert").filter(has_text="Ana changed this just now.")
    expect(conflict).to_be_visible()
    ben.unroute(re.compile(SAVES))
    expect(bens.get_by_label("Description, in Markdown")).to_have_value("Ben was here")
    conflict.get_by_role("button", name="View theirs").click()
    expect(conflict.get_by_text("Ana was first")).to_be_visible()
    tasks[0].refresh_from_db()
    assert tasks[0].description == "Ana was first"
    conflict.get_by_role("button", name="Keep mine").click()
    expect(anas.locator(".panel-rendered")).to_have_text("Ben was here")


def test_a_save_made_on_an_old_version_of_another_field_just_goes_through(pages, complaints):
    complaints.expect(*REFUSED)  # and made once more
    ana, ben = pages
    anas, bens = open_task(ana, "Write the words"), open_task(ben, "Write the words")
    bens.get_by_role("button", name="Edit", exact=True).click()
    bens.get_by_label("Description, in Markdown").fill("By Ben")
    anas.get_by_label("Title").fill("Another title")
    anas.get_by_label("Title").press("Enter")
    expect(bens.get_by_label("Title")).to_have_value("Another title")
    bens.get_by_role("button", name="Done").click()
    expect(anas.locator(".panel-rendered")).to_have_text("By Ben")
    expect(bens.locator(".conflict:visible")).to_have_count(0)


def test_a_card_moves_by_menu_and_by_key_and_the_other_sees_where(pages):
    ana, ben = pages
    card(ana, "Write the words").hover()
    card(ana, "Write the words").get_by_role("button", name="Actions").click()
    ana.get_by_role("menuitem", name="Move to").click()
    ana.get_by_role("menuitem", name="In progress").click()
    expect(column(ben, "In progress").locator("task-card")).to_have_count(1)
    expect(ana.get_by_text("WEB-1 moved to In progress.")).to_be_visible()
    card(ana, "Choose a picture").locator("a").focus()
    ana.keyboard.press("Alt+Shift+ArrowDown")
    expect(column(ben, "To do").locator(".task-card-title").first).to_have_text("Set up the domain")
    ana.keyboard.press("Alt+Shift+ArrowRight")
    expect(column(ben, "In progress").locator("task-card")).to_have_count(2)
    expect(card(ana, "Choose a picture").locator("a")).to_be_focused()
    ana.keyboard.press("Alt+Shift+ArrowRight")
    expect(column(ben, "Done").locator("task-card[data-completed]")).to_have_count(1)


def test_a_move_is_taken_back(pages):
    ana, ben = pages
    card(ana, "Choose a picture").locator("a").focus()
    ana.keyboard.press("m")
    ana.get_by_role("menuitem", name="Done").click()
    expect(column(ben, "Done").locator("task-card")).to_have_count(1)
    ana.keyboard.press("Control+z")
    expect(column(ben, "Done").locator("task-card")).to_have_count(0)
    expect(column(ben, "To do").locator(".task-card-title").nth(1)).to_have_text("Choose a picture")


def test_a_deleted_task_goes_for_both_and_undo_brings_it_back(pages):
    ana, ben = pages
    bens = open_task(ben, "Choose a picture")
    card(ana, "Choose a picture").locator("a").focus()
    ana.keyboard.press("Delete")
    expect(card(ana, "Choose a picture")).to_have_count(0)
    expect(card(ben, "Choose a picture")).to_have_count(0)
    expect(bens.get_by_role("heading", name="Ana deleted WEB-2.")).to_be_visible()
    ana.get_by_role("button", name="Undo").click()
    expect(card(ana, "Choose a picture")).to_have_count(1)
    expect(card(ben, "Choose a picture")).to_have_count(1)
    expect(bens.get_by_label("Title")).to_have_value("Choose a picture")


def test_space_completes_and_reopens(pages):
    ana, ben = pages
    card(ana, "Write the words").locator("a").focus()
    ana.keyboard.press("d")
    expect(column(ben, "Done").locator("task-card")).to_have_count(1)
    expect(card(ana, "Write the words").locator("a")).to_be_focused()
    ana.keyboard.press("d")
    expect(column(ben, "Done").locator("task-card")).to_have_count(0)


def test_people_labels_priority_and_due_are_chosen_in_the_panel(pages, project, ana):
    page, ben = pages
    panel = open_task(page, "Write the words")
    page.keyboard.press("a")
    page.get_by_role("combobox", name="Find a person").fill("ben")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(card(ben, "Write the words").locator(".task-card-people user-avatar")).to_have_count(1)
    expect(page.locator("action-menu")).to_have_count(0)
    panel.locator("[data-field=labels]").click()
    page.get_by_role("combobox", name="Find or make a label").fill("copy")
    page.get_by_role("option", name="Make the label").click()
    page.get_by_role("menuitem", name="Teal").click()
    expect(card(ben, "Write the words").locator(".label-dot[data-colour=teal]")).to_have_count(1)
    panel.locator("[data-field=priority]").click()
    page.get_by_role("menuitemradio", name="Urgent").click()
    expect(card(ben, "Write the words")).to_have_attribute("data-priority", "urgent")
    panel.get_by_label("Due", exact=True).fill("2020-02-03T14:30")
    panel.get_by_label("Due", exact=True).press("Enter")
    expect(card(ben, "Write the words").locator(".task-card-due[data-state=over]")).to_be_visible()
    panel.get_by_role("button", name="No due date").click()
    expect(card(ben, "Write the words").locator(".task-card-due")).to_be_hidden()


def test_comments_come_live_and_are_edited_and_deleted_in_place(pages):
    ana, ben = pages
    anas, bens = open_task(ana, "Write the words"), open_task(ben, "Write the words")
    anas.get_by_label("Comment", exact=True).fill("Which **tone**?")
    anas.get_by_label("Comment", exact=True).press("Control+Enter")
    expect(bens.locator(".comment strong").filter(has_text="tone")).to_be_visible()
    expect(anas.locator(".comment")).to_have_count(1)
    anas.locator(".comment").get_by_role("button", name="Actions").click()
    ana.get_by_role("menuitem", name="Edit").click()
    anas.locator(".comment textarea").fill("Which voice?")
    anas.locator(".comment textarea").press("Control+Enter")
    expect(bens.get_by_text("Which voice?")).to_be_visible()
    bens.get_by_label("Comment", exact=True).fill("A calm one.")
    bens.get_by_role("button", name="Comment", exact=True).click()
    expect(anas.locator(".comment")).to_have_count(2)
    expect(bens.locator(".comment").first.get_by_text("edited")).to_be_visible()
    expect(bens.locator(".comment").first.get_by_role("button", name="Actions")).to_be_hidden()
    anas.locator(".comment").first.get_by_role("button", name="Actions").click()
    ana.get_by_role("menuitem", name="Delete").click()
    ana.get_by_role("menuitem", name="Delete for good").click()
    expect(bens.locator(".comment")).to_have_count(1)


def test_a_comment_saved_late_leaves_what_one_writes_meanwhile(pages, tasks, ana):
    page, _ = pages
    Comment.objects.add_to(tasks[0], "Which tone?", by=ana)
    panel = open_task(page, "Write the words")
    held = hold(page, r"/api/v1/comments/\d+$")
    panel.locator(".comment").get_by_role("button", name="Actions").click()
    page.get_by_role("menuitem", name="Edit").click()
    panel.locator(".comment textarea").fill("Which voice?")
    panel.locator(".comment textarea").press("Control+Enter")
    eventually(lambda: page.title() and held)
    new = panel.get_by_placeholder("Write a comment")
    new.fill("A calm")
    held.pop().continue_()
    expect(panel.locator(".comment textarea")).to_have_count(0)
    page.keyboard.type(" one")
    expect(new).to_have_value("A calm one")


def test_a_guest_sees_everything_move_and_moves_nothing(open_as, pages, project, gus):
    guest = open_as(gus, f"/projects/{project.pk}/")
    live(guest)
    expect(guest.get_by_role("button", name="Add a task")).to_have_count(0)
    card(guest, "Write the words").locator("a").focus()
    guest.keyboard.press("Delete")
    guest.keyboard.press("m")
    expect(guest.get_by_role("menu")).to_have_count(0)
    panel = open_task(guest, "Write the words")
    expect(panel.get_by_label("Title")).not_to_be_editable()
    panel.get_by_label("Comment", exact=True).fill("May I say something?")
    panel.get_by_role("button", name="Comment", exact=True).click()
    expect(card(pages[0], "Write the words").locator(".task-card-comments")).to_be_visible()
    expect(card(pages[0], "Write the words")).to_have_count(1)


def test_the_keyboard_walks_the_board_and_escape_comes_back(pages):
    ana, _ = pages
    card(ana, "Write the words").locator("a").focus()
    ana.keyboard.press("ArrowDown")
    expect(card(ana, "Choose a picture").locator("a")).to_be_focused()
    ana.keyboard.press("Enter")
    expect(ana.locator("task-panel")).to_be_visible()
    expect(ana).to_have_url(re.compile("/tasks/2/$"))
    ana.keyboard.press("Escape")
    expect(ana.locator("task-panel")).to_be_hidden()
    expect(card(ana, "Choose a picture").locator("a")).to_be_focused()
    ana.keyboard.press("?")
    expect(ana.get_by_role("dialog", name="Keyboard")).to_be_visible()
    ana.keyboard.press("Escape")
    expect(ana.get_by_role("dialog", name="Keyboard")).to_be_hidden()
    expect(card(ana, "Choose a picture").locator("a")).to_be_focused()
    ana.keyboard.press("c")
    expect(ana.get_by_role("textbox", name="Title of the new task")).to_be_focused()


def test_back_and_forward_close_and_open_the_panel(pages):
    ana, _ = pages
    open_task(ana, "Write the words")
    ana.go_back()
    expect(ana.locator("task-panel")).to_be_hidden()
    ana.go_forward()
    expect(ana.locator("task-panel")).to_be_visible()


def test_an_address_of_no_task_says_so(open_as, project, tasks, ana):
    page = open_as(ana, f"/projects/{project.pk}/tasks/999/")
    expect(page.get_by_role("heading", name="There is no task WEB-999 here.")).to_be_visible()
    page.get_by_role("button", name="Back to the board").last.click()
    expect(page.locator("task-panel")).to_be_hidden()


def test_what_was_written_and_not_saved_survives_a_reload(pages, complaints):
    complaints.expect("net::ERR", "Failed to load resource")
    ana, _ = pages
    panel = open_task(ana, "Write the words")
    panel.get_by_label("Comment", exact=True).fill("Half a thou")
    ana.route("**/api/v1/tasks/*", lambda route: route.abort())
    ana.keyboard.press("Escape")
    ana.keyboard.press("e")
    panel.get_by_label("Description, in Markdown").fill("Half a description")
    for words in ("Half a thou", "Half a description"):
        ana.wait_for_function(
            "words => Object.values(localStorage).some(kept => kept.includes(words))", arg=words
        )
    ana.reload()
    live(ana)
    expect(panel.get_by_label("Comment", exact=True)).to_have_value("Half a thou")
    expect(panel.get_by_label("Description, in Markdown")).to_have_value("Half a description")


def test_a_task_written_without_connection_waits_and_comes_once(pages, complaints):
    complaints.expect("net::ERR", "Failed to load resource")
    ana, ben = pages
    ana.context.set_offline(True)
    ana.keyboard.press("c")
    ana.get_by_role("textbox", name="Title of the new task").fill("Written in the train")
    ana.keyboard.press("Enter")
    expect(ana.get_by_text("Waiting for the connection")).to_be_visible()
    ana.context.set_offline(False)
    expect(card(ben, "Written in the train")).to_have_count(1)
    expect(card(ana, "Written in the train")).to_have_count(1)
    expect(ana.locator(".task-card-pending")).to_have_count(0)


def test_a_refused_move_goes_back_and_says_why(pages, project, ana, complaints):
    complaints.expect("403", "Failed to load resource")
    page, _ = pages
    page.route("**/api/v1/tasks/*/move", lambda route: route.fulfill(
        status=403, json={"detail": "This project is archived.", "errors": {}}))  # fmt: skip
    card(page, "Write the words").locator("a").focus()
    page.keyboard.press("Alt+Shift+ArrowRight")
    expect(page.get_by_text("WEB-1 could not be moved. This project is archived.")).to_be_visible()
    expect(titles(page, "To do").first).to_have_text("Write the words")


def test_columns_are_added_renamed_and_deleted_with_a_place_for_their_tasks(pages):
    ana, ben = pages
    ana.get_by_role("button", name="Add a column").click()
    ana.get_by_label("Name of the new column").fill("Review")
    ana.keyboard.press("Enter")
    expect(column(ben, "Review")).to_be_visible()
    column(ana, "To do").get_by_role("button", name="Change the column").click()
    ana.get_by_role("menuitem", name="Rename").click()
    ana.get_by_label("Name of the column").fill("Next")
    ana.keyboard.press("Enter")
    expect(column(ben, "Next")).to_be_visible()
    column(ana, "Next").get_by_role("button", name="Change the column").click()
    ana.get_by_role("menuitem", name="Delete").click()
    ana.get_by_role("menuitem", name="Review").click()
    expect(column(ben, "Next")).to_have_count(0)
    expect(column(ben, "Review").locator("task-card")).to_have_count(3)
    expect(ben.get_by_role("button", name="Add a column")).to_have_count(0)


def test_a_long_column_draws_its_first_cards_and_more_as_one_scrolls(open_as, project, columns, ana):
    with project.quietly():
        for n in range(120):
            Task.objects.add_to(project, f"Task {n}", column=columns[0], by=ana)
    page = open_as(ana, f"/projects/{project.pk}/")
    live(page)
    cards = column(page, "To do").locator("task-card")
    expect(cards).to_have_count(50)
    cards.nth(49).scroll_into_view_if_needed()
    expect(cards).to_have_count(100)
    page.keyboard.press("c")
    page.get_by_role("textbox", name="Title of the new task").fill("The newest")
    page.keyboard.press("Enter")
    expect(card(page, "The newest")).to_be_in_viewport()


def test_on_a_phone_everything_is_reached_by_touch(open_as, project, tasks, ana):
    page = open_as(ana, f"/projects/{project.pk}/", viewport=PHONE, has_touch=True, is_mobile=True)
    live(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    card(page, "Write the words").locator("a").tap()
    expect(page.locator("task-panel")).to_be_visible()
    page.get_by_role("button", name="Back to the board").first.tap()
    expect(page.locator("task-panel")).to_be_hidden()
    for name, pane in (
        ("Chat", "#room"),
        ("People", ".pane-people"),
        ("Me", ".pane-me"),
        ("Board", "#board"),
    ):
        page.get_by_role("navigation", name="Views").get_by_role("button", name=name).tap()
        expect(page.locator(pane)).to_be_visible()
    # A long press is the card's menu.
    place = box(card(page, "Choose a picture"))
    at = {"x": place["x"] + 40, "y": place["y"] + 20}
    session = page.context.new_cdp_session(page)
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    expect(page.get_by_role("menu")).to_be_visible()
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.get_by_role("menu")).to_be_visible()
    page.get_by_role("menuitem", name="Delete").tap()
    expect(card(page, "Choose a picture")).to_have_count(0)


def test_where_sockets_are_blocked_the_page_says_so_and_goes_on(
    open_as, project, tasks, ana, ben, complaints
):
    complaints.expect("WebSocket", "Failed to load resource")
    page = open_as(ben, f"/projects/{project.pk}/")
    page.add_init_script(
        "WebSocket = class { close() {} constructor() {"
        " setTimeout(() => this.onclose?.({ code: 1006, reason: '' })); } };"
    )
    page.reload()
    expect(page.get_by_text("Live connection blocked on this network")).to_be_visible()
    tasks[0].change(title="Renamed by Ana", by=ana)
    expect(card(page, "Renamed by Ana")).to_be_visible()
