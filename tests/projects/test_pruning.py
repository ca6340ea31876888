"""`manage.py prune`: the log and the bin stay short."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from projects import log
from projects.models import Event, Spent
from tasks.models import Comment, Task

pytestmark = pytest.mark.django_db


def age(project, upto, days):
    events = Event.objects.filter(project=project, sequence__lte=upto)
    events.update(at=timezone.now() - timedelta(days=days))


def numbers(project):
    return list(project.events.order_by("sequence").values_list("sequence", flat=True))


@pytest.fixture
def head(project):
    for number in range(50):
        project.record("task.updated", {"id": number}, object_id=number)
    return numbers(project)[-1]


def test_old_events_go_and_the_newest_stay_whatever_their_age(project, head, settings):
    settings.EVENT_LOG_DAYS, settings.EVENT_LOG_MINIMUM = 7, 20
    age(project, head, 30)
    call_command("prune")
    assert numbers(project) == list(range(head - 19, head + 1))


def test_events_of_this_week_stay(project, head, settings):
    settings.EVENT_LOG_DAYS, settings.EVENT_LOG_MINIMUM = 7, 1
    age(project, 10, 8)
    call_command("prune")
    assert numbers(project) == list(range(11, head + 1))


def test_no_gap_where_clocks_were_out_of_step(project, head, settings):
    settings.EVENT_LOG_DAYS, settings.EVENT_LOG_MINIMUM = 7, 1
    age(project, 10, 8)
    Event.objects.filter(project=project, sequence=5).update(at=timezone.now())
    call_command("prune")
    assert numbers(project) == list(range(11, head + 1))


def test_a_reader_from_before_is_sent_for_a_snapshot_and_a_later_one_goes_on(project, ana, head, settings):
    settings.EVENT_LOG_DAYS, settings.EVENT_LOG_MINIMUM = 7, 1
    age(project, 10, 8)
    call_command("prune")
    assert log.read(project.pk, after=9, user_id=ana.pk).reset
    reading = log.read(project.pk, after=10, user_id=ana.pk)
    assert not reading.reset and reading.lines[0].sequence == 11


def test_a_small_log_is_left_alone(project, head):
    age(project, head, 300)
    call_command("prune")
    assert numbers(project) == list(range(1, head + 1))


def test_tasks_deleted_long_ago_are_gone_for_good_with_all_their_words(project, ana):
    old, recent, kept = (
        Task.objects.add_to(project, title, by=ana)[0] for title in ("Secret", "Recent", "Kept")
    )
    Comment.objects.add_to(old, "A secret too", by=ana)
    for task in (old, recent):
        task.discard(by=ana)
    with project.quietly():
        Task.objects.filter(pk=old.pk).update(deleted_at=timezone.now() - timedelta(days=31))
    call_command("prune")
    assert set(Task.objects.values_list("title", flat=True)) == {"Recent", "Kept"}
    assert not project.events.filter(tail__icontains="secret").exists()
    assert project.events.filter(tail__contains="Kept").exists() and kept.pk


def test_client_ids_of_what_was_deleted_long_ago_are_forgotten(project, ana):
    Spent.objects.note("message", 1, ana.pk, "old")
    Spent.objects.update(at=timezone.now() - timedelta(days=30))
    Spent.objects.note("message", 1, ana.pk, "new")
    call_command("prune")
    assert list(Spent.objects.values_list("client_id", flat=True)) == ["new"]
