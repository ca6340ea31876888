"""A task that is archived leaves the board, and keeps its page and its place."""

from tests.tasks.conftest import events, head, make_task, titles


def board_of(api, user, project):
    return [row["title"] for row in api(user).get(f"/projects/{project.pk}/snapshot").json()["tasks"]]


def listed(api, user, project, query=""):
    return [row["id"] for row in api(user).get(f"/projects/{project.pk}/tasks{query}").json()["items"]]


def test_an_archived_task_is_off_the_board_and_keeps_its_page(project, board, task, ben, gus, api):
    before = head(project)
    row = api(ben).post(f"/tasks/{task.pk}/archive").json()
    assert row["archived_at"] and row["column"] == board.todo.pk
    assert events(project, before) == [("task.updated", ben.pk)]
    assert board_of(api, gus, project) == []
    assert api(gus).get(f"/tasks/{task.pk}").json() == row
    assert listed(api, gus, project) == []
    assert listed(api, gus, project, "?archived=true") == [task.pk]
    assert listed(api, gus, project, f"?number={task.number}") == [task.pk]


def test_archiving_twice_is_archiving_once(project, task, ben, api):
    first = api(ben).post(f"/tasks/{task.pk}/archive").json()
    before = head(project)
    assert api(ben).post(f"/tasks/{task.pk}/archive").json() == first
    assert events(project, before) == []


def test_it_comes_back_to_where_it_stood(project, board, ben, api):
    _, second, _ = (make_task(project, title, by=ben) for title in ("One", "Two", "Three"))
    api(ben).post(f"/tasks/{second.pk}/archive")
    assert board_of(api, ben, project) == ["One", "Three"]
    assert api(ben).post(f"/tasks/{second.pk}/unarchive").json()["archived_at"] is None
    assert board_of(api, ben, project) == ["One", "Two", "Three"]


def test_an_archived_task_is_restored_before_it_is_moved(project, board, task, ben, api):
    api(ben).post(f"/tasks/{task.pk}/archive")
    for path, body in (("move", {"column": board.doing.pk}), ("complete", None)):
        answer = api(ben).post(f"/tasks/{task.pk}/{path}", body)
        assert answer.status_code == 409 and "archived" in answer.json()["detail"]
    assert api(ben).patch(f"/tasks/{task.pk}", {"title": "Still edited"}).status_code == 200


def test_a_card_dropped_beside_an_archived_one_goes_to_the_end(project, board, ben, api):
    first, second, third = (make_task(project, title, by=ben) for title in ("One", "Two", "Three"))
    api(ben).post(f"/tasks/{first.pk}/archive")
    moved = api(ben).post(f"/tasks/{second.pk}/move", {"column": board.todo.pk, "before": first.pk})
    assert moved.status_code == 200
    assert board_of(api, ben, project) == ["Three", "Two"]
    assert len(titles(board.todo)) == 3 and third


def test_a_column_of_archived_tasks_alone_can_go(project, board, ben, ana, api):
    task = make_task(project, "Old", column=board.doing, by=ben)
    api(ben).post(f"/tasks/{task.pk}/archive")
    assert api(ana).delete(f"/columns/{board.doing.pk}").status_code == 204
    assert api(ben).post(f"/tasks/{task.pk}/unarchive").json()["column"] == board.todo.pk


def test_several_are_archived_and_come_back_as_one(project, ben, api):
    tasks = [make_task(project, f"Task {n}", by=ben).pk for n in range(3)]
    done = api(ben).post(f"/projects/{project.pk}/tasks/bulk", {"tasks": tasks, "action": "archive"}).json()
    assert board_of(api, ben, project) == []
    assert api(ben).post(f"/batches/{done['undo']}/undo").json()["left"] == []
    assert len(board_of(api, ben, project)) == 3


def test_home_leaves_archived_tasks_out(project, task, ben, api, client):
    api(ben).patch(f"/tasks/{task.pk}", {"assignees": [ben.pk]})
    client.force_login(ben)
    assert task.title in client.get("/").content.decode()
    api(ben).post(f"/tasks/{task.pk}/archive")
    assert task.title not in client.get("/").content.decode()
