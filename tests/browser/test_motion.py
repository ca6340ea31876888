"""What somebody else moves is followed by the eye: a card glides for 180 ms, and under reduced motion not at all."""

import pytest
from playwright.sync_api import Page, expect

from tasks.models import Task
from tests.browser.standing import middle
from tests.browser.test_dragging import card, column

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Holds each animation at its start and keeps it, so that a test sees what is on its way however quick the machine is.
HOLD = """() => {
    window.held = [];
    const animate = Element.prototype.animate;
    Element.prototype.animate = function (...how) {
        const animation = animate.apply(this, how);
        animation.pause();
        window.held.push(animation);
        return animation;
    };
}"""
DURATIONS = "held.map((each) => each.effect.getTiming().duration)"


@pytest.fixture
def task(project, ana) -> Task:
    for name in ("Alpha", "Bravo"):
        task, _ = Task.objects.add_to(project, name, by=ana)
    return task


def watched(page: Page) -> Page:
    expect(page.locator("html")).to_have_attribute("data-connection", "live")
    expect(page.locator("message-list")).to_have_attribute("aria-busy", "false")  # nothing is still to appear
    page.evaluate(HOLD)
    return page


def test_a_card_that_somebody_moves_glides_from_where_it_was(open_as, project, task, ana, ben):
    page = watched(open_as(ana, project.get_absolute_url()))
    was = middle(card(page, "Bravo"))
    task.move_to(project.columns.get(name="Done"), by=ben)
    expect(column(page, "Done").locator("task-card")).to_have_count(1)
    assert page.evaluate(DURATIONS) == [180]
    assert middle(card(page, "Bravo")) == pytest.approx(was, abs=1)
    page.evaluate("held.splice(0)[0].finish()")
    assert middle(card(page, "Bravo"))[0] == pytest.approx(middle(column(page, "Done"))[0], abs=4)
    Task.objects.add_to(project, "Charlie", by=ben)
    expect(card(page, "Charlie")).to_have_count(1)
    assert page.evaluate(DURATIONS) == [120]


def test_with_reduced_motion_nothing_moves_by_itself(open_as, project, task, ana, ben):
    page = watched(open_as(ana, project.get_absolute_url(), reduced_motion="reduce"))
    task.move_to(project.columns.get(name="Done"), by=ben)
    Task.objects.add_to(project, "Charlie", by=ben)
    expect(card(page, "Charlie")).to_have_count(1)
    expect(column(page, "Done").locator("task-card")).to_have_count(1)
    x, y = middle(card(page, "Alpha"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 10, steps=2)
    expect(page.locator("task-board")).to_have_attribute("data-dragging", "card")
    page.mouse.move(*middle(card(page, "Charlie")), steps=3)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    # Cards make room at once, and the dropped one is there at once.
    assert page.evaluate("document.getAnimations().length") == 0
    page.mouse.up()
    expect(page.locator(".drag-layer")).to_have_count(0)
    assert page.evaluate("held.length") == 0
