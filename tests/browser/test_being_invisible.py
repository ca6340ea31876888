"""Being invisible, by two browsers: what one sees of oneself, and that the others see nobody."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE
from tests.browser.test_live import at, avatar, expect_status, live

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def turn(page: Page) -> None:
    page.locator('[data-part="me"]').click()
    page.get_by_role("switch", name="Invisible").click()


def test_one_turns_invisible_in_all_ones_windows_and_the_others_see_somebody_leave(
    open_as, project, ana, ben
):
    watcher = live(open_as(ana, at(project)))
    one, two = live(open_as(ben, at(project))), live(open_as(ben, f"/projects/{project.pk}/members/"))
    expect_status(watcher, ben, "active")
    turn(one)
    expect(one.locator('[data-part="me"]')).to_contain_text("invisible")
    expect(two.locator(f'[data-presence="{ben.pk}"]')).to_have_text("invisible")
    expect_status(watcher, ben, "offline")
    expect_status(one, ben, "offline")  # one's own dot shows what the others see
    expect(avatar(one, ben)).to_contain_text("invisible")
    one.keyboard.press("Escape")
    composer = one.locator("message-composer textarea").first
    composer.press_sequentially("Nobody sees this coming")
    one.reload()
    live(one)
    expect(one.locator('[data-part="me"]')).to_contain_text("invisible")
    expect(watcher.locator("typing-line").first).to_have_text("")
    expect(avatar(watcher, ben)).to_contain_text("offline")
    turn(one)
    expect_status(watcher, ben, "active")
    expect(two.locator(f'[data-presence="{ben.pk}"]')).to_have_text("active")
    expect(one.locator('[data-part="me"]')).not_to_contain_text("invisible")


def test_on_a_phone_the_switch_stands_with_what_is_about_oneself(open_as, project, ben):
    page = live(open_as(ben, f"{at(project)}?view=me", viewport=PHONE))
    switch = page.get_by_role("switch", name="Invisible")
    expect(switch).to_have_attribute("aria-checked", "false")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    ben.refresh_from_db()
    assert ben.invisible


def test_a_refused_switch_says_so_and_stays_as_it_was(open_as, project, ben, complaints):
    complaints.expect("500")
    page = live(open_as(ben, at(project)))
    page.route("**/api/v1/me", lambda route: route.fulfill(status=500, json={"detail": "This did not work."}))
    turn(page)
    expect(page.get_by_text("This did not work.")).to_be_visible()
    expect(page.locator('[data-part="me"]')).not_to_contain_text("invisible")


def test_the_profile_says_how_much_others_see(open_as, ben):
    page = open_as(ben, "/profile/")
    page.get_by_label("Invisible").check()
    page.get_by_label("Share typing").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    ben.refresh_from_db()
    assert (ben.invisible, ben.shares_typing) == (True, False)


def test_whoever_does_not_share_typing_neither_sends_nor_sees_it(open_as, project, ana, ben):
    anas, bens = live(open_as(ana, at(project))), live(open_as(ben, at(project)))
    line = anas.locator("typing-line").first
    composer = bens.locator("message-composer textarea").first
    composer.press_sequentially("a")
    expect(line).to_contain_text("Ben is typing")
    ana.change(by=ana, shares_typing=False)
    expect(line).to_have_text("")
