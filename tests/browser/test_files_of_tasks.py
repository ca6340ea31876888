"""Files on a task: one brings them, the other sees them on the card and in the panel without a reload."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tasks.models import Attachment, Task
from tests.browser.axe import violations
from tests.browser.conftest import PHONE
from tests.browser.test_sharing_files import PLAN, WALL, brought, drop, paste
from tests.conftest import API
from tests.waiting import eventually

pytestmark = pytest.mark.browser


@pytest.fixture
def task(transactional_db, project, ana) -> Task:
    return Task.objects.add_to(project, "Paint the wall", by=ana)[0]


def attach(task: Task, by: Any, name: str = "wall.png", data: bytes = WALL) -> Attachment:
    upload = API(by).upload(task.project, name, data).json()
    return Attachment.objects.add_to(task, upload["id"], by=by)[0]


def panel(page: Page) -> Locator:
    return page.locator("task-attachments")


def test_a_file_that_ana_drops_is_on_bens_card_and_in_his_panel(open_as, project, task, ana, ben):
    anas = open_as(ana, task.get_absolute_url())
    onlooker, reader = open_as(ben, project.get_absolute_url()), open_as(ben, task.get_absolute_url())
    card = onlooker.locator("task-card .task-card-files")
    expect(card).to_be_hidden()
    drop(anas, "task-panel", ("wall.png", "image/png", WALL), ("plan.txt", "text/plain", PLAN))
    expect(card).to_have_text("2files")
    expect(panel(reader).locator(".file-picture img")).to_be_visible()
    expect(panel(reader).locator(".file-link")).to_contain_text("plan.txt")
    expect(panel(anas).locator(".file-item")).to_have_count(0)
    for page in (reader, onlooker):
        expect(page.locator("page-panes[data-view]")).to_be_visible()  # drawn last
        assert not violations(page)


def test_files_dropped_on_a_card_hang_on_its_task_without_opening_it(
    open_as, project, task, ana, ben, complaints
):
    complaints.expect("422")
    anas, bens = (open_as(person, project.get_absolute_url()) for person in (ana, ben))
    card = "task-card[data-task-id]"
    data = brought(anas, ("wall.png", "image/png", WALL), ("fake.png", "image/png", b"<html>"))
    anas.dispatch_event(card, "dragover", {"dataTransfer": data})
    expect(anas.locator(card)).to_have_attribute("data-dropping", "")
    anas.dispatch_event(card, "drop", {"dataTransfer": data})
    expect(anas.locator(card)).not_to_have_attribute("data-dropping", "")
    for page in (anas, bens):
        expect(page.locator(".task-card-files")).to_have_text("1file")
    expect(anas.locator("task-panel")).to_be_hidden()
    refusal = anas.locator(".toast-note", has_text="What this file holds is not what its name says.")
    refusal.get_by_role("button", name="Open").click()
    expect(panel(anas).locator(".file-item[data-state=failed]")).to_contain_text("fake.png")


def test_taking_a_file_off_can_be_undone(open_as, task, ana, ben):
    attach(task, ana)
    attach(task, ana, "plan.txt", PLAN)
    anas, bens = (open_as(person, task.get_absolute_url()) for person in (ana, ben))
    for page in (anas, bens):
        expect(panel(page).locator(".file-picture")).to_be_visible()
    panel(bens).get_by_role("button", name="Take off wall.png").click()
    expect(panel(anas).locator(".file-picture")).to_have_count(0)
    expect(panel(anas).locator(".file-link")).to_contain_text("plan.txt")
    bens.get_by_role("button", name="Undo").click()
    for page in (anas, bens):
        expect(panel(page).locator(".file-picture")).to_be_visible()


def test_pasted_and_chosen_files_on_a_phone(open_as, task, ben):
    page = open_as(ben, task.get_absolute_url(), viewport=PHONE, has_touch=True)
    paste(page, "task-panel", ("image.png", "image/png", WALL))
    expect(panel(page).locator(".file-picture")).to_be_visible()
    with page.expect_file_chooser() as chooser:
        panel(page).get_by_role("button", name="Attach").tap()
    chooser.value.set_files({"name": "plan.txt", "mimeType": "text/plain", "buffer": PLAN})
    expect(panel(page).locator(".file-link")).to_contain_text("plan.txt")
    page.locator(".file-picture").tap()
    expect(page.locator("picture-viewer dialog")).to_be_visible()
    page.locator("picture-viewer").get_by_role("button", name="Close").tap()
    expect(page.locator("task-panel")).to_be_visible()


def test_what_the_task_refuses_says_so_and_another_try_does_not_send_it_again(open_as, task, ben, complaints):
    complaints.expect("409")
    page = open_as(ben, task.get_absolute_url())

    def refuse(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=409, json={"detail": "Not just now."})
        else:
            route.continue_()

    page.route("**/attachments", refuse)
    drop(page, "task-panel", ("plan.txt", "text/plain", PLAN))
    item = panel(page).locator(".file-item")
    expect(item).to_contain_text("Not just now.")
    page.unroute("**/attachments")
    sent: list[str] = []
    page.on(
        "request", lambda request: request.method == "POST" and sent.append(request.url.rpartition("/")[2])
    )
    item.get_by_role("button", name="Retry").click()
    expect(panel(page).locator(".file-link")).to_contain_text("plan.txt")
    assert sent == ["attachments"]


def test_a_guest_looks_and_brings_nothing(open_as, task, ana, gus):
    attach(task, ana)
    page = open_as(gus, task.get_absolute_url())
    expect(panel(page).locator(".file-picture")).to_be_visible()
    expect(panel(page).get_by_role("button", name="Attach")).to_be_hidden()
    expect(panel(page).get_by_role("button", name="Take off wall.png")).to_have_count(0)


def test_files_go_on_while_one_looks_at_another_task(open_as, project, task, ana, ben):
    other, _ = Task.objects.add_to(project, "Another", by=ana)
    page = open_as(ben, task.get_absolute_url())
    held: list = []
    page.route("**/uploads", lambda route: held.append(route))
    drop(page, "task-panel", ("plan.txt", "text/plain", PLAN))
    expect(panel(page).get_by_role("progressbar")).to_be_visible()
    page.locator("task-panel [data-part=title-field] textarea").press("Escape")
    page.locator("task-panel .panel-close").click()
    page.locator("task-card", has_text="Another").locator("a").click()
    expect(panel(page).locator(".file-item")).to_have_count(0)
    page.unroute("**/uploads")
    eventually(lambda: page.title() and Attachment.objects.filter(task=task).exists())
    assert not Attachment.objects.filter(task=other).exists()
