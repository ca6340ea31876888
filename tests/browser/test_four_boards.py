"""Four browsers move, add and delete cards at random, all at once: in the end all four show the same board."""

import pytest
from playwright.sync_api import Page, expect

from tasks.models import Task
from tests.conftest import add, person
from tests.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TURNS = 16  # each: below what one person may send in a burst

# The page's own modules: what a hand does goes through them.
PLAY = """([seed, turns]) => {
  const root = document.querySelector('script[type=module][src*="application"]').src;
  const at = (path) => new URL(path, root).href;
  window.played = Promise.all([import(at("models/task_changes.js")), import(at("models/outbox.js")),
                               import(at("models/project_store.js"))])
    .then(async ([{ changes }, { outbox }, { store }]) => {
      const random = () => ((seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648);
      const pick = (list) => list[Math.floor(random() * list.length)];
      for (let turn = 0; turn < turns; turn += 1) {
        const tasks = store.tasks.all();
        const column = pick(store.columns.all()).id;
        const kind = random();
        if (kind < 0.15 || !tasks.length) outbox().add({ column, title: `Made ${seed}` });
        else if (kind < 0.25) changes.delete(pick(tasks).id);
        else changes.move(pick(tasks).id, { column, place: { index: Math.floor(random() * 8) } });
        await new Promise((next) => setTimeout(next, random() * 40));
      }
    });
}"""


def board(page: Page) -> list[list[str]]:
    return page.locator("task-board").evaluate(
        """board => [...board.querySelectorAll("task-column")].map((column) =>
             [...column.querySelectorAll("task-card[data-task-id]")].map((card) => card.dataset.taskId))"""
    )


def kept(project) -> list[list[str]]:
    columns = project.columns.order_by("position")
    return [
        [str(pk) for pk in c.tasks.on_board().order_by("position").values_list("pk", flat=True)]
        for c in columns
    ]


def test_four_browsers_end_with_the_same_board(open_as, project, ana, ben, complaints):
    complaints.expect("404", "409", "429")  # moved what another has just deleted
    dora, emil = person("dora"), person("emil")
    for one in (dora, emil):
        add(project, one, "member")
    for n in range(10):
        Task.objects.add_to(project, f"Task {n}", by=ana)
    pages = [open_as(who, f"/projects/{project.pk}/") for who in (ana, ben, dora, emil)]
    for page in pages:
        expect(page.locator("html")).to_have_attribute("data-connection", "live")
    for seed, page in enumerate(pages, start=1):
        page.evaluate(PLAY, [seed * 7919, TURNS])
    for page in pages:
        page.evaluate("() => window.played")
    eventually(lambda: all(board(page) == kept(project) for page in pages))
    ranks = list(Task.everything.filter(project=project).values_list("column", "position"))
    assert len(ranks) == len(set(ranks)) > 10
