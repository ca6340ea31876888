"""A task's checklist: its items, their order, and how many are done on the card."""

import pytest

from tasks.models import ChecklistItem, Task
from tasks.models.checklist_item import MOST_ITEMS
from tests.tasks.conftest import events, head, make_task
from tests.tasks.test_two_at_once import at_once


@pytest.fixture
def bens(api, ben):
    return api(ben)


def add(caller, task, text="Buy paint", **more):
    answer = caller.post(f"/tasks/{task.pk}/checklist", {"text": text, **more})
    assert answer.status_code in (200, 201), answer.content
    return answer.json()


def texts(caller, task) -> list[str]:
    return [item["text"] for item in caller.get(f"/tasks/{task.pk}/checklist").json()["items"]]


def progress(task) -> dict | None:
    return Task.objects.get(pk=task.pk).row()["checklist"]


def test_an_item_is_told_and_counted_on_the_card(bens, ben, task, project):
    assert progress(task) is None
    before = head(project)
    item = add(bens, task, assignee=ben.pk)
    assert item["text"] == "Buy paint" and item["assignee"] == ben.pk and item["ticked_at"] is None
    assert sorted(events(project, before)) == [("checklist_item.created", ben.pk), ("task.updated", ben.pk)]
    assert progress(task) == {"done": 0, "total": 1}
    ticked = bens.patch(f"/checklist_items/{item['id']}", {"ticked": True}).json()
    assert ticked["ticked_at"] and ticked["ticked_by"] == ben.pk
    assert progress(task) == {"done": 1, "total": 1}
    said = project.events.filter(name="task.updated").latest("sequence").data
    assert said["checklist"] == {"done": 1, "total": 1}
    bens.patch(f"/checklist_items/{item['id']}", {"ticked": False})
    assert progress(task) == {"done": 0, "total": 1}


def test_ticking_again_keeps_who_ticked_it(bens, api, ana, ben, task, project):
    item = add(bens, task)
    bens.patch(f"/checklist_items/{item['id']}", {"ticked": True})
    before = head(project)
    assert api(ana).patch(f"/checklist_items/{item['id']}", {"ticked": True}).json()["ticked_by"] == ben.pk
    assert events(project, before) == []


def test_a_repeated_request_makes_one_item(bens, task):
    first, again = (add(bens, task, client_id="one") for _ in range(2))
    assert first == again and texts(bens, task) == ["Buy paint"]


def test_items_stand_where_one_puts_them(bens, task):
    paint, _, wall = (add(bens, task, text)["id"] for text in ("Paint", "Brush", "Wall"))
    assert texts(bens, task) == ["Paint", "Brush", "Wall"]
    bens.post(f"/checklist_items/{wall}/move", {"before": paint})
    assert texts(bens, task) == ["Wall", "Paint", "Brush"]
    bens.post(f"/checklist_items/{wall}/move", {"after": paint})
    assert texts(bens, task) == ["Paint", "Wall", "Brush"]
    bens.post(f"/checklist_items/{paint}/move", {})
    assert texts(bens, task) == ["Wall", "Brush", "Paint"]
    add(bens, task, "Ladder", after=wall)
    assert texts(bens, task) == ["Wall", "Ladder", "Brush", "Paint"]


def test_moving_one_writes_one(bens, task, project):
    one, two, _ = (add(bens, task, text)["id"] for text in ("One", "Two", "Three"))
    before = head(project)
    bens.post(f"/checklist_items/{two}/move", {"before": one})
    assert [name for name, _ in events(project, before)] == ["checklist_item.updated"]


def test_beside_one_that_is_gone_is_where_it_stood(bens, task):
    one, _, three = (add(bens, task, text)["id"] for text in ("One", "Two", "Three"))
    bens.delete(f"/checklist_items/{one}")
    assert bens.post(f"/checklist_items/{three}/move", {"after": one}).status_code == 200
    assert texts(bens, task) == ["Three", "Two"]
    assert bens.post(f"/checklist_items/{one}/restore").status_code == 200
    assert texts(bens, task) == ["One", "Three", "Two"]


def test_a_deleted_item_counts_no_more_and_comes_back(bens, task, project):
    item = add(bens, task)["id"]
    bens.patch(f"/checklist_items/{item}", {"ticked": True})
    assert bens.delete(f"/checklist_items/{item}").status_code == 204
    assert texts(bens, task) == [] and progress(task) is None
    assert bens.patch(f"/checklist_items/{item}", {"text": "Again"}).status_code == 404
    assert bens.delete(f"/checklist_items/{item}").status_code == 404
    before = head(project)
    assert bens.post(f"/checklist_items/{item}/restore").json()["ticked_at"]
    assert {name for name, _ in events(project, before)} == {"checklist_item.created", "task.updated"}
    assert progress(task) == {"done": 1, "total": 1}


def test_an_item_becomes_a_task_of_its_own(bens, ben, task, board):
    item = add(bens, task, "Choose a colour", assignee=ben.pk)["id"]
    answer = bens.post(f"/checklist_items/{item}/convert")
    made = answer.json()
    assert answer.status_code == 201
    assert (made["title"], made["assignees"], made["column"]) == ("Choose a colour", [ben.pk], board.todo.pk)
    assert texts(bens, task) == [] and progress(task) is None
    assert bens.post(f"/checklist_items/{item}/convert").status_code == 404
    assert Task.objects.filter(title="Choose a colour").count() == 1


def test_what_is_done_makes_a_task_that_is_open(bens, task, board, ben):
    item = add(bens, task)["id"]
    task.complete(by=ben)
    assert bens.post(f"/checklist_items/{item}/convert").json()["completed_at"] is None


@pytest.mark.parametrize(
    "body",
    [
        {"text": ""},
        {"text": "  "},
        {"text": "x" * 201},
        {"text": None},
        {"text": "a\x00b"},
        {"assignee": "ben"},
        {"assignee": 0},
        {"ticked": "yes please"},
        {"ticked": None},
        {"task": 1},
        {"position": "a0"},
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(bens, task, body):
    item = add(bens, task)["id"]
    answer = bens.patch(f"/checklist_items/{item}", body)
    assert answer.status_code == 422 and list(answer.json()["errors"]) == list(body)
    assert texts(bens, task) == ["Buy paint"]


def test_only_people_of_the_project_are_assigned(bens, task, cleo):
    answer = bens.post(f"/tasks/{task.pk}/checklist", {"text": "Buy paint", "assignee": cleo.pk})
    assert answer.status_code == 422 and "assignee" in answer.json()["errors"]
    assert texts(bens, task) == []


def test_a_checklist_has_an_end(bens, task, ben):
    for number in range(MOST_ITEMS):
        ChecklistItem.objects.add_to(task, str(number), by=ben)
    answer = bens.post(f"/tasks/{task.pk}/checklist", {"text": "One more"})
    assert answer.status_code == 422 and str(MOST_ITEMS) in answer.json()["errors"]["text"][0]


def test_the_items_of_a_deleted_task_are_gone_and_come_back_with_it(bens, task, ben):
    item = add(bens, task)["id"]
    task.discard(by=ben)
    assert bens.get(f"/tasks/{task.pk}/checklist").status_code == 404
    assert bens.patch(f"/checklist_items/{item}", {"ticked": True}).status_code == 404
    task.restore(by=ben)
    assert texts(bens, task) == ["Buy paint"] and progress(task) == {"done": 0, "total": 1}


def test_many_moves_between_the_same_two_end_in_short_ranks(bens, task, ben):
    first, _ = (ChecklistItem.objects.add_to(task, text, by=ben)[0] for text in ("First", "Last"))
    moving = [ChecklistItem.objects.add_to(task, text, by=ben)[0] for text in ("One", "Two")]
    for turn in range(260):
        moving[turn % 2].move_to(after=first, by=ben)
    ranks = task.checklist.values_list("position", flat=True)
    assert max(map(len, ranks)) <= 100 and len(set(ranks)) == 4
    assert texts(bens, task) == ["First", "Two", "One", "Last"]


@pytest.mark.django_db(transaction=True)
def test_two_who_add_at_once_get_two_places(project, ana, ben):
    task = make_task(project, by=ana)
    at_once(
        *(lambda by=by: ChecklistItem.objects.add_to(Task.objects.get(pk=task.pk), "Here", by=by)
          for by in (ana, ben, ana, ben))
    )  # fmt: skip
    ranks = list(task.checklist.values_list("position", flat=True))
    assert len(ranks) == 4 and len(set(ranks)) == 4
    assert project.events.filter(name="task.updated").latest("sequence").data["checklist"] == {
        "done": 0,
        "total": 4,
    }
