import pytest
from django.core.exceptions import ValidationError

from tasks.models import Column
from tasks.models.column import MOST_COLUMNS
from tests.tasks.conftest import events, head, make_task, titles


def names(project):
    return list(project.columns.order_by("position").values_list("name", flat=True))


def test_a_new_project_has_three_columns(project, board, gus, api):
    items = api(gus).get(f"/projects/{project.pk}/columns").json()["items"]
    assert [(item["name"], item["done"]) for item in items] == [
        ("To do", False),
        ("In progress", False),
        ("Done", True),
    ]


def test_an_admin_adds_a_column_at_the_end(project, ana, api):
    before = head(project)
    answer = api(ana).post(f"/projects/{project.pk}/columns", {"name": "  Later  ", "done": True})
    assert answer.status_code == 201 and (answer.json()["name"], answer.json()["done"]) == ("Later", True)
    assert names(project) == ["To do", "In progress", "Done", "Later"]
    assert events(project, before) == [("column.created", ana.pk)]
    assert project.events.first().data == answer.json()


def test_a_column_is_renamed(project, board, ana, api):
    before = head(project)
    assert api(ana).patch(f"/columns/{board.doing.pk}", {"name": "Doing"}).json()["name"] == "Doing"
    assert events(project, before) == [("column.updated", ana.pk)]


@pytest.mark.parametrize("name", ["to do", "TO DO", " To  do "])
def test_a_name_is_taken_however_it_is_capitalised(project, board, ana, api, name):
    assert api(ana).post(f"/projects/{project.pk}/columns", {"name": name}).json()["errors"].keys() == {
        "name"
    }
    assert api(ana).patch(f"/columns/{board.done.pk}", {"name": name}).status_code == 422
    assert api(ana).patch(f"/columns/{board.todo.pk}", {"name": name}).status_code == 200
    assert len(names(project)) == 3


def test_letters_that_fold_oddly_are_no_server_error(project, ana, api):
    for name in ("straße", "STRASSE", "\u212arone", "krone", "İ", "i̇", "ſ", "S"):
        status = api(ana).post(f"/projects/{project.pk}/columns", {"name": name}).status_code
        assert status in (201, 422)


def test_another_project_may_use_the_same_name(project, elsewhere, ana):
    assert Column.objects.add_to(project, "Elsewhere only", by=ana)
    assert elsewhere.project.columns.filter(name="To do").exists()


@pytest.mark.parametrize(
    ("beside", "order"),
    [
        ({"before": "todo"}, "Done,To do,In progress"),
        ({"after": "todo"}, "To do,Done,In progress"),
        ({}, None),
    ],
)
def test_a_column_is_put_beside_another(project, board, ana, api, beside, order):
    body = {side: getattr(board, name).pk for side, name in beside.items()}
    assert api(ana).post(f"/columns/{board.done.pk}/move", body).status_code == 200
    assert ",".join(names(project)) == (order or "To do,In progress,Done")


def test_an_empty_column_can_go(project, board, ana, api):
    before = head(project)
    assert api(ana).delete(f"/columns/{board.doing.pk}").status_code == 204
    assert names(project) == ["To do", "Done"]
    assert events(project, before) == [("column.deleted", ana.pk)]


def test_a_column_with_tasks_goes_only_when_somebody_says_where_they_go(project, board, ana, ben, api):
    for title in "AB":
        make_task(project, title, by=ben)
    make_task(project, "C", column=board.doing, by=ben)
    refused = api(ana).delete(f"/columns/{board.todo.pk}")
    assert refused.status_code == 409 and "move_to" in refused.json()["detail"]
    before = head(project)
    assert api(ana).delete(f"/columns/{board.todo.pk}?move_to={board.doing.pk}").status_code == 204
    assert titles(board.doing) == ["C", "A", "B"]
    assert sorted(events(project, before)) == [("column.deleted", ana.pk)] + [("task.updated", ana.pk)] * 2


def test_tasks_that_go_to_a_done_column_are_completed(project, board, task, ana):
    board.todo.remove(move_to=board.done, by=ana)
    task.refresh_from_db()
    assert task.completed_at and task.column == board.done


def test_a_great_many_tasks_move_with_one_reload_for_all(project, board, ana, ben):
    for number in range(101):
        make_task(project, f"{number:03}", by=ben)
    before = head(project)
    board.todo.remove(move_to=board.doing, by=ana)
    assert sorted(events(project, before)) == [("column.deleted", ana.pk), ("project.reset", ana.pk)]
    assert titles(board.doing) == [f"{number:03}" for number in range(101)]


def test_the_last_column_stays(project, board, ana, api):
    board.doing.remove(by=ana)
    board.done.remove(by=ana)
    assert api(ana).delete(f"/columns/{board.todo.pk}").status_code == 409
    assert names(project) == ["To do"]


def test_neighbours_and_heirs_of_other_projects_are_refused(project, board, elsewhere, ana, api):
    theirs = elsewhere.column.pk
    assert api(ana).post(f"/columns/{board.done.pk}/move", {"before": theirs}).status_code == 422
    assert api(ana).delete(f"/columns/{board.done.pk}?move_to={theirs}").status_code == 422
    assert api(ana).delete(f"/columns/{board.done.pk}?move_to={board.done.pk}").status_code == 422
    assert names(project) == ["To do", "In progress", "Done"]


def test_there_is_a_greatest_number_of_columns(project, ana):
    for number in range(MOST_COLUMNS - 3):
        Column.objects.add_to(project, f"Column {number}", by=ana)
    with pytest.raises(ValidationError):
        Column.objects.add_to(project, "One too many", by=ana)


def test_only_admins_manage_columns(project, board, ben, gus, cleo, api):
    for person, status in ((ben, 403), (gus, 403), (cleo, 404)):
        assert api(person).post(f"/projects/{project.pk}/columns", {"name": "X"}).status_code == status
        assert api(person).patch(f"/columns/{board.todo.pk}", {"name": "X"}).status_code == status
        assert api(person).post(f"/columns/{board.todo.pk}/move", {}).status_code == status
        assert api(person).delete(f"/columns/{board.todo.pk}").status_code == status
    assert api(cleo).get(f"/projects/{project.pk}/columns").status_code == 404
    assert names(project) == ["To do", "In progress", "Done"]
