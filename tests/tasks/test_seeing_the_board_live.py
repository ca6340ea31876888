"""Snapshot + events == fresh snapshot, for every event that the board knows."""

import orjson

from projects import wire
from projects.snapshot import snapshot
from tasks.models import Column, Comment, Label, Task
from tests.tasks.conftest import head, make_task

SECTIONS = {"task": "tasks", "column": "columns", "label": "labels"}


def state(project, user):
    project.my_role = "member"
    whole = orjson.loads(wire.encode(snapshot(project, user)))
    return {noun: {row["id"]: row for row in whole[section]} for noun, section in SECTIONS.items()}


def follow(before, events):
    """What a page makes of events: it knows nothing but their names and data."""
    for event in events:
        noun, _, change = event.name.partition(".")
        if noun not in SECTIONS:
            continue
        rows = before[noun]
        if change == "deleted":
            rows.pop(event.data["id"], None)
        else:
            rows[event.data["id"]] = event.data
    return before


def test_a_page_that_follows_the_events_shows_what_a_fresh_one_shows(project, board, ana, ben, gus):
    known, names = state(project, ben), set()

    def step():
        nonlocal known, after
        events = list(project.events.after(after))
        assert events
        known, after = follow(known, events), head(project)
        names.update(event.name for event in events)
        assert known == state(project, ben)

    after = head(project)
    bug = Label.objects.add_to(project, "Bug", by=ana)
    step()
    bug.change(name="Defect", colour="red", by=ana)
    step()
    later = Column.objects.add_to(project, "Later", by=ana)
    step()
    later.change(name="Much later", by=ana)
    later.move_to(before=board.todo, by=ana)
    step()
    first = make_task(project, "One", labels=[bug.pk], assignees=[ben.pk], by=ben)
    second = make_task(project, "Two", description="*x*", labels=[bug.pk], by=ben)
    step()
    first.change(title="First", assignees=[gus.pk, ana.pk], by=ana)
    step()
    second.move_to(board.doing, by=ben)
    second.move_to(board.todo, before=first, by=ben)
    step()
    first.complete(by=ben)
    step()
    first.reopen(by=ben)
    step()
    comment, _ = Comment.objects.add_to(first, "Hello", by=gus)
    step()
    comment.edit("Bye", by=gus)
    step_names = [event.name for event in project.events.after(after)]
    assert step_names == ["comment.updated"]
    comment.remove(by=ana)
    step()
    first.discard(by=ben)
    step()
    Comment.objects.create(task=first, author=gus, body="late", html="late")  # of a task that nobody sees
    after_deletion = state(project, ben)
    assert follow(known, project.events.after(after)) == after_deletion
    first.restore(by=ben)
    step()
    board.done.change(done=False, by=ana)
    board.todo.change(done=True, by=ana)
    step()
    bug.remove(by=ana)
    step()
    board.todo.remove(move_to=later, by=ana)
    step()
    assert names >= {
        f"{noun}.{change}" for noun in (*SECTIONS, "comment") for change in ("created", "deleted")
    }


def test_what_is_done_past_the_verbs_is_heard_too(project, board, task, ana, ben):
    known, after = state(project, ben), head(project)
    bug = Label.objects.create(project=project, name="Bug")
    task.assignees.add(ana)
    task.labels.add(bug)
    bug.tasks.add(make_task(project, "Other", by=ben))
    task.assignees.clear()
    task.title = "By hand"
    task.save()
    bug.delete()
    Task.objects.filter(title="Other").first().discard(by=None)
    assert follow(known, project.events.after(after)) == state(project, ben)
