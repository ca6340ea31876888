"""Several people at the same moment: never two equal ranks or numbers, never a deadlock, never a 500."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import connection

from tasks.models import ChecklistItem, Column, Comment, Label, Task
from tests.conftest import API
from tests.tasks.conftest import make_task
from tests.waiting import meanwhile

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def project(transactional_db, project):
    return project


def at_once(*jobs):
    """Run the jobs in threads that begin together; their answers, in the order of the jobs."""
    start = Barrier(len(jobs))

    def run(job):
        try:
            start.wait(10)
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def statuses(answers):
    return sorted(answer.status_code for answer in answers)


def assert_sound(project):
    ranks = list(Task.objects.filter(project=project).values_list("column", "position"))
    assert len(ranks) == len(set(ranks))
    sequences = list(project.events.order_by("sequence").values_list("sequence", flat=True))
    assert sequences == list(range(1, len(sequences) + 1))


def test_many_create_in_one_column(project, ana, ben):
    callers = [API(person) for person in (ana, ben) * 3]
    path = f"/projects/{project.pk}/tasks"
    for _ in range(4):
        answers = at_once(*[partial(caller.post, path, {"title": "x"}) for caller in callers])
        assert statuses(answers) == [201] * 6
    assert sorted(project.tasks.values_list("number", flat=True)) == list(range(1, 25))
    assert_sound(project)


def test_one_request_that_is_sent_twice_at_once_makes_one_task(project, ben, gus):
    path, body = f"/projects/{project.pk}/tasks", {"title": "x", "client_id": "k"}
    callers = [API(ben) for _ in range(4)]
    answers = at_once(*[partial(caller.post, path, body) for caller in callers])
    assert statuses(answers) == [200, 200, 200, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1 and project.tasks.count() == 1
    path, body = f"/tasks/{answers[0].json()['id']}/comments", {"body": "x", "client_id": "k"}
    callers = [API(gus) for _ in range(4)]
    answers = at_once(*[partial(caller.post, path, body) for caller in callers])
    assert statuses(answers) == [200, 200, 200, 201] and Comment.objects.count() == 1
    assert_sound(project)


def test_many_move_to_the_same_place(project, board, ana, ben):
    anchor = make_task(project, column=board.doing, by=ana)
    cards = [make_task(project, by=ana) for _ in range(6)]
    callers = [API(person) for person in (ana, ben) * 3]
    for column, beside in ((board.doing, "after"), (board.todo, None), (board.doing, "before")):
        body = {"column": column.pk, **({beside: anchor.pk} if beside else {})}
        answers = at_once(
            *[
                partial(caller.post, f"/tasks/{card.pk}/move", body)
                for caller, card in zip(callers, cards, strict=True)
            ]
        )
        assert statuses(answers) == [200] * 6
        assert_sound(project)


def test_one_card_is_moved_completed_changed_and_deleted(project, board, task, ana, ben):
    callers = [API(person) for person in (ana, ben) * 3]
    bug = Label.objects.add_to(project, "Bug", by=ana)
    path = f"/tasks/{task.pk}"
    for _ in range(4):
        answers = at_once(
            lambda: callers[0].post(f"{path}/move", {"column": board.doing.pk}),
            lambda: callers[1].post(f"{path}/complete"),
            lambda: callers[2].patch(path, {"title": "New", "labels": [bug.pk]}),
            lambda: callers[3].post(f"{path}/reopen"),
            lambda: callers[4].post(f"{path}/comments", {"body": "x"}),
            lambda: callers[5].delete(path),
        )
        assert all(answer.status_code in (200, 201, 204, 404) for answer in answers), statuses(answers)
        assert callers[0].post(f"{path}/restore").status_code == 200
        assert_sound(project)


def test_of_two_changes_of_one_version_one_wins(project, task, ana, ben):
    callers = [API(ana), API(ben)]
    answers = at_once(
        *[
            lambda caller=caller, title=title: caller.patch(
                f"/tasks/{task.pk}", {"title": title, "version": 1}
            )
            for caller, title in zip(callers, "AB", strict=True)
        ]
    )
    assert statuses(answers) == [200, 409]


def test_columns_and_labels_change_while_tasks_are_made_and_moved(project, board, ana, ben):
    admin, member = [API(ana) for _ in range(4)], [API(ben) for _ in range(4)]
    for turn in range(4):
        column = Column.objects.add_to(project, f"Column {turn}", by=ana)
        label = Label.objects.add_to(project, f"Label {turn}", by=ana)
        inside = [make_task(project, column=column, labels=[label.pk], by=ana) for _ in range(3)]
        tasks = f"/projects/{project.pk}/tasks"
        answers = at_once(
            partial(admin[0].delete, f"/columns/{column.pk}?move_to={board.todo.pk}"),
            partial(admin[1].delete, f"/labels/{label.pk}"),
            partial(admin[2].post, f"/columns/{board.done.pk}/move", {"before": board.todo.pk}),
            partial(admin[3].post, f"/projects/{project.pk}/columns", {"name": f"New {turn}"}),
            partial(member[0].post, tasks, {"title": "x", "column": column.pk}),
            partial(member[1].post, tasks, {"title": "x", "labels": [label.pk]}),
            partial(member[2].post, f"/tasks/{inside[0].pk}/move", {"column": board.doing.pk}),
            partial(member[3].patch, f"/tasks/{inside[1].pk}", {"labels": [label.pk], "title": "y"}),
        )
        assert all(answer.status_code in (200, 201, 204, 422) for answer in answers), statuses(answers)
        assert_sound(project)


def test_two_columns_are_emptied_into_each_other(project, board, ana):
    callers = [API(ana), API(ana)]
    for column in (board.todo, board.doing):
        for _ in range(5):
            make_task(project, column=column, by=ana)
    answers = at_once(
        lambda: callers[0].delete(f"/columns/{board.todo.pk}?move_to={board.doing.pk}"),
        lambda: callers[1].delete(f"/columns/{board.doing.pk}?move_to={board.todo.pk}"),
    )
    assert statuses(answers) in ([204, 404], [204, 422], [204, 409])
    assert project.tasks.count() == 10
    assert_sound(project)


def test_several_are_moved_back_and_forth_by_many(project, ana, ben):
    tasks = [make_task(project, f"Task {n}", by=ben).pk for n in range(12)]
    columns = list(project.columns.values_list("pk", flat=True))
    path = f"/projects/{project.pk}/tasks/bulk"
    callers = [API(person) for person in (ana, ben) * 2]
    for turn in range(4):
        jobs = [
            partial(
                caller.post,
                path,
                {
                    "tasks": tasks[n : n + 8][:: 1 if n % 2 else -1],
                    "action": "move",
                    "column": columns[(n + turn) % 3],
                },
            )
            for n, caller in enumerate(callers)
        ]
        jobs.append(partial(API(ana).post, f"/tasks/{tasks[3]}/move", {"column": columns[turn % 3]}))
        answers = at_once(*jobs)
        assert statuses(answers) == [200] * 5
        undone = at_once(
            *[
                partial(caller.post, f"/batches/{answer.json()['undo']}/undo")
                for caller, answer in zip(callers, answers, strict=False)
                if answer.json()["undo"]
            ]
        )
        assert set(statuses(undone)) <= {200, 409}
        assert_sound(project)


def test_an_undo_waits_for_who_takes_the_place_that_it_wants(project, board, ana, ben):
    first, last = (make_task(project, name, column=board.todo, by=ben) for name in "AB")
    path, body = f"/projects/{project.pk}/tasks/bulk", {"tasks": [last.pk], "column": board.todo.pk}
    caller = API(ben)
    act = caller.post(path, body | {"action": "move", "before": first.pk}).json()
    other = make_task(project, "C", column=board.doing, by=ana)
    undo = meanwhile(
        partial(other.move_to, board.todo, by=ana), partial(caller.post, f"/batches/{act['undo']}/undo")
    )
    assert undo.status_code == 200 and other.position == last.position
    names = [task["title"] for task in project.tasks.in_column(board.todo).order_by("position").rows()]
    assert names == ["A", "C", "B"]
    assert_sound(project)


def test_one_act_that_is_sent_twice_at_once_is_done_once(project, ben):
    tasks = [make_task(project, f"Task {n}", by=ben).pk for n in range(3)]
    body = {"tasks": tasks, "action": "complete", "client_id": "k"}
    callers = [API(ben) for _ in range(4)]
    answers = at_once(
        *[partial(caller.post, f"/projects/{project.pk}/tasks/bulk", body) for caller in callers]
    )
    assert statuses(answers) == [200] * 4
    assert len({answer.json()["undo"] for answer in answers}) == 1


def last_word(project, name, pk):
    return project.events.filter(name=f"{name}.updated", object_id=pk).latest("sequence").data


def test_what_follows_from_something_else_is_told_as_it_then_is(project, ana, ben, gus):
    bug = Label.objects.add_to(project, "Bug", by=ana)
    labelled, watched, listed = (make_task(project, by=ana) for _ in range(3))
    labelled.change(labels=[bug.pk], by=ana)
    watched.watch(True, by=ben)
    item, _ = ChecklistItem.objects.add_to(listed, "Brush", assignee=gus.pk, by=ana)
    remove = {user: project.memberships.get(user=user).remove for user in (ben, gus)}
    for change, follow, told in (
        (partial(labelled.change, title="New", by=ana), partial(bug.remove, by=ana), labelled),
        (partial(watched.change, title="New", by=ana), partial(remove[ben], by=ana), watched),
        (partial(item.change, text="New", by=ana), partial(remove[gus], by=ana), item),
    ):
        meanwhile(change, follow)
        last = last_word(project, told.noun, told.pk)
        assert last.get("title", last.get("text")) == "New", told.noun
        (row,) = type(told).objects.filter(pk=told.pk).rows()
        assert [last.get(key) for key in ("labels", "watchers", "assignee")] == [
            row.get(key) for key in ("labels", "watchers", "assignee")
        ]
    assert_sound(project)


def test_a_label_put_on_a_task_while_it_is_deleted_is_on_none(project, ana, ben):
    bug = Label.objects.add_to(project, "Bug", by=ana)
    task = make_task(project, by=ben)
    meanwhile(partial(task.change, labels=[bug.pk], by=ben), partial(bug.remove, by=ana))
    assert not task.labels.exists()
    assert project.events.filter(name="project.reset").exists(), "its row could not be told under its lock"
    assert_sound(project)
