from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from projects.models import Project
from tasks.models import Task

pytestmark = pytest.mark.django_db


def home(user):
    client = Client()
    client.force_login(user)
    return client.get("/")


def add_task(project, title, by, *assignees, **details):
    return Task.objects.add_to(project, title, by=by, assignees={user.pk for user in assignees}, **details)[0]


def test_my_open_tasks_stand_there_the_most_pressing_first(project, ana, ben):
    now = timezone.now()
    add_task(project, "Some day", ana, ben)
    add_task(project, "Next week", ana, ben, due_at=now + timedelta(days=7))
    add_task(project, "Yesterday", ana, ben, due_at=now - timedelta(days=1))
    add_task(project, "Tomorrow", ana, ben, due_at=now + timedelta(days=1))
    add_task(project, "Not mine", ana, ana)
    add_task(project, "Done", ana, ben).complete(by=ana)
    tasks = home(ben).context["parts"]["tasks"]
    assert [task.title for task in tasks] == ["Yesterday", "Tomorrow", "Next week", "Some day"]
    assert [task.urgency for task in tasks] == ["over", "soon", "", ""]


def test_a_due_moment_reads_alike_everywhere(project, ana, ben):
    add_task(project, "Opening night", ana, ben, due_at=datetime(2040, 11, 12, 16, 30, tzinfo=UTC))
    assert "12 Nov 2040, 16:30" in home(ben).content.decode()


def test_a_project_i_left_or_that_is_archived_asks_nothing_of_me(project, ana, ben):
    add_task(project, "Write it down", ana, ben)
    project.archive(by=ana)
    assert home(ben).context["parts"]["tasks"] == []
    project.restore(by=ana)
    project.memberships.get(user=ben).remove(by=ana)
    assert home(ben).context["parts"]["tasks"] == []
    assert "Write it down" not in home(ben).content.decode()


def test_rooms_with_something_new_stand_there(project, ana, ben):
    room = project.rooms.first()
    room.post("Good morning", by=ana)
    room.post("All well?", by=ana)
    [unread] = home(ben).context["parts"]["rooms"]
    assert (unread.pk, unread.unread) == (room.pk, "2")
    assert home(ana).context["parts"]["rooms"] == []


def test_home_takes_the_same_queries_however_much_there_is(project, ana, ben, django_assert_max_num_queries):
    client = Client()
    client.force_login(ben)
    for n in range(6):
        other = Project.objects.open(f"Project {n}", by=ben)
        other.memberships.create(user=ana)
        other.rooms.first().post("Hello", by=ana)
        add_task(other, "Something", ben, ben)
    with django_assert_max_num_queries(6):
        assert len(client.get("/").context["parts"]["rooms"]) == 6
