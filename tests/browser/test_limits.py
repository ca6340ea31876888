"""Somebody quicker than the server allows loses nothing: it all goes out, in order, a little later."""

import contextlib
import re

from playwright.sync_api import expect

from projects import rates
from tests.browser.test_sharing_files import hold
from tests.waiting import eventually


def use_up(user) -> None:
    """Leave them nothing to send with for some four seconds."""
    with contextlib.suppress(rates.TooFast):
        while True:
            rates.spend("sends", user.pk, rate=5, burst=40)


def test_who_writes_too_fast_waits_and_loses_nothing(open_as, project, ben, complaints):
    complaints.expect("429")
    room = project.rooms.get()
    page = open_as(ben, f"/projects/{project.pk}/rooms/{room.pk}/")
    expect(page.locator("html")).to_have_attribute("data-connection", "live")
    field = page.locator("message-composer textarea").first
    words = ["One", "Two", "Three"]
    held = hold(page, "/messages$")
    for each in words:
        field.fill(each)
        field.press("Enter")
    eventually(lambda: page.title() and held)
    use_up(ben)
    page.unroute(re.compile("/messages$"))  # which lets them go
    expect(page.locator("chat-message[data-state=waiting]")).to_have_count(3)
    expect(page.locator("chat-message[data-state=waiting]").first).to_contain_text("a little fast")
    expect(page.locator("chat-message[data-state=sent]")).to_have_count(3)
    assert list(room.messages.order_by("pk").values_list("body", flat=True)) == words
