"""Two people on production as it ships: nginx, gunicorn, uvicorn workers (RELIABILITY F20)."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from config.stack import Stack
from tests.browser.chat.talking import message, write
from tests.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def stack(keep_stack: Callable[..., Stack]) -> Stack:
    return keep_stack(web=2, live=2)


def on_a_socket(page: Page) -> None:
    """Not by asking over HTTP, as pages do where no socket gets through."""
    expect(page.locator("html")).to_have_attribute("data-connection", "live")


def test_ana_posts_and_bens_page_shows_it_while_a_new_version_comes(stack, open_as, project, ana, ben):
    path = f"/projects/{project.pk}/"
    anas, bens = open_as(ana, path, server=stack), open_as(ben, path, server=stack)
    on_a_socket(anas)
    on_a_socket(bens)
    write(anas, "Hello from production")
    expect(message(bens, "Hello from production")).to_be_visible()
    bens.evaluate("window.neverReloaded = true")

    old = set(stack.live.workers() + stack.web.workers())
    stack.live.reload()
    stack.web.reload()
    write(anas, "In the middle of it")
    expect(message(bens, "In the middle of it")).to_be_visible()
    eventually(lambda: not old & set(stack.live.workers() + stack.web.workers()))
    on_a_socket(bens)
    write(anas, "And after it")
    expect(message(bens, "And after it")).to_be_visible()
    assert bens.evaluate("window.neverReloaded")
