"""What became of a task: who changed what, from what to what."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.models import Upload
from tasks.models import Attachment, ChecklistItem, Dependency, Label, Task
from tests.tasks.conftest import make_task


@pytest.fixture
def anas(api, ana):
    return api(ana)


def told(caller, task, **query) -> list[tuple]:
    items = caller.get(f"/tasks/{task.pk}/activity", **query).json()["items"]
    return [(item["what"], item["was"], item["now"]) for item in items]


def test_each_change_says_who_from_what_to_what(anas, task, ana, ben, gus, project, board):
    label = Label.objects.add_to(project, "bug", by=ana)
    due = timezone.now().replace(microsecond=0)
    task.change(title="Write all words", priority="high", by=ben)
    task.change(due_at=due, description="Every one", by=ben)
    task.change(assignees=[gus.pk, ben.pk], labels=[label.pk], by=ben)
    task.change(assignees=[ben.pk], labels=[], by=ben)
    task.move_to(board.doing, by=ben)
    task.complete(by=ben)
    task.reopen(by=ben)
    task.discard(by=ben)
    task.restore(by=ben)
    assert told(anas, task) == [
        ("title", "Write the words", "Write all words"),
        ("priority", "none", "high"),
        ("due_at", None, due.isoformat()),
        ("description", None, None),
        ("assignees", [], sorted([gus.pk, ben.pk])),
        ("labels", [], ["bug"]),
        ("assignees", [gus.pk], []),
        ("labels", ["bug"], []),
        ("column", "To do", "In progress"),
        ("column", "In progress", "Done"),
        ("completed", None, None),
        ("column", "Done", "To do"),
        ("reopened", None, None),
        ("deleted", None, None),
        ("restored", None, None),
    ]
    assert set(task.activity.values_list("by", flat=True)) == {ben.pk}


def test_what_changes_nothing_leaves_no_word(anas, task, ben, project):
    second = make_task(project, "Another", by=ben)
    task.change(title="Write the words", by=ben)
    second.move_to(task.column, before=task, by=ben)
    assert told(anas, task) == told(anas, second) == []


def test_parts_of_a_task_are_told_of(anas, task, project, ana, ben, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    item, _ = ChecklistItem.objects.add_to(task, "Paint", by=ben)
    item.change(text="Buy paint", assignee=ana.pk, ticked=True, by=ben)
    item.change(ticked=False, by=ben)
    item.discard(by=ben)
    item.restore(by=ben)
    made = item.convert(by=ben)
    blocker = make_task(project, "Money", by=ben)
    Dependency.objects.add_to(task, blocker, by=ben)
    Dependency.objects.remove_from(task, blocker, by=ben)
    file = Upload.objects.get(pk=anas.upload(project).json()["id"])
    Attachment.objects.add_to(task, file.pk, by=ana)[0].discard(by=ana)
    items = anas.get(f"/tasks/{task.pk}/activity").json()["items"]
    assert [(item["what"], item["about"], item["was"], item["now"]) for item in items] == [
        ("item_added", "Paint", None, None),
        ("item_renamed", "Buy paint", "Paint", "Buy paint"),
        ("item_assigned", "Buy paint", None, ana.pk),
        ("item_ticked", "Buy paint", None, None),
        ("item_unticked", "Buy paint", None, None),
        ("item_deleted", "Buy paint", None, None),
        ("item_restored", "Buy paint", None, None),
        ("item_converted", "Buy paint", None, made.pk),
        ("blocked_by", "", None, [blocker.pk]),
        ("blocked_by", "", [blocker.pk], None),
        ("files", "", None, ["plan.txt"]),
        ("files", "", ["plan.txt"], None),
    ]
    assert told(anas, blocker) == [("blocks", None, [task.pk]), ("blocks", [task.pk], None)]


def test_a_column_that_goes_or_turns_tells_it_of_each_task(anas, task, board, ana):
    board.todo.change(done=True, by=ana)
    board.todo.remove(move_to=board.doing, by=ana)
    assert told(anas, task) == [
        ("completed", None, None),
        ("column", "To do", "In progress"),
        ("reopened", None, None),
    ]


def test_several_at_once_are_told_of_each(anas, project, ana, ben, board):
    label = Label.objects.add_to(project, "bug", by=ana)
    tasks = [make_task(project, str(number), by=ben) for number in range(3)]
    path, ids = f"/projects/{project.pk}/tasks/bulk", [task.pk for task in tasks]
    for body in (
        {"action": "assign", "add": [ben.pk]},
        {"action": "label", "add": [label.pk]},
        {"action": "change", "priority": "low"},
        {"action": "complete"},
        {"action": "delete"},
    ):
        batch = anas.post(path, {"tasks": ids, **body}).json()
    assert anas.post(f"/batches/{batch['undo']}/undo").status_code == 200
    for task in tasks:
        assert told(anas, task) == [
            ("assignees", [], [ben.pk]),
            ("labels", [], ["bug"]),
            ("priority", "none", "low"),
            ("column", "To do", "Done"),
            ("completed", None, None),
            ("deleted", None, None),
            ("restored", None, None),
        ]


def test_a_page_reads_on_from_what_it_has(anas, task, ben):
    for number in range(5):
        task.change(title=str(number), by=ben)
    newest = anas.get(f"/tasks/{task.pk}/activity", limit=2).json()
    assert [item["now"] for item in newest["items"]] == ["3", "4"]
    assert [now for _, _, now in told(anas, task, before=newest["next"])] == ["0", "1", "2"]
    last = newest["items"][-1]["id"]
    assert told(anas, task, after=last) == []
    task.change(title="5", by=ben)
    assert [now for _, _, now in told(anas, task, after=last)] == ["5"]
    assert len(told(anas, task, after=0, limit=3)) == 3


def test_a_change_is_written_down_in_one_statement(task, ben):
    with CaptureQueriesContext(connection) as queries:
        task.change(title="Another", priority="low", due_at=timezone.now(), by=ben)
    assert len([each for each in queries if 'INTO "tasks_activity"' in each["sql"]]) == 1
    assert not [each for each in queries if 'INSERT INTO "tasks_task_watchers"' in each["sql"]]


def test_a_move_within_a_column_writes_none(project, ben, board):
    first, second = (make_task(project, title, by=ben) for title in ("One", "Two"))
    with CaptureQueriesContext(connection) as queries:
        Task.objects.get(pk=second.pk).move_to(board.todo, before=first, by=ben)
    assert not [each for each in queries if 'INTO "tasks_activity"' in each["sql"]]
