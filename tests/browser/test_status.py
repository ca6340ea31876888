"""The administrators' page as they see it: the browser itself tries a socket."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.conftest import PHONE, WIDE
from tests.conftest import person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_browser_reaches_a_socket_and_says_so(open_as, scheme, viewport):
    page = open_as(person("ada", is_staff=True), "/admin/", color_scheme=scheme, viewport=viewport)
    page.get_by_role("link", name="Status").click()
    row = page.locator("#socket-check")
    expect(row).to_have_attribute("data-works", "yes")
    expect(row).to_contain_text("Process")
    assert not violations(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_socket_that_is_not_passed_on_is_told_in_words(open_as):
    page = open_as(person("ada", is_staff=True))
    page.route_web_socket("**/ws/health/", lambda socket: socket.close(code=1011))
    page.goto("/admin/status/")
    expect(page.locator("#socket-check")).to_have_attribute("data-works", "no")
    expect(page.locator("#socket-check")).to_contain_text("is /ws/ passed on to the live processes")


def test_nobody_else_may_try_a_socket(open_as, ana, complaints):
    complaints.expect("/ws/health/")
    page = open_as(ana)
    opened = """() => new Promise((resolve) => {
        const socket = new WebSocket(`ws://${location.host}/ws/health/`);
        socket.onmessage = () => resolve(true);
        socket.onclose = () => resolve(false);
    })"""
    assert page.evaluate(opened) is False
