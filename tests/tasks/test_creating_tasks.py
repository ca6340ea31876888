from tasks.models import Label, Task
from tests.tasks.conftest import events, head, make_task, titles


def test_a_task_gets_the_next_number_and_a_reference(project, ben, api):
    first = api(ben).post(f"/projects/{project.pk}/tasks", {"title": "One"})
    second = api(ben).post(f"/projects/{project.pk}/tasks", {"title": "Two"})
    assert (first.status_code, first.json()["ref"]) == (201, "WEB-1")
    assert (second.json()["number"], second.json()["ref"]) == (2, "WEB-2")


def test_a_new_task_stands_last_in_the_first_open_column(project, board, ben, api):
    for title in ("One", "Two", "Three"):
        answer = api(ben).post(f"/projects/{project.pk}/tasks", {"title": title}).json()
        assert answer["column"] == board.todo.pk
    assert titles(board.todo) == ["One", "Two", "Three"]


def test_a_task_is_created_with_all_its_details(project, board, ana, ben, gus, api):
    label = Label.objects.add_to(project, "Bug", colour="red", by=ana)
    body = {
        "title": "  Write   the words ",
        "description": "**Soon**, @gus",
        "column": board.done.pk,
        "assignees": [gus.pk, ben.pk, ben.pk],
        "labels": [label.pk],
        "due_at": "2026-12-24T18:00:00+01:00",
        "priority": "high",
        "client_id": "abc",
    }
    answer = api(ben).post(f"/projects/{project.pk}/tasks", body)
    row = answer.json()
    assert answer.status_code == 201
    assert row["title"] == "Write the words"
    assert "<strong>Soon</strong>" in row["description_html"] and 'data-user="' in row["description_html"]
    assert row["assignees"] == sorted([ben.pk, gus.pk]) and row["labels"] == [label.pk]
    assert (row["column"], row["due_at"], row["priority"]) == (board.done.pk, "2026-12-24T17:00:00Z", "high")
    assert row["completed_at"] and row["version"] == 1 and row["comment_count"] == 0
    assert row["created_by"] == row["updated_by"] == ben.pk and row["client_id"] == "abc"


def test_everyone_hears_of_it_once_and_whole(project, ben, api):
    before = head(project)
    row = api(ben).post(f"/projects/{project.pk}/tasks", {"title": "One", "assignees": [ben.pk]}).json()
    assert events(project, before) == [("task.created", ben.pk)]
    assert project.events.first().data == row


def test_a_repeated_request_gives_the_first_ones_task(project, ben, api):
    path = f"/projects/{project.pk}/tasks"
    first = api(ben).post(path, {"title": "One", "client_id": "k1"})
    before = head(project)
    again = api(ben).post(path, {"title": "One", "client_id": "k1"})
    assert (again.status_code, again.json()) == (200, first.json())
    assert head(project) == before and Task.objects.count() == 1


def test_a_request_repeated_after_the_deletion_makes_no_second_task(project, ben, api):
    path = f"/projects/{project.pk}/tasks"
    first = api(ben).post(path, {"title": "One", "client_id": "k1"}).json()
    api(ben).delete(f"/tasks/{first['id']}")
    assert api(ben).post(path, {"title": "One", "client_id": "k1"}).status_code == 200
    assert Task.objects.count() == 1


def test_two_people_may_use_the_same_client_id(project, ana, ben, api):
    path = f"/projects/{project.pk}/tasks"
    assert api(ana).post(path, {"title": "One", "client_id": "k1"}).status_code == 201
    assert api(ben).post(path, {"title": "Two", "client_id": "k1"}).status_code == 201


def test_a_guest_and_a_stranger_create_none(project, gus, cleo, api):
    path = f"/projects/{project.pk}/tasks"
    assert api(gus).post(path, {"title": "One"}).status_code == 403
    assert api(cleo).post(path, {"title": "One"}).status_code == 404
    assert api(None).post(path, {"title": "One"}).status_code == 401
    assert not Task.objects.exists()


def test_nobody_creates_in_an_archived_project(project, ana, ben, api):
    project.archive(by=ana)
    assert api(ben).post(f"/projects/{project.pk}/tasks", {"title": "One"}).status_code == 403


def test_ids_of_another_project_are_refused_and_nothing_is_written(project, elsewhere, ben, cleo, api):
    before = head(project)
    for field, value in (
        ("column", elsewhere.column.pk),
        ("assignees", [ben.pk, cleo.pk]),
        ("labels", [elsewhere.label.pk]),
    ):
        answer = api(ben).post(f"/projects/{project.pk}/tasks", {"title": "One", field: value})
        assert answer.status_code == 422 and list(answer.json()["errors"]) == [field]
    assert not project.tasks.exists() and head(project) == before
    assert make_task(project, by=ben).number == 1
