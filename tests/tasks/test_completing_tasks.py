from tasks.models import Column
from tests.tasks.conftest import events, head, make_task, titles


def test_completing_moves_a_task_to_the_end_of_the_first_done_column(project, board, task, ben, api):
    make_task(project, "Earlier", column=board.done, by=ben)
    before = head(project)
    row = api(ben).post(f"/tasks/{task.pk}/complete").json()
    assert row["column"] == board.done.pk and row["completed_at"]
    assert titles(board.done) == ["Earlier", "Write the words"]
    assert events(project, before) == [("task.updated", ben.pk)]


def test_reopening_moves_it_to_the_first_column_that_is_not_done(board, task, ben, api):
    task.complete(by=ben)
    row = api(ben).post(f"/tasks/{task.pk}/reopen").json()
    assert (row["column"], row["completed_at"]) == (board.todo.pk, None)


def test_doing_either_twice_changes_nothing(project, task, ben, api):
    api(ben).post(f"/tasks/{task.pk}/reopen")
    done = api(ben).post(f"/tasks/{task.pk}/complete").json()
    before = head(project)
    assert api(ben).post(f"/tasks/{task.pk}/complete").json() == done
    assert head(project) == before


def test_entering_a_done_column_completes_and_leaving_it_reopens(board, task, ben, api):
    path = f"/tasks/{task.pk}/move"
    completed = api(ben).post(path, {"column": board.done.pk}).json()["completed_at"]
    assert completed
    assert api(ben).post(path, {"column": board.done.pk}).json()["completed_at"] == completed
    assert api(ben).post(path, {"column": board.doing.pk}).json()["completed_at"] is None


def test_where_no_column_means_done_a_task_is_completed_in_its_place(project, board, task, ana, ben):
    board.done.remove(by=ana)
    task.complete(by=ben)
    assert task.completed_at and task.column == board.todo
    task.move_to(board.doing, by=ben)
    assert task.completed_at
    task.reopen(by=ben)
    assert task.completed_at is None and task.column == board.doing


def test_a_column_that_comes_to_mean_done_completes_its_tasks(project, board, task, ana):
    board.todo.change(done=True, by=ana)
    task.refresh_from_db()
    assert task.completed_at
    Column.objects.get(pk=board.todo.pk).change(done=False, by=ana)
    task.refresh_from_db()
    assert task.completed_at is None
    assert [name for name, _ in events(project)][-4:] == ["column.updated", "task.updated"] * 2


def test_a_guest_and_a_stranger_complete_nothing(task, gus, cleo, api):
    for verb in ("complete", "reopen"):
        assert api(gus).post(f"/tasks/{task.pk}/{verb}").status_code == 403
        assert api(cleo).post(f"/tasks/{task.pk}/{verb}").status_code == 404
