"""Browsers: `open_as(ben, "/projects/1/")` gives a page of a browser in which Ben is signed in.

A test fails when one of its pages logged an error, threw, or was stopped by the content security policy.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.late import slow_context, slow_page
from tests.servers import Server

# How long a test waits for what it wants to see, in milliseconds: patience, and no promise of the product. Two browsers
# and their servers share a machine with others; what is promised in seconds is said where it is tested.
PATIENCE = 90_000
expect.set_options(timeout=PATIENCE)

WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


def sign_in(context: BrowserContext, server: Server, user: Any) -> None:
    """Give the browser a session of `user`, made as the sign-in form makes it."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": server.url}])


class Complaints(list):
    """What pages said that they should not have. `expect("401")` forgives what holds that text."""

    def __init__(self) -> None:
        super().__init__()
        self.forgiven: list[str] = []

    def expect(self, *texts: str) -> None:
        self.forgiven += texts

    def left(self) -> list[str]:
        return [each for each in self if not any(text in each for text in self.forgiven)]


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
def open_as(
    transactional_db, browser: Browser, server: Server, complaints: Complaints
) -> Iterator[Callable[..., Page]]:
    """`open_as(user, path, server=..., viewport=..., color_scheme="dark", ...)`; None is nobody."""
    contexts = []

    def open_page(user: Any, path: str = "/", server: Server = server, **options: Any) -> Page:
        context = browser.new_context(
            **{"viewport": WIDE, "base_url": server.url, "locale": "en-GB", **options}
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        slow_context(context)
        if user is not None:
            sign_in(context, server, user)
        page = context.new_page()
        slow_page(page)
        context.on("page", slow_page)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda said: (
                said.type == "error" and complaints.append(f"{page.url}: {said.text} {said.location}")
            ),
        )
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints.left(), complaints.left()
