from tasks.models import Comment, Task
from tests.tasks.conftest import events, head, make_task, titles


def test_a_deleted_task_is_gone_for_everyone(project, task, ben, ana, api):
    before = head(project)
    assert api(ben).delete(f"/tasks/{task.pk}").status_code == 204
    assert events(project, before) == [("task.deleted", ben.pk)]
    assert project.events.first().data == {"id": task.pk}
    for path in (f"/tasks/{task.pk}", f"/tasks/{task.pk}/comments"):
        assert api(ana).get(path).status_code == 404
    assert api(ana).get(f"/projects/{project.pk}/tasks").json()["items"] == []
    assert api(ana).get(f"/projects/{project.pk}/snapshot").json()["tasks"] == []


def test_the_deletion_can_be_undone_and_puts_it_where_it_was(project, board, ben, ana, api):
    _, second, _ = (make_task(project, title, by=ben) for title in "ABC")
    Comment.objects.add_to(second, "Hello", by=ana)
    row = second.row()
    api(ben).delete(f"/tasks/{second.pk}")
    before = head(project)
    restored = api(ben).post(f"/tasks/{second.pk}/restore").json()
    assert titles(board.todo) == ["A", "B", "C"]
    assert events(project, before) == [("task.created", ben.pk)] and project.events.first().data == restored
    assert {**restored, "updated_at": None} == {**_wire(row), "updated_at": None}
    assert api(ben).post(f"/tasks/{second.pk}/restore").json() == restored


def test_a_deleted_task_survives_its_column(project, board, task, ana, ben):
    task.discard(by=ben)
    before = head(project)
    board.todo.remove(by=ana)
    assert events(project, before) == [("column.deleted", ana.pk)]
    Task.everything.get(pk=task.pk).restore(by=ben)
    assert titles(board.doing) == ["Write the words"]


def test_what_was_deleted_is_deleted_once(task, ben, api):
    assert api(ben).delete(f"/tasks/{task.pk}").status_code == 204
    assert api(ben).delete(f"/tasks/{task.pk}").status_code == 404


def test_a_guest_and_a_stranger_delete_and_restore_nothing(task, gus, cleo, ben, api):
    assert api(gus).delete(f"/tasks/{task.pk}").status_code == 403
    assert api(cleo).delete(f"/tasks/{task.pk}").status_code == 404
    task.discard(by=ben)
    assert api(gus).post(f"/tasks/{task.pk}/restore").status_code == 403
    assert api(cleo).post(f"/tasks/{task.pk}/restore").status_code == 404
    assert not Task.objects.active().exists()


def _wire(row):
    import orjson

    from projects import wire

    return orjson.loads(wire.encode(row))
