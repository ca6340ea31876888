"""Whoever may, takes the tasks of a project along: as CSV for a spreadsheet, as JSON for a program."""

import csv
import io
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tasks import exporting
from tasks.models import ChecklistItem, Comment, Label
from tests.tasks.conftest import make_task

pytestmark = pytest.mark.django_db


def take(api, user, project, kind="json"):
    return api(user).post(f"/projects/{project.pk}/tasks/export", {"format": kind})


def rows(answer):
    assert answer.status_code == 200
    return json.loads(b"".join(answer.streaming_content))


def lines(answer):
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


@pytest.fixture
def tasks(project, board, ana, ben, gus):
    bug = Label.objects.add_to(project, "Bug; or not", by=ana)
    paint = make_task(
        project, "Paint", description="Two *coats*", assignees=[ben.pk, gus.pk], labels=[bug.pk], by=ben
    )
    wait = make_task(project, "Wait", column=board.done, by=ana)
    gone = make_task(project, "Gone", by=ana)
    ChecklistItem.objects.add_to(paint, "Brush", by=ben)[0].change(ticked=True, by=ben)
    Comment.objects.add_to(paint, "Blue?", by=gus)
    wait.archive(by=ana)
    gone.discard(by=ana)
    return paint, wait


def test_a_file_says_in_names_what_each_task_is(api, project, tasks, ana):
    answer = take(api, ana, project)
    assert answer["Content-Disposition"] == 'attachment; filename="WEB-tasks.json"'
    paint, wait = rows(answer)
    assert paint == {
        "ref": "WEB-1", "title": "Paint", "description": "Two *coats*", "column": "To do",
        "assignees": ["ben", "gus"], "labels": ["Bug; or not"], "priority": "none",
        "due_at": None, "completed_at": None, "archived_at": None, "blocked_by": [], "comments": 1, "files": 0,
        "checked": 1, "to_check": 1, "created_by": "ben",
        "created_at": paint["created_at"], "updated_at": paint["updated_at"],
    }  # fmt: skip
    assert (wait["column"], bool(wait["completed_at"]), bool(wait["archived_at"])) == ("Done", True, True)


def test_a_spreadsheet_gets_the_same_in_columns(api, project, tasks, ana):
    head, paint, wait = lines(take(api, ana, project, "csv"))
    assert head == list(exporting.COLUMNS)
    row = dict(zip(head, paint, strict=True))
    assert (row["assignees"], row["comments"], row["due_at"]) == ("ben; gus", "1", "")
    assert wait[0] == "WEB-2"


@pytest.mark.parametrize("title", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "  =1+1", "＝1"])
def test_no_task_becomes_a_formula(api, project, board, ana, title):
    label = Label.objects.add_to(project, title, by=ana)
    board.todo.change(name=title, by=ana)
    make_task(project, title, description=title, labels=[label.pk], by=ana)
    (line,) = lines(take(api, ana, project, "csv"))[1:]
    assert not [cell for cell in line if cell.lstrip().startswith(("=", "+", "-", "@", "＝"))]
    assert sum(cell.removeprefix("'").strip() == title.strip() for cell in line) == 4


def test_it_is_for_whoever_has_the_right_and_stands_in_the_audit_log(
    api, client, project, tasks, ana, ben, gus, cleo
):
    for user, status in ((ben, 403), (gus, 403), (cleo, 404)):
        assert take(api, user, project).status_code == status
    project.change_rights({"member": {"export": True}}, by=ana)
    assert len(rows(take(api, ben, project))) == 2
    newest = project.audit_entries.first()
    assert (newest.kind, newest.words) == ("project.exported", "Ben exported the tasks")
    client.force_login(ben)
    page = client.get(f"/projects/{project.pk}/tasks/export/").content.decode()
    assert "Export as CSV" in page and "Audit log" not in page
    assert api(ben).post(f"/projects/{project.pk}/audit/export").status_code == 403
    assert take(api, gus, project).status_code == 403


def test_many_tasks_are_read_in_as_many_queries_as_one(api, project, ana):
    def cost(count):
        for _ in range(count):
            make_task(project, by=ana)
        with CaptureQueriesContext(connection) as queries:
            assert rows(take(api, ana, project))
        return len(queries)

    cost(1)
    assert cost(0) == cost(30)


def test_it_goes_on_past_a_page_of_rows(api, project, ana, monkeypatch):
    monkeypatch.setattr("projects.exporting.TOGETHER", 2)
    made = [make_task(project, f"Task {n}", by=ana).ref for n in range(5)]
    assert [row["ref"] for row in rows(take(api, ana, project))] == made
