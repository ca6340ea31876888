from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from chat.models import Room
from tests.browser.chat.talking import address, settled


@pytest.fixture
def room(transactional_db, project) -> Room:
    """The project's first room; Ana, Ben and Gus are in it."""
    return Room.objects.filter(project=project).default()


@pytest.fixture
def pages(open_as: Callable[..., Page], room: Room, ana, ben) -> tuple[Page, Page]:
    """Ana's page and Ben's, both in the room and live."""
    both = open_as(ana, address(room)), open_as(ben, address(room))
    for page in both:
        expect(page.locator("message-list")).to_have_attribute("aria-busy", "false")
        settled(page, "() => document.querySelector('connection-pill').hidden")
    return both
