from datetime import timedelta

import pytest
from django.utils import timezone

from projects.snapshot import snapshot
from tasks.models import Comment, Label, Task
from tests.tasks.conftest import make_task


def refs(answer):
    return [item["ref"] for item in answer.json()["items"]]


def test_tasks_come_newest_first_in_pages(project, ben, gus, api):
    for _ in range(5):
        make_task(project, by=ben)
    path = f"/projects/{project.pk}/tasks"
    first = api(gus).get(path, limit=2)
    assert refs(first) == ["WEB-5", "WEB-4"]
    second = api(gus).get(path, limit=3, before=first.json()["next"])
    assert refs(second) == ["WEB-3", "WEB-2", "WEB-1"] and second.json()["next"] is None


def test_tasks_are_filtered_by_column_person_and_state(project, board, ana, ben, api):
    make_task(project, by=ben, assignees=[ana.pk, ben.pk])
    make_task(project, by=ben, column=board.done, assignees=[ana.pk])
    path = f"/projects/{project.pk}/tasks"
    assert refs(api(ben).get(path, column=board.done.pk)) == ["WEB-2"]
    assert refs(api(ben).get(path, assignee=ana.pk)) == ["WEB-2", "WEB-1"]
    assert refs(api(ben).get(path, assignee=ben.pk)) == ["WEB-1"]
    assert refs(api(ben).get(path, open="true")) == ["WEB-1"]
    assert refs(api(ben).get(path, open="false", assignee=ana.pk)) == ["WEB-2"]


def test_filters_that_make_no_sense_are_refused(project, elsewhere, ben, api):
    path = f"/projects/{project.pk}/tasks"
    for query in (
        {"column": elsewhere.column.pk},
        {"assignee": "ben"},
        {"open": "perhaps"},
        {"limit": 0},
        {"limit": 101},
        {"before": -1},
        {"before": 2**63},
        {"column": 10**30},
        {"assignee": "1\x00"},
    ):
        assert api(ben).get(path, **query).status_code == 422, query


def test_a_stranger_sees_no_task(project, task, cleo, api):
    assert api(cleo).get(f"/projects/{project.pk}/tasks").status_code == 404
    assert api(cleo).get(f"/tasks/{task.pk}").status_code == 404
    assert api(cleo).get(f"/tasks/{2**63 - 1}").status_code == 404


def test_questions_chain_in_english(project, board, ana, ben):
    yesterday = timezone.now() - timedelta(days=1)
    late = make_task(project, due_at=yesterday, assignees=[ben.pk], by=ana)
    make_task(project, due_at=yesterday, column=board.done, assignees=[ben.pk], by=ana)
    make_task(project, assignees=[ben.pk], by=ana)
    make_task(project, due_at=yesterday, by=ana)
    assert list(Task.objects.open().assigned_to(ben).overdue()) == [late]
    assert Task.objects.in_column(board.done).completed().due_before(timezone.now()).count() == 1


@pytest.fixture
def fill(project, board, ana, ben, gus):
    labels = [Label.objects.add_to(project, name, by=ana).pk for name in ("One", "Two")]

    def filled(count):
        for _ in range(count):
            made = make_task(project, by=ben, labels=labels, assignees=[ana.pk, ben.pk])
            Comment.objects.add_to(made, "Hello", by=gus)

    return filled


def test_lists_and_snapshot_cost_the_same_number_of_queries_for_5_and_for_200(
    project, fill, board, ben, api, django_assert_num_queries
):
    caller, path = api(ben), f"/projects/{project.pk}/tasks"
    project.my_role = "member"
    caller.get(path)  # notes that the token is in use
    for count in (5, 195):
        fill(count)
        with django_assert_num_queries(3):  # the token, the project, the page
            assert len(caller.get(path, limit=100).json()["items"]) == min(count, 100)
        with django_assert_num_queries(3):
            tasks, columns, labels = (_section(name)(project, ben) for name in ("tasks", "columns", "labels"))
    assert (len(tasks), len(columns), len(labels)) == (200, 3, 2)


def test_a_row_of_the_snapshot_is_the_row_of_the_event(project, fill, ben):
    fill(3)
    rows = {row["id"]: row for row in snapshot(_seen(project), ben)["tasks"]}
    for task in Task.objects.all():
        assert task.row() == rows[task.pk]
        assert (rows[task.pk]["comment_count"], len(rows[task.pk]["assignees"])) == (1, 2)
    for thing in (*project.columns.all(), *project.labels.all(), *Comment.objects.all()):
        assert thing.row() == type(thing).objects.filter(pk=thing.pk).rows()[0]


def _seen(project):
    project.my_role = "member"
    return project


def _section(name):
    from tasks import snapshot as sections

    return getattr(sections, name)
