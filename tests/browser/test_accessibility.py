"""axe-core finds nothing on any page of a project, in light and in dark, wide and narrow."""

import pytest
from playwright.sync_api import Page, expect

from projects.models import Invitation
from tasks.models import Comment, Task
from tests.browser.axe import violations
from tests.browser.conftest import PHONE, WIDE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def addresses(project, ana, ben) -> list[str]:
    """Every kind of page of a project, with something on it and with nothing."""
    task, _ = Task.objects.add_to(project, "Write the words", description="**Both** of them", by=ana)
    task.change(assignees={ana.pk, ben.pk}, priority="high", by=ana)
    Comment.objects.add_to(task, "`Which` words?", by=ben)
    room = project.rooms.get()
    empty = room.channel.open_room("empty", by=ana)
    for number in range(3):
        room.post(f"Message **{number}** for @ana about WEB-1", by=ben)
    message = room.post("```python\nprint('hello')\n```", by=ana)
    _, token = Invitation.issue(project, role="guest", by=ana)
    here = f"/projects/{project.pk}/"
    return [
        here,
        f"{here}tasks/{task.number}/",
        f"{here}tasks/999/",
        f"{here}rooms/{empty.pk}/",
        f"{here}rooms/{room.pk}/messages/{message.pk}/",
        f"{here}members/",
        f"{here}settings/",
        "/projects/new/",
        f"/invitations/{token}/",
        "/",
    ]


def settled(page: Page) -> None:
    if page.locator("task-board").count():
        expect(page.locator("html")).to_have_attribute("data-connection", "live")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_no_page_shuts_anybody_out(open_as, ana, addresses, scheme, viewport):
    page = open_as(ana, "/", color_scheme=scheme, viewport=viewport)
    found = {}
    for address in addresses:
        page.goto(address)
        settled(page)
        if here := violations(page):
            found[address] = here
    assert not found


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_nothing_is_wider_than_the_window(open_as, ana, addresses, viewport):
    page = open_as(ana, "/", viewport=viewport)
    for address in addresses:
        page.goto(address)
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
