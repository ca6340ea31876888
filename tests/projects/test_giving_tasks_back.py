"""Whoever goes leaves their tasks to the others."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import Membership
from tasks.models import ChecklistItem, Task

pytestmark = pytest.mark.django_db


def end(project, user, by):
    Membership.objects.get(project=project, user=user).remove(by=by)


@pytest.mark.parametrize("leaving", [True, False], ids=["leaves", "is removed"])
def test_the_tasks_of_somebody_who_goes_are_nobodys(project, ana, ben, leaving):
    shared, alone, others = (
        Task.objects.add_to(project, title, by=ana)[0] for title in ("Both", "One", "Other")
    )
    shared.change(assignees={ana.pk, ben.pk}, by=ana)
    alone.change(assignees={ben.pk}, by=ana)
    others.change(assignees={ana.pk}, by=ana)
    end(project, ben, by=ben if leaving else ana)
    assert [set(task.assignees.values_list("pk", flat=True)) for task in (shared, alone, others)] == [
        {ana.pk}, set(), {ana.pk}
    ]  # fmt: skip
    told = project.events.filter(name="task.updated").order_by("sequence")
    last = {event.object_id: event for event in told}
    assert last[alone.pk].data["assignees"] == [] and last[alone.pk].by == (ben if leaving else ana).pk


def test_the_activity_of_the_task_says_so(project, ana, ben):
    task, _ = Task.objects.add_to(project, "Paint", by=ana)
    task.change(assignees={ben.pk}, by=ana)
    end(project, ben, by=ana)
    newest = task.activity.order_by("-id").first()
    assert (newest.what, newest.was, newest.now, newest.by) == ("assignees", [ben.pk], [], ana)


def test_nor_do_they_keep_a_line_of_a_checklist_or_watch(project, ana, ben):
    task, _ = Task.objects.add_to(project, "Paint", by=ana)
    item, _ = ChecklistItem.objects.add_to(task, "Buy a brush", assignee=ben.pk, by=ana)
    task.watch(True, by=ben)
    end(project, ben, by=ben)
    item.refresh_from_db()
    assert item.assignee is None and not task.watchers.contains(ben)
    told = project.events.filter(name="checklist_item.updated").latest("sequence")
    assert told.data["assignee"] is None
    newest = task.activity.get(what="item_assigned")
    assert (newest.was, newest.now, newest.about) == (ben.pk, None, "Buy a brush")


def test_archived_and_deleted_tasks_are_given_back_too(project, ana, ben):
    archived, deleted = (
        Task.objects.add_to(project, "Paint", assignees=[ben.pk], by=ana)[0] for _ in range(2)
    )
    items = [ChecklistItem.objects.add_to(deleted, text, assignee=ben.pk, by=ana)[0] for text in "ab"]
    items[0].discard(by=ana)
    archived.archive(by=ana)
    deleted.discard(by=ana)
    before = project.events.count()
    end(project, ben, by=ana)
    told = project.events.after(before)
    assert {event.object_id for event in told if event.name.startswith("task.")} == {archived.pk}
    deleted.restore(by=ana)
    for task in (archived, deleted):
        assert (task.row()["assignees"], task.row()["watchers"]) == ([], [ana.pk])
    assert not ChecklistItem.everything.filter(assignee=ben).exists()


def test_a_task_that_somebody_who_left_is_on_all_the_same_can_be_changed(project, ana, ben, cleo):
    """Put on it in the moment when they left."""
    task, _ = Task.objects.add_to(project, "Paint", by=ana)
    task.assignees.add(cleo)
    task.change(assignees={cleo.pk, ben.pk}, by=ana)
    assert task.row()["assignees"] == sorted([cleo.pk, ben.pk])


def test_a_hundred_tasks_cost_what_one_does(project, ana, ben, gus):
    def cost(user, count):
        for number in range(count):
            task, _ = Task.objects.add_to(project, f"{user.handle} {number}", by=ana)
            task.assignees.add(user)
        with CaptureQueriesContext(connection) as queries:
            end(project, user, by=ana)
        return len(queries)

    assert cost(gus, 30) <= cost(ben, 1)
