"""The log: one event a change, in the transaction of the change, numbered in the order of commits."""

import ast
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction

from projects import access, live, log, numbers
from projects.errors import LiveError
from projects.models import Event, Membership, Project
from tests.servers import ROOT


def names(project: Project) -> list[str]:
    return list(project.events.order_by("sequence").values_list("name", flat=True))


def test_opening_a_project_is_told_from_number_one(project):
    events = list(project.events.order_by("sequence"))
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert events[0].name == "project.created"
    assert events[0].data["key"] == "WEB"
    assert names(project).count("member.created") == 3


def test_a_change_that_is_rolled_back_leaves_no_event_and_no_gap(project, ana):
    before = project.counter.__class__.objects.get(project=project).sequence
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        project.change(name="Nobody sees this", by=ana)
        raise ZeroDivisionError
    project.refresh_from_db()
    project.change(name="Website", by=ana)
    assert project.events.after(before).values_list("sequence", "name").get() == (
        before + 1,
        "project.updated",
    )


def test_several_saves_of_one_object_in_one_change_are_one_event(project, ana):
    before = len(names(project))
    with live.atomic():
        project.change(name="One", by=ana)
        project.change(name="Two", by=ana)
    assert names(project)[before:] == ["project.updated"]
    assert project.events.first().data["name"] == "Two"
    assert project.events.first().by == ana.pk


def test_writing_in_bulk_past_the_log_is_refused(project):
    with pytest.raises(LiveError, match="quietly"):
        project.memberships.update(role="admin")
    with pytest.raises(LiveError, match="quietly"):
        Membership.objects.bulk_create([])
    with pytest.raises(LiveError, match="quietly"):
        Project.objects.bulk_update([project], ["name"])


def test_working_quietly_ends_with_one_reset(project, ana):
    before = len(names(project))
    with project.quietly(by=ana):
        project.memberships.filter(role="guest").update(role="member")
        project.change(name="Quiet", by=ana)
    assert names(project)[before:] == ["project.reset"]


def test_a_person_renamed_is_told_in_every_project_of_theirs(project, ben):
    before = len(names(project))
    ben.name = "Benedikt"
    ben.save()
    assert names(project)[before:] == ["member.updated"]
    assert project.events.first().data["name"] == "Benedikt"
    ben.save(update_fields=["last_login"])
    assert len(names(project)) == before + 1


def test_reading_after_a_number_gives_what_came_later(project, ana):
    last = log.read(project.pk, after=0, user_id=ana.pk).last
    project.change(name="Later", by=ana)
    reading = log.read(project.pk, after=last, user_id=ana.pk)
    assert [line.name for line in reading.lines] == ["project.updated"]
    assert reading.last == last + 1 and not reading.reset


@pytest.mark.parametrize("after", [-1, 10_000])
def test_a_number_that_the_log_does_not_know_asks_for_a_snapshot(project, ana, after):
    assert log.read(project.pk, after=after, user_id=ana.pk).reset


def test_a_number_older_than_the_log_asks_for_a_snapshot(project, ana):
    Event.objects.filter(project=project, sequence__lte=3).delete()
    assert log.read(project.pk, after=1, user_id=ana.pk).reset
    assert not log.read(project.pk, after=3, user_id=ana.pk).reset


def test_deleting_a_project_takes_everything_with_it(project):
    project.delete()
    assert not Event.objects.exists() and not Membership.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_reads_while_others_write_never_sees_a_gap_that_is_filled_later(project, ana):
    """Numbers in the order of commits: what is there up to a number is all there will ever be up to it."""

    def write(who: int) -> None:
        try:
            for turn in range(12):
                with transaction.atomic():
                    Project.objects.get(pk=project.pk).change(description=f"{who} {turn}", by=ana)
                    if turn % 4 == 3:
                        transaction.set_rollback(True)
        finally:
            connection.close()

    seen = list(project.events.order_by("sequence").values_list("sequence", flat=True))
    threads = [threading.Thread(target=write, args=[who]) for who in range(4)]
    for thread in threads:
        thread.start()
    while True:
        done = not any(thread.is_alive() for thread in threads)
        seen += [line.sequence for line in log.lines_after(project.pk, seen[-1], 1000)]
        if done:
            break
    assert seen == list(range(1, len(seen) + 1))
    assert len(seen) == project.counter.__class__.objects.get(project=project).sequence


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_number_their_events_in_the_order_of_commits(project, ana):
    before = len(names(project))

    def write(who: int) -> None:
        try:
            for turn in range(10):
                Project.objects.get(pk=project.pk).change(description=f"{who} {turn}", by=ana)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=[who]) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sequences = list(project.events.order_by("sequence").values_list("sequence", flat=True))
    assert sequences == list(range(1, before + 41))


def test_whoever_comes_back_after_a_change_of_their_own_circle_gets_a_snapshot(project, ana, ben, gus):
    from chat.models import Channel

    channel = Channel.open(project, "Secret", private=True, by=ana)

    def last(user) -> int:
        return numbers.of(project.pk).last_for(access.audiences_of(user.pk, project.pk))

    before = {user: last(user) for user in (ana, ben, gus)}
    channel.add(ben.pk, by=ana)
    assert log.read(project.pk, after=before[ben], user_id=ben.pk).reset
    # Nobody else is told, not even by having to load afresh.
    assert not log.read(project.pk, after=before[ana], user_id=ana.pk).reset
    assert last(gus) == before[gus]
    before = {user: last(user) for user in (ana, ben, gus)}
    for _ in range(40):  # so many that the number of before would else be one of theirs again
        project.change(description=f"{_}", by=ana)
    channel.dismiss(ben.pk, by=ana)
    assert log.read(project.pk, after=before[ben], user_id=ben.pk).reset, "what they held is no longer theirs"
    assert last(ben) > before[ben]
    assert not log.read(project.pk, after=before[ana], user_id=ana.pk).reset


def test_a_change_in_several_projects_locks_their_counters_in_one_order(project, ana):
    """Two who change the same two projects in two orders would wait for each other."""
    projects = [project, *(Project.objects.open(name, by=ana) for name in ("One", "Two"))]
    before = Event.objects.order_by("-pk").first().pk
    with live.atomic():
        for each in (projects[2], projects[0], projects[1]):
            each.change(description="All at once", by=ana)
    told = Event.objects.filter(pk__gt=before).order_by("pk").values_list("project_id", flat=True)
    assert list(told) == sorted(each.pk for each in projects)


def test_rows_are_locked_no_harder_than_a_foreign_key_allows():
    """A plain FOR UPDATE waits for every insert that points at the row, and they for it. To delete it needs that."""
    deletions = {"tasks/models/label.py", "chat/forgetting.py"}
    for app in ("accounts", "projects", "tasks", "chat", "presence"):
        for path in (ROOT / app).rglob("*.py"):
            for call in (
                node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)
            ):
                if (
                    ast.unparse(call.func).endswith("select_for_update")
                    and str(path.relative_to(ROOT)) not in deletions
                ):
                    assert any(word.arg == "no_key" for word in call.keywords), f"{path}:{call.lineno}"


def seen_from_outside(project: Project, name: str) -> bool:
    """Whether another connection sees the project under this name, and the event that says so."""

    def look() -> bool:
        try:
            told = project.events.filter(name="project.updated", tail__contains=name)
            return Project.objects.filter(name=name).exists() and told.exists()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(look).result()


@pytest.mark.django_db(transaction=True)
def test_an_event_is_committed_on_the_trip_that_records_it(project, ana):
    seen = []

    def watch(execute, sql, params, many, context):
        answer = execute(sql, params, many, context)
        if "INSERT INTO projects_event" in sql:
            seen.append(seen_from_outside(project, "Website"))
        return answer

    with connection.execute_wrapper(watch):
        project.change(name="Website", by=ana)
    assert seen == [True]


@pytest.mark.django_db(transaction=True)
def test_inside_a_larger_transaction_recording_commits_nothing(project, ana):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        project.change(name="Website", by=ana)
        assert not seen_from_outside(project, "Website")
        raise ZeroDivisionError
    assert not seen_from_outside(project, "Website")
    with live.atomic():
        project.change(name="One", by=ana)
        ana.name = "Ana Lytic"
        ana.save()
        assert not seen_from_outside(project, "One")
    assert seen_from_outside(project, "One")


@pytest.mark.django_db(transaction=True)
def test_what_waits_for_the_commit_is_called_after_it(project, ana):
    seen = []
    with live.atomic():
        project.change(name="Website", by=ana)
        transaction.on_commit(lambda: seen.append(seen_from_outside(project, "Website")))
    assert seen == [True]
