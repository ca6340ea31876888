import pytest

from tasks.models import Label
from tests.tasks.conftest import events, head


def test_a_change_is_seen_by_all_and_raises_the_version(project, task, ben, api):
    before = head(project)
    row = api(ben).patch(f"/tasks/{task.pk}", {"title": "Write better words", "priority": "urgent"}).json()
    assert (row["title"], row["priority"], row["version"]) == ("Write better words", "urgent", 2)
    assert events(project, before) == [("task.updated", ben.pk)]
    assert project.events.first().data == row
    assert api(ben).get(f"/tasks/{task.pk}").json() == row


def test_the_description_is_rendered_again(task, ben, api):
    row = api(ben).patch(f"/tasks/{task.pk}", {"description": "*now* <script>alert(1)</script>"}).json()
    assert "<em>now</em>" in row["description_html"] and "<script" not in row["description_html"]


def test_of_two_who_change_the_same_text_the_second_is_told_and_shown_both(project, task, ana, ben, api):
    assert api(ana).patch(f"/tasks/{task.pk}", {"description": "Ana's", "version": 1}).status_code == 200
    before = head(project)
    refused = api(ben).patch(f"/tasks/{task.pk}", {"description": "Ben's", "title": "x", "version": 1})
    assert refused.status_code == 409 and refused.json()["errors"] == {}
    assert refused.json()["task"] == api(ben).get(f"/tasks/{task.pk}").json()
    assert (refused.json()["task"]["description"], refused.json()["task"]["title"]) == (
        "Ana's",
        "Write the words",
    )
    assert head(project) == before
    assert api(ben).patch(f"/tasks/{task.pk}", {"description": "Both", "version": 2}).json()["version"] == 3


def test_a_version_from_the_future_is_stale_as_well(task, ben, api):
    assert api(ben).patch(f"/tasks/{task.pk}", {"title": "x", "version": 7}).status_code == 409


def test_without_a_version_the_last_one_wins(task, ana, ben, api):
    api(ana).patch(f"/tasks/{task.pk}", {"title": "Ana's"})
    assert api(ben).patch(f"/tasks/{task.pk}", {"title": "Ben's"}).json()["title"] == "Ben's"


def test_a_repeated_change_is_no_conflict_and_no_second_event(project, task, ben, api):
    body = {"title": "New", "due_at": "2026-12-24T18:00:00+01:00", "assignees": [ben.pk], "version": 1}
    first = api(ben).patch(f"/tasks/{task.pk}", body).json()
    before = head(project)
    again = api(ben).patch(f"/tasks/{task.pk}", body)
    assert (again.status_code, again.json()) == (200, first) and head(project) == before


def test_moving_and_completing_leave_the_version_alone(task, board, ben, api):
    api(ben).post(f"/tasks/{task.pk}/move", {"column": board.doing.pk})
    api(ben).post(f"/tasks/{task.pk}/complete")
    assert api(ben).patch(f"/tasks/{task.pk}", {"title": "New", "version": 1}).status_code == 200


def test_people_and_labels_are_set_whole(project, task, ana, ben, gus, api):
    red, blue = (Label.objects.add_to(project, name, by=ana) for name in ("Red", "Blue"))
    before = head(project)
    body = {"assignees": [gus.pk, ana.pk], "labels": [blue.pk, red.pk]}
    row = api(ben).patch(f"/tasks/{task.pk}", body).json()
    assert row["assignees"] == sorted([ana.pk, gus.pk]) and row["labels"] == sorted([red.pk, blue.pk])
    assert events(project, before) == [("task.updated", ben.pk)]
    row = api(ben).patch(f"/tasks/{task.pk}", {"assignees": [], "labels": [red.pk]}).json()
    assert (row["assignees"], row["labels"], row["version"]) == ([], [red.pk], 3)


def test_whoever_left_is_on_no_task_and_is_put_on_none(project, task, ana, ben, api):
    task.change(assignees=[ben.pk, ana.pk], by=ana)
    project.memberships.get(user=ben).remove(by=ben)
    assert api(ana).get(f"/tasks/{task.pk}").json()["assignees"] == [ana.pk]
    assert api(ana).patch(f"/tasks/{task.pk}", {"assignees": [ben.pk]}).status_code == 422


def test_the_due_moment_can_be_taken_away(task, ben, api):
    assert api(ben).patch(f"/tasks/{task.pk}", {"due_at": "2026-12-24T18:00:00Z"}).json()["due_at"]
    assert api(ben).patch(f"/tasks/{task.pk}", {"due_at": None}).json()["due_at"] is None


@pytest.mark.parametrize(
    "body",
    [
        {"assignees": "cleo"},
        {"labels": "theirs"},
        {"title": ""},
        {"title": None},
        {"due_at": "2026-12-24T18:00:00"},
        {"number": 7},
        {"column": 1},
        {"project": 1},
        {"created_by": 1},
        {"version": "1"},
        {"priority": "whenever"},
    ],
)
def test_what_cannot_be_is_refused_whole(project, task, elsewhere, cleo, ben, api, body):
    ids = {"cleo": [ben.pk, cleo.pk], "theirs": [elsewhere.label.pk]}
    field, value = next(iter(body.items()))
    before, row = head(project), task.row()
    answer = api(ben).patch(f"/tasks/{task.pk}", {"description": "new", field: ids.get(value, value)
                                                  if isinstance(value, str) else value})  # fmt: skip
    assert answer.status_code == 422 and any(field in name for name in answer.json()["errors"])
    assert task.row() == row and head(project) == before


def test_a_task_that_was_deleted_meanwhile_is_not_there(task, ana, ben, api):
    task.discard(by=ana)
    assert api(ben).patch(f"/tasks/{task.pk}", {"title": "x"}).status_code == 404


def test_another_key_of_the_project_renews_every_reference(project, task, ana, ben, api):
    before = head(project)
    assert api(ana).patch(f"/projects/{project.pk}", {"key": "SITE"}).status_code == 200
    assert sorted(events(project, before)) == [("project.reset", ana.pk), ("project.updated", ana.pk)]
    assert api(ben).get(f"/tasks/{task.pk}").json()["ref"] == "SITE-1"
    before = head(project)
    api(ana).patch(f"/projects/{project.pk}", {"name": "Site"})
    assert events(project, before) == [("project.updated", ana.pk)]
