"""Who watches a task: those who want to, made it, are on it or said something about it."""

import pytest

from tasks.models import Comment, Task
from tests.tasks.conftest import events, head, make_task


def watchers(task) -> list[int]:
    return Task.objects.get(pk=task.pk).row()["watchers"]


def test_whoever_makes_a_task_is_assigned_or_comments_watches_it(project, ana, ben, gus, api):
    task = make_task(project, by=ben)
    assert watchers(task) == [ben.pk]
    assert project.events.latest("sequence").data["watchers"] == [ben.pk]
    task.change(assignees=[ana.pk], by=ben)
    assert watchers(task) == sorted([ana.pk, ben.pk])
    assert project.events.latest("sequence").data["watchers"] == watchers(task)
    api(gus).post(f"/tasks/{task.pk}/comments", {"body": "Hm."})
    assert watchers(task) == sorted([ana.pk, ben.pk, gus.pk])
    task.change(assignees=[], by=ben)
    assert ana.pk in watchers(task)


def test_one_assigned_from_the_start_watches(project, ana, ben):
    assert watchers(make_task(project, by=ben, assignees=[ana.pk])) == sorted([ana.pk, ben.pk])


def test_several_assigned_at_once_watch(project, api, ana, ben):
    tasks = [make_task(project, by=ben) for _ in range(2)]
    body = {"tasks": [task.pk for task in tasks], "action": "assign", "add": [ana.pk]}
    assert api(ben).post(f"/projects/{project.pk}/tasks/bulk", body).status_code == 200
    assert all(ana.pk in watchers(task) for task in tasks)


@pytest.mark.parametrize("who", ["gus", "ben"])
def test_anyone_here_watches_and_stops(request, api, project, task, who):
    person = request.getfixturevalue(who)
    task.watch(False, by=person)
    before = head(project)
    row = api(person).post(f"/tasks/{task.pk}/watch").json()
    assert person.pk in row["watchers"] and row["version"] == 1
    assert events(project, before) == [("task.updated", person.pk)]
    api(person).post(f"/tasks/{task.pk}/watch")
    assert len(events(project, before)) == 1
    assert person.pk not in api(person).post(f"/tasks/{task.pk}/unwatch").json()["watchers"]
    assert len(events(project, before)) == 2


def test_a_comment_brings_one_back(api, task, ben):
    task.watch(False, by=ben)
    Comment.objects.add_to(task, "After all", by=ben)
    assert watchers(task) == [ben.pk]


def test_who_leaves_watches_no_more(project, task, ben, gus):
    task.watch(True, by=gus)
    project.memberships.get(user=gus).remove(by=project.memberships.owners().get().user)
    assert watchers(task) == [ben.pk]
