"""Pages in a real browser while things break: nobody presses reload, and the page shows what a fresh one would."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.faults.test_killed_workers import kill_one
from tests.faults.test_rolling_deploys import renew
from tests.waiting import eventually

pytestmark = pytest.mark.browser

PATIENCE = 60_000  # milliseconds
SHOWN = 40  # messages that a page certainly shows, from the end
ROUND = 40  # deeds, among which are all kinds

# What stands on the page: the cards of each column, what was said last, and what became of both.
READ = """(shown) => {
    const words = (element, names) => names.map((name) => {
        const part = element.querySelector(`[data-part=${name}]`);
        return part === null || part.closest("[hidden]") ? "" : part.textContent.trim();
    });
    const CARD = ["title", "ref", "comments-count", "files-count", "checklist-count"];
    const MESSAGE = ["body", "edited", "reactions", "thread-count", "pinned-by"];
    return {
        columns: [...document.querySelectorAll("task-column")].map((column) => [
            column.querySelector("[data-part=name]").textContent,
            column.dataset.colour ?? "",
            [...column.querySelectorAll("task-card")].map((card) => words(card, CARD)),
        ]),
        messages: [...document.querySelectorAll("chat-message")].slice(-shown).map((each) => words(each, MESSAGE)),
        topic: words(document, ["topic", "pins-count"]),
    };
}"""


def read(page: Page) -> dict[str, Any]:
    return page.evaluate(READ, SHOWN)


def read_fresh(page: Page) -> dict[str, Any]:
    """What a page shows that has just been opened: its room is read after the rest."""
    page.locator("chat-message").nth(5).wait_for(state="attached", timeout=PATIENCE)
    return read(page)


def is_live(page: Page) -> Page:
    expect(page.locator("html")).to_have_attribute("data-connection", "live", timeout=PATIENCE)
    return page


@pytest.fixture
def open_page(house, place, browser: Browser) -> Iterator[Callable[..., Page]]:
    """`open_page(person)`: the project's page, live, with a mark that a reload would wipe off."""
    contexts = []

    def open_as(person: Any, url: str | None = None) -> Page:
        url = url or house.url
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
        contexts.append(context)
        context.add_cookies([{"name": house.cookie, "value": person.session, "url": url}])
        page = context.new_page()
        page.goto(f"{url}/projects/{place.id}/")
        page.evaluate("window.neverReloaded = true")
        return is_live(page)

    yield open_as
    for context in contexts:
        context.close()


def break_live(house: Any, under: Any) -> None:
    kill_one(house.stack.live)


def break_redis(house: Any, under: Any) -> None:
    house.redis.kill()
    under.more(10)
    house.redis.start()


def break_postgres(house: Any, under: Any) -> None:
    house.postgres.kill()
    under.during(1)
    house.postgres.revive()


def deploy(house: Any, under: Any) -> None:
    renew(house.stack.web)
    renew(house.stack.live)


LONG = pytest.mark.faults_long


@pytest.mark.parametrize(
    "happens",
    [
        break_live,
        pytest.param(break_redis, marks=LONG),
        pytest.param(break_postgres, marks=LONG),
        pytest.param(deploy, marks=LONG),
    ],
    ids=["a live worker dies", "redis dies", "postgres dies", "a new version comes"],
)
def test_a_page_shows_what_a_fresh_one_shows_after(house, place, run, open_page, happens):
    page = open_page(place.people[1])
    with run(writers=2, listeners=2, pause=0.4) as under:
        with under.fault():
            happens(house, under)
        under.more(6)
        under.deeds_done(ROUND)
    under.judge()
    fresh = read_fresh(open_page(place.people[1]))
    assert any(cards for *_, cards in fresh["columns"])
    assert any(any(more) for _, *more in fresh["messages"]), (
        "nothing became of any message: this proves little"
    )
    is_live(page)
    eventually(lambda: read(page) == fresh)
    assert page.evaluate("window.neverReloaded"), "the page was loaded anew"


@LONG
def test_a_page_behind_a_line_that_hangs(house, place, run, open_page, line):
    """Nothing passes and nobody says so: the page finds out, comes back and shows what it missed."""
    page = open_page(place.people[2], line.url)
    with run(writers=2, listeners=2, pause=0.4) as under:
        with under.fault():
            line.stall()
            under.more(10)
            line.cut()
            line.flow()
        under.more(4)
    under.judge()
    fresh = read_fresh(open_page(place.people[2]))
    eventually(lambda: read(page) == fresh, 90)
    assert page.evaluate("window.neverReloaded"), "the page was loaded anew"
