"""What dragging costs with five hundred cards on the board, by the browser's own trace: no frame lays them out anew.

How long frames take is printed (`-s`), not asserted: that is the machine's business as well.
"""

import json
from statistics import median

import pytest
from playwright.sync_api import Page, expect

from tasks.models import Column, Task
from tests.browser.standing import middle
from tests.browser.test_dragging import at_rest, card, carry, column, lift

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COLUMNS, CARDS = 10, 50
MOVES = 90


@pytest.fixture
def board(project, ana):
    columns = list(project.columns.order_by("position"))
    columns += [Column.objects.add_to(project, f"Step {n}", by=ana) for n in range(COLUMNS - len(columns))]
    with project.quietly():
        for place, each in enumerate(columns):
            for n in range(CARDS):
                Task.objects.add_to(project, f"Card {place}-{n}.", column=each, by=ana)
    return columns


def traced(page: Page, act) -> list[dict]:
    cdp, events = page.context.new_cdp_session(page), []
    cdp.on("Tracing.dataCollected", lambda data: events.extend(data["value"]))
    done = []
    cdp.on("Tracing.tracingComplete", lambda _: done.append(True))
    cdp.send("Tracing.start", {"categories": "devtools.timeline,disabled-by-default-devtools.timeline"})
    act()
    cdp.send("Tracing.end")
    while not done:
        page.wait_for_timeout(50)
    return events


def test_no_frame_of_a_drag_lays_out_the_cards(open_as, project, board, ana):
    page = open_as(ana, f"/projects/{project.pk}/", viewport={"width": 2560, "height": 1300})
    expect(page.locator("html")).to_have_attribute("data-connection", "live")
    expect(page.locator("task-board task-card[data-task-id]")).to_have_count(COLUMNS * CARDS)
    # Who is here, and how, is drawn anew whenever it changes: without these all that is laid out is the board's.
    page.locator("project-rail, #room, [data-pane=people]").evaluate_all(
        "(parts) => parts.forEach((part) => (part.hidden = true))"
    )
    lift(page, card(page, "Card 0-3."))
    x, y = middle(column(page, board[0].name))
    far, _ = middle(column(page, board[4].name))
    carry(page, (x, y))

    def drag() -> None:
        for step in range(MOVES):
            page.mouse.move(x + (far - x) * step / MOVES, y + 200 * ((step // 10) % 2))
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    events = traced(page, drag)
    page.mouse.up()
    at_rest(page)
    layouts = [e["args"]["beginData"] for e in events if e["name"] == "Layout" and "beginData" in e["args"]]
    frames = [e["dur"] / 1000 for e in events if e["name"] == "FireAnimationFrame" and "dur" in e]
    styles = [e["dur"] / 1000 for e in events if e["name"] == "UpdateLayoutTree" and "dur" in e]
    print(
        json.dumps(
            {
                "frames": len(frames),
                "script a frame, ms (median, most)": [round(median(frames), 2), round(max(frames), 2)],
                "style a frame, ms (median, most)": [round(median(styles), 2), round(max(styles), 2)],
                "layouts": len(layouts),
                "objects laid out at once, most": max((each["dirtyObjects"] for each in layouts), default=0),
            }
        )
    )
    assert len(frames) > 20
    # Of some 9,000; the cards of one column alone are more than 500. The gap and what is around it are ten.
    assert max((each["dirtyObjects"] for each in layouts), default=0) < 20
