"""Two people at one project: who is here, who was removed, what an admin changes, and what happens without a server."""

import re
import signal
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import Locator, Page, expect

from presence import roster
from projects.models import Membership
from tasks.models import Task
from tests.browser.conftest import PATIENCE
from tests.conftest import PASSWORD, QUICK
from tests.servers import Server

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def at(project: Any) -> str:
    return f"/projects/{project.pk}/"


def live(page: Page) -> Page:
    expect(page.locator("html")).to_have_attribute("data-connection", "live", timeout=PATIENCE)
    return page


def avatar(page: Page, user: Any) -> Locator:
    """Somebody's avatar in the rail, with its dot."""
    return page.locator(f'project-rail user-avatar[user="{user.pk}"][presence]').first


def expect_status(page: Page, user: Any, status: str) -> None:
    expect(avatar(page, user)).to_have_attribute("data-status", status, timeout=PATIENCE)


def card(page: Page, title: str) -> Locator:
    return page.locator("task-card").filter(has_text=title)


def test_presence_goes_from_active_through_idle_and_inactive_to_offline(open_as, project, ana, ben):
    watcher = live(open_as(ana, at(project)))
    expect_status(watcher, ben, "offline")
    other = live(open_as(ben, at(project)))
    expect_status(watcher, ben, "active")
    expect(avatar(watcher, ben)).to_contain_text("active")
    expect_status(watcher, ben, "idle")  # three seconds without input, in these tests
    expect_status(watcher, ben, "inactive")
    other.mouse.move(200, 200)
    other.keyboard.press("Shift")
    expect_status(watcher, ben, "active")
    other.context.close()
    expect_status(watcher, ben, "offline")
    expect(avatar(watcher, ben)).to_contain_text("offline")


@pytest.fixture
def lenient(transactional_db, tmp_path):
    """A server to which nobody is late who comes back, however long a reload takes on this machine."""
    running = Server(
        tmp_path / "log", **{**QUICK, "PRESENCE_LEAVE_SECONDS": "300", "PRESENCE_EXPIRY_SECONDS": "300"}
    )
    yield running.start()
    running.stop()


def test_a_reload_is_no_departure(open_as, project, lenient, ana, ben):
    watcher, other = (live(open_as(user, at(project), server=lenient)) for user in (ana, ben))
    expect_status(watcher, ben, "active")
    # A store as young as this one lets nobody leave anyway.
    roster._client().hset(roster.key("store"), "born", "1")
    watcher.evaluate(
        """(user) => {
            const seen = (window.seen = []);
            const avatar = document.querySelector(`project-rail user-avatar[user="${user}"][presence]`);
            new MutationObserver(() => seen.push(avatar.dataset.status)).observe(avatar, { attributes: true });
        }""",
        ben.pk,
    )
    other.reload()
    live(other)
    other.mouse.move(300, 300)
    card_of_proof = Task.objects.add_to(project, "Proof", by=ana)[0]
    expect(card(watcher, card_of_proof.title)).to_be_visible()
    assert "offline" not in watcher.evaluate("window.seen")


def test_the_best_of_several_windows_counts(open_as, project, ana, ben):
    watcher = live(open_as(ana, at(project)))
    first, second = live(open_as(ben, at(project))), live(open_as(ben, at(project)))
    expect_status(watcher, ben, "active")
    first.context.close()
    second.mouse.move(10, 10)
    expect_status(watcher, ben, "active")
    second.context.close()
    expect_status(watcher, ben, "offline")


def test_who_looks_at_a_task_and_who_types_is_seen(open_as, project, ana, ben):
    task, _ = Task.objects.add_to(project, "Look at me", by=ana)
    watcher, other = live(open_as(ana, at(project))), live(open_as(ben, f"{at(project)}tasks/{task.number}/"))
    expect(card(watcher, "Look at me").locator(f'user-avatar[user="{ben.pk}"]').last).to_be_visible()
    other.keyboard.press("Escape")
    other.locator("message-composer textarea").press_sequentially("I think that")
    expect(watcher.get_by_text("Ben is typing")).to_be_visible()


def test_somebody_removed_is_told_at_once_and_sees_nothing_more(open_as, project, ana, ben):
    page = live(open_as(ben, at(project)))
    Membership.objects.get(project=project, user=ben).remove(by=ana)
    expect(page.get_by_role("heading", name="You are no longer a member of this project")).to_be_visible()
    Task.objects.add_to(project, "Not for Ben", by=ana)
    watcher = live(open_as(ana, at(project)))
    expect(card(watcher, "Not for Ben")).to_be_visible()
    expect(card(page, "Not for Ben")).to_have_count(0)


def test_signing_out_elsewhere_ends_the_page(open_as, project, server, ben, complaints):
    complaints.expect("401", "403")
    page = live(open_as(ben, at(project)))
    other = page.context.new_page()
    other.goto("/accounts/logout/")
    other.get_by_role("button", name=re.compile("sign out", re.I)).last.click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()


def test_a_new_password_ends_no_page_of_this_browser(open_as, project, ana, ben):
    ben.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt")  # one that the server can check
    ben.save()
    page = live(open_as(ben, at(project)))
    other = page.context.new_page()
    other.goto("/accounts/password/change/")
    other.fill("[name=oldpassword]", PASSWORD)
    other.fill("[name=password1]", "another long enough password")
    other.fill("[name=password2]", "another long enough password")
    other.get_by_role("button", name="Change the password").click()
    expect(other.get_by_text("Your password is changed.")).to_be_visible()
    Task.objects.add_to(project, "Still here", by=ana)
    expect(card(page, "Still here")).to_be_visible(timeout=PATIENCE)
    live(page)


def test_a_project_deleted_is_told(open_as, project, ben):
    page = live(open_as(ben, at(project)))
    project.delete()
    expect(page.locator('dialog[data-part="ending"]')).to_be_visible()


def test_what_an_admin_changes_is_seen_live(open_as, project, server, ana, ben):
    ana.is_staff = ana.is_superuser = True
    ana.save()
    task, _ = Task.objects.add_to(project, "Before", by=ben)
    message = project.rooms.get().post("As it was", by=ana)
    page = live(open_as(ben, at(project)))
    expect(card(page, "Before")).to_be_visible()
    admin = open_as(ana, f"/admin/tasks/task/{task.pk}/change/")
    admin.fill("#id_title", "After")
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(card(page, "After")).to_be_visible()
    admin.goto(f"/admin/chat/message/{message.pk}/delete/")
    admin.locator("form input[type=submit], form button[type=submit]").last.click()
    expect(page.locator("chat-message")).to_have_count(0)
    expect(page.locator("html")).to_have_attribute("data-connection", "live")


def test_after_a_server_that_stopped_nothing_is_missing_and_nothing_twice(
    own_server, open_as, project, ana, ben, complaints
):
    complaints.expect("WebSocket", "ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE")
    room = project.rooms.get()
    watcher, writer = (live(open_as(user, at(project), server=own_server)) for user in (ana, ben))
    for number in range(3):
        room.post(f"before {number}", by=ben)
    expect(watcher.locator("chat-message")).to_have_count(3)
    own_server.stop()
    expect(watcher.locator("connection-pill")).to_be_visible()
    # What others wrote meanwhile, and what one writes oneself.
    for number in range(40):
        room.post(f"meanwhile {number}", by=ana)
        Task.objects.add_to(project, f"Task {number}", by=ana)
    writer.locator("message-composer textarea").fill("written without a server")
    writer.keyboard.press("Enter")
    expect(writer.locator("chat-message", has_text="written without a server")).to_be_visible()
    own_server.start()
    for page in (watcher, writer):
        live(page)
        expect(page.locator("task-card")).to_have_count(40, timeout=PATIENCE)
    expect(watcher.locator("chat-message", has_text="written without a server")).to_have_count(
        1, timeout=PATIENCE
    )
    wanted = (
        [f"before {n}" for n in range(3)]
        + [f"meanwhile {n}" for n in range(40)]
        + ["written without a server"]
    )
    for page in (watcher, writer):
        expect(page.locator("chat-message .message-body")).to_have_text(wanted)
    assert list(room.messages.order_by("pk").values_list("body", flat=True)) == wanted


def test_a_killed_server_is_noticed_and_survived(own_server, open_as, project, ana, complaints):
    complaints.expect("WebSocket", "ERR_")
    page = live(open_as(ana, at(project), server=own_server))
    own_server.stop(signal.SIGKILL)
    Task.objects.add_to(project, "While nobody served", by=ana)
    own_server.start()
    expect(card(page, "While nobody served")).to_be_visible(timeout=PATIENCE)


def test_the_page_loads_nothing_from_elsewhere(open_as, project, ana, server):
    page = open_as(ana)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(at(project))
    live(page)
    assert asked and all(url.startswith((server.url, "data:")) for url in asked)


def test_a_page_whose_sockets_are_blocked_goes_on_by_asking(open_as, project, ana, ben, complaints):
    complaints.expect("WebSocket")
    page = open_as(ana)
    page.route_web_socket(re.compile("/ws/"), lambda socket: socket.close())
    page.goto(at(project))
    expect(page.locator("html")).to_have_attribute("data-connection", "polling")
    Task.objects.add_to(project, "Found by asking", by=ana)
    expect(card(page, "Found by asking")).to_be_visible(timeout=PATIENCE)
    watcher = live(open_as(ben, at(project)))
    expect_status(page, ben, "active")
    page.mouse.move(200, 200)
    page.mouse.move(300, 300)
    expect_status(watcher, ana, "active")
