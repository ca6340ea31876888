"""The board is not read anew for every page: kept as text, it follows the log, and is what the database holds."""

from typing import Any

import orjson
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects import kept, wire
from projects.kept import KeptRows
from projects.models import Event, Project
from projects.snapshot import snapshot
from tasks.models import Column, Comment, Label, Task
from tasks.snapshot import tasks as section
from tests.api.test_snapshot_and_events import every_change
from tests.tasks.conftest import make_task
from tests.tasks.test_two_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def project(transactional_db, project):
    return project


class Reader:
    """Ben, who loads the page again and again."""

    def __init__(self, project: Project, user: Any) -> None:
        self.project, self.user = project, user

    def snapshot(self) -> dict[str, Any]:
        project = Project.objects.visible_to(self.user).get(pk=self.project.pk)
        return orjson.loads(wire.encode(snapshot(project, self.user)))

    def tasks(self) -> list[dict[str, Any]]:
        return self.snapshot()["tasks"]

    def fresh(self) -> list[dict[str, Any]]:
        rows = Task.objects.on_board().filter(project=self.project).order_by("column", "position").rows()
        return orjson.loads(wire.encode(rows))

    def check(self) -> None:
        """Twice: as it is brought up to date, and as it is kept."""
        fresh = self.fresh()
        assert self.tasks() == fresh and self.tasks() == fresh

    def reads_the_board(self) -> bool:
        with CaptureQueriesContext(connection) as queries:
            section(self.project, self.user)
        return any('"tasks_task"' in query["sql"] for query in queries)


@pytest.fixture
def reader(project, ben) -> Reader:
    return Reader(project, ben)


def test_after_every_change_it_is_what_the_database_holds(project, ana, ben, reader):
    reader.check()
    for step in every_change(project, ana, ben):
        step()
        reader.check()


def test_what_happens_past_the_verbs_stands_in_it_too(project, board, ana, ben, reader):
    task = make_task(project, "One", assignees=[ben.pk], by=ben)
    reader.check()
    label = Label.objects.create(project=project, name="Bug")
    task.labels.add(label)
    reader.check()
    task.assignees.clear()
    reader.check()
    comment = Comment.objects.create(task=task, author=ben, body="late", html="late")
    reader.check()
    comment.delete()
    label.delete()
    reader.check()
    task.delete()
    reader.check()
    assert reader.tasks() == []


def test_what_is_written_quietly_stands_in_it_too(project, board, ana, ben, reader):
    for number in range(3):
        make_task(project, f"Task {number}", by=ben)
    reader.check()
    with project.quietly(by=ana):
        Task.objects.filter(project=project).update(title="All the same")
    reader.check()
    assert {row["title"] for row in reader.tasks()} == {"All the same"}
    project.change(key="NET", by=ana)  # the reference of every task
    reader.check()
    assert reader.tasks()[0]["ref"] == "NET-1"


def test_a_column_that_takes_all_its_tasks_along(project, board, ana, ben, reader, monkeypatch):
    for most in (100, 2):  # an event a task, and one for all
        monkeypatch.setattr("tasks.placing.MOST_EVENTS", most)
        column = Column.objects.add_to(project, "Passing", by=ana)
        for number in range(4):
            make_task(project, f"Task {number}", column=column, by=ben)
        reader.check()
        column.change(done=True, by=ana)
        reader.check()
        column.remove(move_to=board.doing, by=ana)
        reader.check()


def test_another_epoch_and_a_log_that_does_not_reach_so_far_are_read_afresh(project, ben, reader):
    """After a restore the numbers begin anew, and what they say is another thing."""
    task = make_task(project, "One", by=ben)
    reader.check()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tasks_task SET title = 'Restored'")
        cursor.execute("UPDATE projects_counter SET epoch = gen_random_uuid()")
    reader.check()
    assert reader.tasks()[0]["title"] == "Restored"
    task.refresh_from_db()
    task.change(title="Two", by=ben)
    task.change(priority="high", by=ben)
    Event.objects.trim(project.pk, before=timezone.now(), keep=1)
    reader.check()
    assert (reader.tasks()[0]["title"], reader.tasks()[0]["priority"]) == ("Two", "high")
    with connection.cursor() as cursor:  # the log was cut off behind what was read
        cursor.execute("UPDATE tasks_task SET title = 'Earlier'")
        cursor.execute("UPDATE projects_counter SET sequence = sequence - 1")
    assert reader.tasks()[0]["title"] == "Earlier"


def test_only_what_happened_is_read(project, ana, ben, reader, monkeypatch):
    task = make_task(project, "One", by=ben)
    assert reader.reads_the_board()
    assert not reader.reads_the_board()
    task.change(title="Two", by=ben)
    project.rooms.first().post("Hello", by=ben)
    assert not reader.reads_the_board()
    reader.check()
    monkeypatch.setattr(kept, "MOST_BEHIND", 2)
    for number in range(3):
        task.change(title=f"Title {number}", by=ben)
    assert reader.reads_the_board()
    monkeypatch.setattr(kept, "MOST_SECONDS", 0)
    assert reader.reads_the_board()


def test_what_a_transaction_wrote_is_nobody_elses_until_it_is_committed(project, ben, reader):
    task = make_task(project, "One", by=ben)
    reader.check()
    with transaction.atomic():
        task.change(title="Never", by=ben)
        reader.check()
        transaction.set_rollback(True)
    reader.check()
    assert reader.tasks()[0]["title"] == "One"


def test_only_the_boards_that_were_asked_for_last_are_kept(project, elsewhere, ben, monkeypatch):
    monkeypatch.setattr(kept, "MOST_BYTES", 100)
    read = []

    def rows(of: Project) -> list[dict[str, Any]]:
        read.append(of.pk)
        return [{"id": 1, "title": "x" * 80}]

    rows_of = KeptRows("task", rows, order=("id",))
    for each in (project, project, elsewhere.project, elsewhere.project, project):
        assert orjson.loads(wire.encode(rows_of.of(each)))[0]["id"] == 1
    assert read == [project.pk, elsewhere.project.pk, project.pk]


def test_while_many_write_it_is_never_older_than_the_number_beside_it(project, board, ana, ben, reader):
    """Nor newer than what the log then holds: each row is what some event says, and not one before the number."""
    shared = [make_task(project, f"Task {number}", by=ben) for number in range(2)]
    own = [make_task(project, f"Own {who}", by=ben) for who in range(3)]
    taken = []

    def write(who: int) -> None:
        for turn in range(8):
            task = Task.objects.get(pk=shared[(who + turn) % 2].pk)
            task.change(title=f"{who} {turn}", by=ben)
            task.move_to(board.doing if turn % 2 else board.todo, by=ben)
            Comment.objects.add_to(task, f"{who} {turn}", by=ben)
            own[who].discard(by=ben)
            own[who].restore(by=ben)

    def read() -> None:
        for _ in range(25):
            taken.append(reader.snapshot())

    at_once(*[lambda who=who: write(who) for who in range(3)], read, read)
    said = [(event.sequence, event.name, event.data) for event in project.events.order_by("sequence")]
    for state in taken:
        rows = {row["id"]: row for row in state["tasks"]}
        for pk in (task.pk for task in [*shared, *own]):
            about = [line for line in said if line[1].startswith("task.") and line[2]["id"] == pk]
            last = max(number for number, _, _ in about if number <= state["sequence"])
            later = [
                None if name == "task.deleted" else data for number, name, data in about if number >= last
            ]
            assert rows.get(pk) in later
    reader.check()
