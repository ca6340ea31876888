"""What hangs on a task: one ticks, links and watches, the other sees it without a reload."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tasks.models import ChecklistItem, Comment, Dependency, Label, Task
from tests.browser.axe import violations
from tests.browser.conftest import PHONE
from tests.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXTS = ["Measure the wall", "Choose a colour", "Buy paint", "Paint", "Clean the brushes"]


@pytest.fixture
def task(transactional_db, project, ana) -> Task:
    task = Task.objects.add_to(project, "Paint the wall", by=ana)[0]
    for text in TEXTS:
        ChecklistItem.objects.add_to(task, text, by=ana)
    task.checklist.first().change(ticked=True, by=ana)
    return task


@pytest.fixture
def blocker(task, ana) -> Task:
    blocker = Task.objects.add_to(task.project, "Get the money", by=ana)[0]
    Dependency.objects.add_to(task, blocker, by=ana)
    return blocker


def live(page: Page) -> Page:
    expect(page.locator("html")).to_have_attribute("data-connection", "live")
    return page


def card(page: Page, task: Task) -> Locator:
    return page.locator(f'task-card[data-task-id="{task.pk}"]')


def items(page: Page) -> Locator:
    return page.locator(".checklist-item .checklist-text")


def menu(page: Page, text: str, *names: str) -> None:
    page.get_by_role("button", name=f"Actions for “{text}”").click()
    for name in names:
        page.locator("action-menu").get_by_text(name, exact=True).click()


def test_what_ana_ticks_counts_on_bens_card_and_in_his_panel(open_as, project, task, ana, ben):
    anas = live(open_as(ana, task.get_absolute_url()))
    onlooker, reader = open_as(ben, project.get_absolute_url()), open_as(ben, task.get_absolute_url())
    count = card(onlooker, task).locator(".task-card-checklist .count")
    expect(count).to_have_text("1/5")
    anas.get_by_role("checkbox", name="Choose a colour").check()
    expect(count).to_have_text("2/5")
    expect(reader.get_by_role("checkbox", name="Choose a colour")).to_be_checked()
    expect(reader.locator(".activity").last).to_contain_text("Ana ticked “Choose a colour”")
    new = anas.get_by_role("textbox", name="New item")
    new.fill("Show it to Ben")
    new.press("Enter")
    expect(new).to_be_focused()
    expect(items(reader)).to_have_text([*TEXTS, "Show it to Ben"])
    expect(count).to_have_text("2/6")


def test_an_item_is_renamed_assigned_moved_and_deleted_by_keys_and_menus(open_as, task, ana, ben):
    anas, bens = (live(open_as(who, task.get_absolute_url())) for who in (ana, ben))
    items(anas).filter(has_text="Buy paint").press("Enter")
    field = anas.get_by_role("textbox", name="Item", exact=True)
    field.fill("Buy blue paint")
    field.press("Enter")
    renamed = ["Measure the wall", "Choose a colour", "Buy blue paint", "Paint", "Clean the brushes"]
    expect(items(bens)).to_have_text(renamed)
    expect(items(anas).filter(has_text="Buy blue paint")).to_be_focused()
    anas.keyboard.press("Alt+ArrowUp")
    moved = ["Measure the wall", "Buy blue paint", "Choose a colour", "Paint", "Clean the brushes"]
    expect(items(bens)).to_have_text(moved)
    expect(items(anas).filter(has_text="Buy blue paint")).to_be_focused()
    menu(anas, "Paint", "Assign to …", "Ben")
    expect(
        bens.locator(".checklist-item").filter(has_text="Paint").locator(f'user-avatar[user="{ben.pk}"]')
    ).to_be_visible()
    menu(anas, "Clean the brushes", "Delete")
    expect(items(bens)).to_have_text(moved[:-1])
    anas.get_by_role("button", name="Undo").last.click()
    expect(items(bens)).to_have_text(moved)


def test_an_item_becomes_a_task_and_comes_back(open_as, project, task, ana, ben):
    anas, bens = live(open_as(ana, task.get_absolute_url())), open_as(ben, project.get_absolute_url())
    menu(anas, "Buy paint", "Make it a task")
    expect(bens.locator("task-card").filter(has_text="Buy paint")).to_be_visible()
    expect(items(anas)).to_have_text([text for text in TEXTS if text != "Buy paint"])
    anas.get_by_role("button", name="Undo").last.click()
    expect(items(anas)).to_have_text(TEXTS)
    expect(bens.locator("task-card").filter(has_text="Buy paint")).to_have_count(0)


def test_an_item_waits_for_the_connection_and_arrives_once(open_as, task, ana, complaints):
    complaints.expect("ERR_INTERNET_DISCONNECTED", "net::ERR", "WebSocket")
    page = live(open_as(ana, task.get_absolute_url()))
    page.context.set_offline(True)
    new = page.get_by_role("textbox", name="New item")
    new.fill("Written on the train")
    new.press("Enter")
    expect(page.locator(".checklist-item[data-state]")).to_contain_text("Written on the train")
    page.context.set_offline(False)
    expect(page.locator(".checklist-item[data-state]")).to_have_count(0)
    expect(items(page)).to_have_text([*TEXTS, "Written on the train"])
    assert task.checklist.filter(text="Written on the train").count() == 1


def test_ben_who_completes_a_blocked_task_is_warned(open_as, project, task, blocker, ana, ben):
    anas, bens = live(open_as(ana, project.get_absolute_url())), live(open_as(ben, task.get_absolute_url()))
    expect(card(anas, task).locator(".task-card-blocked")).to_have_attribute("title", "Waits for WEB-2")
    expect(bens.locator(".dependencies-warning")).to_contain_text("Waits for WEB-2")
    bens.get_by_role("button", name="Complete").click()
    expect(bens.locator(".toast-note").last).to_contain_text("It still waited for WEB-2, which is not done.")
    expect(card(anas, task)).to_have_attribute("data-completed", "")
    bens.get_by_role("button", name="Undo").last.click()
    expect(card(anas, task).locator(".task-card-blocked")).to_be_visible()
    blocker.complete(by=ana)
    expect(card(anas, task).locator(".task-card-blocked")).to_be_hidden()
    expect(bens.locator(".dependencies-warning")).to_be_hidden()
    bens.get_by_role("button", name="Complete").click()
    expect(bens.locator(".toast-note").last).to_have_text(
        re.compile("WEB-1 completed.$|WEB-1 completed.Undo")
    )


def test_a_dependency_is_made_in_the_panel_and_a_circle_refused_in_words(
    open_as, project, task, ana, ben, complaints
):
    complaints.expect("422")
    money = Task.objects.add_to(project, "Get the money", by=ana)[0]
    anas, bens = (live(open_as(who, task.get_absolute_url())) for who in (ana, ben))
    side = anas.locator('task-dependencies [data-side="blocked_by"]')
    side.get_by_role("button", name="Add").click()
    anas.get_by_role("combobox", name="Find a task").fill("money")
    anas.keyboard.press("Enter")
    theirs = bens.locator('task-dependencies [data-side="blocked_by"] .dependency-link')
    expect(theirs).to_contain_text("Get the money")
    anas.locator('task-dependencies [data-side="blocks"]').get_by_role("button", name="Add").click()
    anas.get_by_role("combobox", name="Find a task").fill("money")
    anas.keyboard.press("Enter")
    expect(anas.locator(".toast-note[data-kind=danger]")).to_contain_text(
        "they would wait for each other for ever"
    )
    expect(anas.locator('task-dependencies [data-side="blocks"] .dependency')).to_have_count(0)
    side.get_by_role("button", name="Remove WEB-2").click()
    expect(theirs).to_have_count(0)
    anas.get_by_role("button", name="Undo").last.click()
    expect(theirs).to_have_count(1)
    theirs.click()
    expect(bens.locator("#panel-ref")).to_have_text("WEB-2")
    expect(bens.locator('[data-side="blocks"] .dependency-link')).to_contain_text("Paint the wall")
    assert money.blocks.get() == task


def test_ana_sees_who_watches_and_what_became_of_it(open_as, project, task, ana, ben):
    anas, bens = (live(open_as(who, task.get_absolute_url())) for who in (ana, ben))
    eye = anas.get_by_role("button", name="Watch")
    expect(eye).to_have_attribute("title", "Watched by Ana")
    bens.get_by_role("button", name="Watch").click()
    expect(eye).to_have_attribute("title", "Watched by Ana, Ben")
    eye.click()
    expect(eye).to_have_attribute("aria-pressed", "false")
    eventually(lambda: list(task.watchers.all()) == [ben])
    Comment.objects.add_to(task, "Which wall?", by=ben)
    task.change(priority="high", by=ben)
    line = anas.locator(".comments > li")
    expect(line.last).to_contain_text("Ben changed the priority from None to High")
    expect(line.nth(-2)).to_contain_text("Which wall?")


def test_a_label_is_renamed_recoloured_and_deleted_from_the_picker(open_as, project, task, ana, ben):
    label = Label.objects.add_to(project, "bug", colour="red", by=ana)
    task.change(labels=[label.pk], by=ana)
    anas, bens = live(open_as(ana, task.get_absolute_url())), live(open_as(ben, project.get_absolute_url()))
    dot = card(bens, task).locator(".label-dot")

    def edit(*names: str) -> None:
        anas.locator('[data-field="labels"]').click()
        for name in ("Edit labels …", *names):
            anas.locator("action-menu").get_by_text(name, exact=True).click()

    edit("bug", "Colour", "Green")
    expect(dot).to_have_attribute("data-colour", "green")
    edit("bug", "Rename")
    anas.get_by_role("textbox", name="Name", exact=True).fill("fault")
    anas.get_by_role("button", name="Rename").click()
    expect(dot).to_have_attribute("title", "fault")
    edit("fault", "Delete …", "Delete for good, and take it off 1 task")
    expect(dot).to_have_count(0)


def test_gus_sees_all_of_it_and_changes_none(open_as, task, blocker, gus):
    page = live(open_as(gus, task.get_absolute_url()))
    expect(items(page)).to_have_text(TEXTS)
    for box in page.get_by_role("checkbox", name=re.compile("|".join(TEXTS))).all():
        expect(box).to_be_disabled()
    expect(page.get_by_role("textbox", name="New item")).to_be_hidden()
    expect(
        page.locator(".dependency-add:visible, .dependency-remove:visible, .checklist-menu:visible")
    ).to_have_count(0)
    page.get_by_role("button", name="Watch").click()
    eventually(lambda: gus in task.watchers.all())


def test_a_long_run_of_activity_is_folded_until_one_asks(open_as, task, ben):
    page = live(open_as(ben, task.get_absolute_url()))
    expect(page.locator(".activity")).to_have_count(3)
    expect(page.locator(".activity").last).to_contain_text("Ana ticked “Measure the wall”")
    page.get_by_role("button", name="3 earlier changes").click()
    expect(page.locator(".activity")).to_have_count(6)
    expect(page.locator(".activity").first).to_be_focused()


def full(task: Task, ana, ben) -> None:
    task.checklist.last().change(
        text="Clean all of the brushes, and the floor wherever it has been dripped upon since",
        assignee=ben.pk,
        by=ana,
    )
    ChecklistItem.objects.add_to(task, "לשטוף את הרצפה", by=ben)
    other = Task.objects.add_to(task.project, "Invite everybody to look at the freshly painted wall", by=ana)[
        0
    ]
    Dependency.objects.add_to(other, task, by=ana)
    task.change(
        labels=[Label.objects.add_to(task.project, "bug", colour="red", by=ana).pk],
        assignees=[ben.pk],
        by=ben,
    )
    task.change(description="All **four** sides.", due_at="2031-01-01T12:00:00Z", priority="high", by=ana)
    Comment.objects.add_to(task, "Which wall do you mean?", by=ben)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [None, PHONE], ids=["wide", "phone"])
def test_all_of_it_is_accessible(open_as, task, blocker, ana, ben, viewport, scheme, tmp_path):
    full(task, ana, ben)
    more = {"viewport": viewport, "has_touch": True} if viewport else {}
    page = live(open_as(ana, task.get_absolute_url(), color_scheme=scheme, **more))
    expect(page.locator(".activity").last).to_be_visible()
    page.screenshot(path=tmp_path / "top.png")
    page.locator(".activity").last.scroll_into_view_if_needed()
    page.screenshot(path=tmp_path / "bottom.png")
    assert violations(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide
