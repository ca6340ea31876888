"""How many tasks a column takes: a limit shows, and refuses where it is told to."""

import pytest

from tests.tasks.conftest import events, head, make_task, titles


@pytest.fixture
def full(project, board, ana, ben, api):
    """ "In progress" takes two tasks, has two, and refuses more."""
    for title in ("One", "Two"):
        make_task(project, title, column=board.doing, by=ben)
    assert (
        api(ana).patch(f"/columns/{board.doing.pk}", {"limit": 2, "limit_refuses": True}).status_code == 200
    )
    return board.doing


def test_a_column_has_a_colour_and_a_limit(project, board, ana, gus, api):
    before = head(project)
    row = api(ana).patch(f"/columns/{board.doing.pk}", {"colour": "teal", "limit": 3}).json()
    assert (row["colour"], row["limit"], row["limit_refuses"]) == ("teal", 3, False)
    assert events(project, before) == [("column.updated", ana.pk)]
    assert row in api(gus).get(f"/projects/{project.pk}/columns").json()["items"]
    assert api(ana).patch(f"/columns/{board.doing.pk}", {"limit": None}).json()["limit"] is None


def test_a_column_is_made_with_both(project, ana, api):
    made = api(ana).post(f"/projects/{project.pk}/columns", {"name": "Review", "colour": "pink", "limit": 5})
    assert (made.json()["colour"], made.json()["limit"]) == ("pink", 5)


@pytest.mark.parametrize("limit", [-1, 0, 10_000, "many", 1.5, True])
def test_a_limit_that_is_none_is_refused(project, board, ana, api, limit):
    answer = api(ana).patch(f"/columns/{board.doing.pk}", {"limit": limit, "name": "Half done"})
    assert answer.status_code == 422 and "limit" in answer.json()["errors"]
    board.doing.refresh_from_db()
    assert (board.doing.limit, board.doing.name) == (None, "In progress")


def test_a_limit_alone_only_shows(project, board, ana, ben, api, task):
    make_task(project, "One", column=board.doing, by=ben)
    api(ana).patch(f"/columns/{board.doing.pk}", {"limit": 1})
    assert api(ben).post(f"/tasks/{task.pk}/move", {"column": board.doing.pk}).status_code == 200


def test_a_full_column_refuses_in_words(project, board, full, ben, api, task):
    before = head(project)
    moved = api(ben).post(f"/tasks/{task.pk}/move", {"column": full.pk})
    made = api(ben).post(f"/projects/{project.pk}/tasks", {"title": "Three", "column": full.pk})
    for answer in (moved, made):
        assert answer.status_code == 409
        assert answer.json()["detail"] == "“In progress” takes 2 tasks at most."
    assert events(project, before) == [] and titles(full) == ["One", "Two"]


def test_within_a_full_column_cards_move(project, full, ben, api):
    first = full.tasks.get(title="One")
    assert api(ben).post(f"/tasks/{first.pk}/move", {"column": full.pk}).status_code == 200
    assert titles(full) == ["Two", "One"]


def test_archived_and_deleted_tasks_take_no_room(project, full, ben, api, task):
    api(ben).post(f"/tasks/{full.tasks.get(title='One').pk}/archive")
    api(ben).delete(f"/tasks/{full.tasks.get(title='Two').pk}")
    assert api(ben).post(f"/tasks/{task.pk}/move", {"column": full.pk}).status_code == 200


def test_an_archived_task_waits_for_room_and_a_deletion_is_always_undone(project, full, ben, api, task):
    one, two = full.tasks.order_by("position")
    api(ben).post(f"/tasks/{one.pk}/archive")
    api(ben).post(f"/tasks/{task.pk}/move", {"column": full.pk})
    assert api(ben).post(f"/tasks/{one.pk}/unarchive").status_code == 409
    api(ben).delete(f"/tasks/{two.pk}")
    make_task(project, "Four", column=full, by=ben)
    assert api(ben).post(f"/tasks/{two.pk}/restore").status_code == 200


def test_several_come_in_together_or_not_at_all(project, board, full, ben, api, ana):
    api(ana).patch(f"/columns/{full.pk}", {"limit": 3})
    tasks = [make_task(project, f"Task {n}", by=ben).pk for n in range(2)]
    body = {"tasks": tasks, "action": "move", "column": full.pk}
    assert api(ben).post(f"/projects/{project.pk}/tasks/bulk", body).status_code == 409
    assert len(titles(full)) == 2
    assert api(ben).post(f"/projects/{project.pk}/tasks/bulk", body | {"tasks": tasks[:1]}).status_code == 200


def test_the_tasks_of_a_column_go_to_no_full_one(project, board, full, ana, task, api):
    answer = api(ana).delete(f"/columns/{board.todo.pk}?move_to={full.pk}")
    assert answer.status_code == 409 and "2 tasks" in answer.json()["detail"]
    assert titles(board.todo) == [task.title]


def test_completing_into_a_full_column_is_refused(project, board, ana, ben, task, api):
    make_task(project, "Done already", column=board.done, by=ben)
    api(ana).patch(f"/columns/{board.done.pk}", {"limit": 1, "limit_refuses": True})
    assert api(ben).post(f"/tasks/{task.pk}/complete").status_code == 409
    task.refresh_from_db()
    assert task.completed_at is None
