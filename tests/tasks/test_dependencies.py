"""Tasks that wait for others: never for themselves, and never in a circle."""

import pytest

from tasks.models import Dependency, Task
from tasks.models.dependency import MOST_BLOCKERS
from tests.tasks.conftest import events, head, make_task
from tests.tasks.test_two_at_once import at_once


@pytest.fixture
def bens(api, ben):
    return api(ben)


@pytest.fixture
def three(project, ben) -> list[Task]:
    return [make_task(project, title, by=ben) for title in ("One", "Two", "Three")]


def wait(caller, task, blocker):
    return caller.post(f"/tasks/{task.pk}/dependencies", {"blocked_by": blocker.pk})


def row(task) -> list[int]:
    return Task.objects.get(pk=task.pk).row()["blocked_by"]


def test_both_ends_of_it_are_said(bens, three, project, ben):
    one, two, _ = three
    before = head(project)
    answer = wait(bens, two, one)
    assert answer.status_code == 201 and answer.json() == {"blocked_by": [one.pk], "blocks": []}
    assert events(project, before) == [("task.updated", ben.pk)]
    assert project.events.latest("sequence").data["blocked_by"] == row(two) == [one.pk]
    assert bens.get(f"/tasks/{one.pk}/dependencies").json() == {"blocked_by": [], "blocks": [two.pk]}
    assert wait(bens, two, one).status_code == 200
    assert bens.delete(f"/tasks/{two.pk}/dependencies/{one.pk}").status_code == 204
    assert row(two) == []
    assert bens.delete(f"/tasks/{two.pk}/dependencies/{one.pk}").status_code == 404


def test_it_can_be_said_and_taken_back_from_the_other_end(bens, three):
    one, two, _ = three
    answer = bens.post(f"/tasks/{one.pk}/dependencies", {"blocks": two.pk})
    assert answer.status_code == 201 and answer.json() == {"blocked_by": [], "blocks": [two.pk]}
    assert bens.delete(f"/tasks/{one.pk}/dependencies/{two.pk}").status_code == 204
    assert row(two) == []


def test_nothing_waits_for_itself(bens, task):
    answer = wait(bens, task, task)
    assert answer.status_code == 422 and answer.json()["errors"] == {
        "blocked_by": ["A task can't wait for itself."]
    }


@pytest.mark.parametrize("field", ["blocked_by", "blocks"])
def test_no_circle_is_closed(bens, three, field):
    one, two, three = three
    wait(bens, two, one)
    wait(bens, three, two)
    ends = (one, three) if field == "blocked_by" else (three, one)
    answer = bens.post(f"/tasks/{ends[0].pk}/dependencies", {field: ends[1].pk})
    assert answer.status_code == 422
    assert answer.json()["errors"] == {
        field: ["WEB-3 waits for WEB-1 already: they would wait for each other for ever."]
    }
    assert row(one) == []


@pytest.mark.parametrize("body", [{}, {"blocks": None}, {"blocked_by": "WEB-1"}, {"blocked_by": [1]}])
def test_what_makes_no_sense_is_refused(bens, task, body):
    assert bens.post(f"/tasks/{task.pk}/dependencies", body).status_code == 422


def test_one_says_one_of_the_two(bens, three):
    one, two, three = three
    answer = bens.post(f"/tasks/{one.pk}/dependencies", {"blocked_by": two.pk, "blocks": three.pk})
    assert answer.status_code == 422 and set(answer.json()["errors"]) == {"blocked_by", "blocks"}
    assert not Dependency.objects.exists()


def test_a_task_of_another_project_is_none(bens, task, elsewhere):
    answer = wait(bens, task, elsewhere.task)
    assert answer.status_code == 422 and "secret" not in answer.content.decode()
    assert bens.delete(f"/tasks/{task.pk}/dependencies/{elsewhere.task.pk}").status_code == 404


def test_a_deleted_task_is_no_longer_waited_for_until_it_comes_back(bens, three, ben):
    one, two, _ = three
    wait(bens, two, one)
    one.discard(by=ben)
    assert bens.get(f"/tasks/{two.pk}/dependencies").json() == {"blocked_by": [], "blocks": []}
    assert wait(bens, two, one).status_code == 422
    one.restore(by=ben)
    assert bens.get(f"/tasks/{two.pk}/dependencies").json()["blocked_by"] == [one.pk]


def test_there_is_an_end_to_it(bens, task, project, ben):
    for number in range(MOST_BLOCKERS):
        Dependency.objects.add_to(task, make_task(project, str(number), by=ben), by=ben)
    answer = wait(bens, task, make_task(project, by=ben))
    assert answer.status_code == 422 and str(MOST_BLOCKERS) in answer.json()["errors"]["blocked_by"][0]


@pytest.mark.django_db(transaction=True)
def test_two_people_close_no_circle_at_once(project, ana, ben, api):
    for _ in range(5):
        one, two = (make_task(project, title, by=ana) for title in ("One", "Two"))
        answers = at_once(
            lambda one=one, two=two: wait(api(ana), one, two).status_code,
            lambda one=one, two=two: wait(api(ben), two, one).status_code,
        )
        assert sorted(answers) == [201, 422]
        assert Dependency.objects.filter(task__in=[one, two]).count() == 1
