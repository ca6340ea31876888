"""Four people move, add, archive and delete at random, all at once: in the end all four have the same board."""

from functools import partial
from random import Random

import pytest

from projects.models import Project
from tasks.models import Task
from tests.api.test_snapshot_and_events import Page
from tests.conftest import API, add, person
from tests.tasks.conftest import make_task
from tests.tasks.test_two_at_once import assert_sound, at_once

pytestmark = pytest.mark.django_db(transaction=True)

TURNS = 30


class Client:
    """Somebody whose board is a snapshot and the events since, and who acts on what they see there."""

    def __init__(self, project: Project, user: object, seed: str) -> None:
        self.api, self.project, self.random = API(user), project, Random(seed)
        self.page = Page(self.api.get(f"/projects/{project.pk}/snapshot").json())
        self.answers: list[int] = []

    def hear(self) -> None:
        answer = self.api.get(f"/projects/{self.project.pk}/events?after={self.page.sequence}").json()
        assert not answer.get("reset")
        for event in answer["events"]:
            self.page.apply(event)

    def act(self) -> None:
        tasks = sorted(self.page.state["tasks"])
        kinds = ["move"] * 6 + ["add"] * 2 + ["delete", "archive"]
        getattr(self, self.random.choice(kinds) if tasks else "add")(tasks)
        if self.random.random() < 0.5:  # else on what one saw before
            self.hear()

    def move(self, tasks: list[int]) -> None:
        task, before, after = (self.random.choice(tasks) for _ in range(3))
        column = self.random.choice(sorted(self.page.state["columns"]))
        body = {"column": column, "before": before, "after": after}
        self.call(
            "post", f"/tasks/{task}/move", {key: body[key] for key in self.random.sample(list(body), 3)}
        )

    def add(self, tasks: list[int]) -> None:
        column = self.random.choice(sorted(self.page.state["columns"]))
        self.call("post", f"/projects/{self.project.pk}/tasks", {"title": "One more", "column": column})

    def delete(self, tasks: list[int]) -> None:
        self.call("delete", f"/tasks/{self.random.choice(tasks)}")

    def archive(self, tasks: list[int]) -> None:
        self.call("post", f"/tasks/{self.random.choice(tasks)}/archive")

    def call(self, method: str, path: str, body: dict | None = None) -> None:
        self.answers.append(self.api.request(method, path, body).status_code)

    def board(self) -> list[tuple[int, list[int]]]:
        rows = sorted(self.page.state["tasks"].values(), key=lambda row: row["position"])
        columns = sorted(self.page.state["columns"])
        return [(column, [row["id"] for row in rows if row["column"] == column]) for column in columns]


@pytest.mark.parametrize("seed", ["one", "two", "three"])
def test_four_people_end_with_the_same_board(transactional_db, project, ana, ben, seed):
    dora, emil = person("dora"), person("emil")
    for one in (dora, emil):
        add(project, one, "member")
    for n in range(12):
        make_task(project, f"Task {n}", by=ana)
    clients = [Client(project, who, f"{seed} {who}") for who in (ana, ben, dora, emil)]
    for _ in range(TURNS):
        at_once(*[partial(client.act) for client in clients])
    for client in clients:
        client.hear()
        # 404 and 409: it was deleted or archived a moment ago.
        assert set(client.answers) <= {200, 201, 204, 404, 409}
    fresh = Client(project, ana, "fresh").board()
    assert all(client.board() == fresh for client in clients)
    assert_sound(project)
    assert Task.objects.filter(project=project, created_by__in=[dora, emil]).exists()
