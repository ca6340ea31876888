"""`manage.py sample`: what a newcomer finds, and projects of any size."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from chat.models import Message, RoomMembership
from projects.management.sample.cafe import STORY
from projects.models import Project
from projects.snapshot import snapshot
from tasks.models import Comment, Task

pytestmark = pytest.mark.django_db


def sample(*arguments):
    said = StringIO()
    call_command("sample", *arguments, stdout=said)
    return said.getvalue()


def seen_by(project, handle):
    user = User.objects.get(handle=handle)
    return snapshot(Project.objects.visible_to(user).get(pk=project.pk), user)


@pytest.fixture
def development(settings):
    settings.DEBUG = True


@pytest.fixture
def project(development):
    said = sample("--if-empty")
    assert "ana@example.com" in said and "password taskroom" in said
    return Project.objects.get()


def test_three_people_can_sign_in_with_their_roles(client, project):
    roles = {member.user.handle: member.role for member in project.memberships.select_related("user")}
    assert roles == {"ana": "owner", "ben": "member", "gus": "guest"}
    for handle in roles:
        assert client.login(email=f"{handle}@example.com", password="taskroom")
    ana = User.objects.get(handle="ana")
    assert ana.is_staff and ana.is_superuser
    assert not User.objects.filter(is_staff=True).exclude(pk=ana.pk).exists()


def test_the_board_looks_like_work(project):
    assert [column.tasks.count() > 2 for column in project.columns.all()] == [True, True, True]
    done = Task.objects.filter(column__done=True)
    assert done.exists() and not done.filter(completed_at=None).exists()
    assert not Task.objects.exclude(column__done=True).exclude(completed_at=None).exists()
    assert Task.objects.overdue().exists() and Comment.objects.count() > 5
    assert {"urgent", "high", "low", "none"} <= set(Task.objects.values_list("priority", flat=True))
    assert any(0 < task.row()["checklist"]["done"] < task.row()["checklist"]["total"]
               for task in Task.objects.filter(checklist__isnull=False).distinct())  # fmt: skip
    assert Task.objects.open().filter(blocked_by__completed_at=None).exclude(blocked_by=None).exists()
    first = project.columns.first().tasks.order_by("position").first()
    assert first.number == 1 and "private window" in first.title and "taskroom" in first.description


def test_every_reference_leads_somewhere(project):
    texts = "".join(Message.objects.values_list("html", flat=True))
    texts += "".join(Comment.objects.values_list("html", flat=True))
    texts += "".join(Task.objects.values_list("description_html", flat=True))
    assert texts.count('class="mention"') >= 4
    named = {int(piece.split('"')[0]) for piece in texts.split('data-number="')[1:]}
    assert len(named) > 5 and named <= set(Task.objects.values_list("number", flat=True))


def test_the_conversation_stands_in_the_order_of_the_clock(project):
    times = list(Message.objects.order_by("pk").values_list("created_at", flat=True))
    assert times == sorted(times) and len(times) == sum(len(room["messages"]) for room in STORY["rooms"])
    assert set(RoomMembership.objects.values_list("user__handle", flat=True)) == {"ana", "ben", "gus"}


def test_what_is_unread_is_what_the_story_says(project):
    unread = sorted(each["unread"] for each in seen_by(project, "ana")["readings"])
    assert unread == [0, 1, 3]


def test_it_is_known_as_a_sample_and_the_log_tells_no_story(project):
    assert seen_by(project, "ben")["project"]["sample"] is True
    assert project.events.latest("sequence").name == "project.reset"
    assert not project.events.filter(name__startswith="message.").exists()


def test_one_click_deletes_it(client, project):
    client.force_login(User.objects.get(handle="ana"))
    client.post(f"/projects/{project.pk}/delete/")
    assert not Project.objects.exists() and not Message.objects.exists() and User.objects.count() == 3


def test_a_second_start_makes_nothing_and_tells_the_sign_ins(project):
    assert "ben@example.com" in sample("--if-empty")
    assert Project.objects.count() == 1


def test_where_people_have_signed_up_nothing_is_made_or_told(development, cleo):
    assert sample("--if-empty") == ""
    assert not Project.objects.exists()


def test_sign_ins_that_no_longer_work_are_not_told(project):
    ana = User.objects.get(handle="ana")
    ana.set_password("another one")
    ana.save()
    assert sample("--if-empty") == ""


def test_no_known_password_outside_development(db, settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="--password"):
        sample("--if-empty")
    assert not User.objects.exists()
    sample("--password", "a long enough password")
    assert User.objects.get(handle="ben").check_password("a long enough password")


# Of any size ----------------------------------------------------------------------------------------------

SIZES = ["--tasks", "120", "--columns", "6", "--members", "30", "--rooms", "25", "--channels", "8"]
SIZES += ["--messages", "3000"]


def large(*more):
    sample(*SIZES, *more)
    return Project.objects.latest("pk")


def test_a_project_of_a_given_size(development):
    project = large()
    assert project.memberships.count() == 30 and project.rooms.count() == 25
    assert project.tasks.count() == project.last_task_number == 120
    assert project.columns.count() == 6 and project.channels.count() == 8
    assert Message.objects.filter(room__project=project).count() == 3000
    # Nobody writes where they are not, and private rooms stay private.
    inside = set(RoomMembership.objects.values_list("room", "user"))
    assert set(Message.objects.values_list("room", "author")) <= inside
    times = list(Message.objects.order_by("pk").values_list("created_at", flat=True))
    assert times == sorted(times)


def test_the_same_seed_makes_the_same(development):
    def words(project):
        messages = Message.objects.filter(room__project=project).order_by("pk").values_list("body", "author")
        return list(messages), list(project.tasks.order_by("number").values_list("title", "priority"))

    first, second, third = large(), large(), large("--seed", "2")
    assert words(first) == words(second) != words(third)


def test_a_large_project_can_be_worked_in(development):
    project = large()
    ana = User.objects.get(handle="ana")
    task, _ = Task.objects.add_to(project, "One more", by=ana)
    assert task.number == 121
    task.move_to(project.columns.last(), by=ana)
    project.rooms.first().post("One more", by=ana)
    state = seen_by(project, "ana")
    assert len(state["tasks"]) == 121 and len(state["members"]) == 30


def test_the_snapshot_takes_as_many_queries_for_much_as_for_little(development):
    project = large()
    user = User.objects.get(handle="ana")
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            seen_by(project, "ana")
        counts.append(len(captured))
        Task.objects.add_to(project, "One more", by=user)
        project.rooms.first().post("One more", by=user)
    assert counts[0] == counts[1] <= 20
