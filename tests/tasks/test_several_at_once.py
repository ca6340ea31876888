"""Several tasks at once: one request, one transaction, one way back."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tasks.models import Batch, Label, Task
from tasks.placing import MOST_EVENTS
from tests.conftest import add
from tests.tasks.conftest import events, head, make_task, titles


@pytest.fixture
def cards(project, board, ben):
    """A to E, in this order in the first column."""
    return {title: make_task(project, title, by=ben) for title in "ABCDE"}


@pytest.fixture
def act(project, cards, ben, api):
    caller = api(ben)

    def acted(names, action, **values):
        ids = [cards[name].pk for name in names]
        return caller.post(f"/projects/{project.pk}/tasks/bulk", {"tasks": ids, "action": action, **values})

    return acted


@pytest.fixture
def undo(ben, api):
    def undone(response):
        return api(ben).post(f"/batches/{response.json()['undo']}/undo")

    return undone


def done(response):
    assert response.status_code == 200, response.content
    return response


def ids(relation):
    return set(relation.values_list("pk", flat=True))


# Moving


@pytest.mark.parametrize(
    ("names", "beside", "order"),
    [
        ("BD", {}, "ACEBD"),
        ("DB", {}, "ACEDB"),
        ("AB", {"after": "D"}, "CDABE"),
        ("DE", {"before": "A"}, "DEABC"),
        ("EA", {"after": "B", "before": "C"}, "BEACD"),
        ("AB", {"after": "B"}, "CDEAB"),
    ],
)
def test_cards_go_together_in_the_order_in_which_they_are_named(act, cards, board, names, beside, order):
    done(act(names, "move", column=board.todo.pk, **{side: cards[name].pk for side, name in beside.items()}))
    assert titles(board.todo) == list(order)


def test_cards_of_several_columns_go_to_one_and_back(act, undo, cards, board, project):
    done(act("B", "move", column=board.doing.pk))
    answer = done(act("ABE", "move", column=board.done.pk))
    assert titles(board.done) == ["A", "B", "E"]
    assert all(row["completed_at"] and row["column"] == board.done.pk for row in answer.json()["items"])
    back = done(undo(answer)).json()
    assert (back["left"], back["detail"]) == ([], None)
    assert (titles(board.todo), titles(board.doing)) == (list("ACDE"), ["B"])
    assert not Task.objects.filter(project=project).completed().exists()


def test_into_another_column_and_lane_is_one_act_with_one_event_and_one_way_back(
    act, undo, cards, board, project, ana, ben
):
    cards["A"].change(assignees=[ben.pk], by=ben)
    before = head(project)
    lane = {"action": "assign", "add": [ana.pk], "remove": [ben.pk]}
    answer = done(act("A", "move", column=board.doing.pk, also=lane))
    [row] = answer.json()["items"]
    assert (row["column"], row["assignees"]) == (board.doing.pk, [ana.pk])
    assert events(project, after=before) == [("task.updated", ben.pk)]
    [row] = done(undo(answer)).json()["items"]
    assert (row["column"], row["assignees"]) == (board.todo.pk, [ben.pk])
    done(act("A", "move", column=board.doing.pk, also={"action": "change", "priority": "high"}))
    cards["A"].refresh_from_db()
    assert (cards["A"].column, cards["A"].priority) == (board.doing, "high")


def test_everyone_hears_of_each(act, board, project, ben):
    before = head(project)
    rows = done(act("AB", "move", column=board.doing.pk)).json()["items"]
    assert events(project, before) == [("task.updated", ben.pk)] * 2
    assert [event.data for event in project.events.after(before)] == rows


def test_where_they_stand_already_nothing_happens(act, board, project):
    before = head(project)
    answer = done(act("DE", "move", column=board.todo.pk)).json()
    assert (answer["undo"], head(project)) == (None, before)


def test_a_place_that_somebody_took_meanwhile_is_shared(act, undo, cards, board, ben, project):
    answer = done(act("BC", "move", column=board.doing.pk))
    cards["E"].move_to(board.todo, after=cards["A"], by=ben)  # at a rank that may well be that of B
    done(undo(answer))
    assert titles(board.todo)[0] == "A" and sorted(titles(board.todo)) == list("ABCDE")
    assert len(set(board.todo.tasks.values_list("position", flat=True))) == 5


# People, labels, values


def test_assigning_adds_and_removes_and_comes_back_without_the_others_changes(
    act, undo, cards, ana, ben, gus
):
    cards["A"].change(assignees=[ana.pk], by=ben)
    answer = done(act("AB", "assign", add=[ben.pk], remove=[ana.pk]))
    assert ids(cards["A"].assignees) == ids(cards["B"].assignees) == {ben.pk}
    cards["B"].change(assignees=[ben.pk, gus.pk], by=ana)
    assert done(undo(answer)).json()["left"] == []
    assert (ids(cards["A"].assignees), ids(cards["B"].assignees)) == ({ana.pk}, {gus.pk})


def test_labels(act, undo, cards, project, ana, ben):
    red, blue = (Label.objects.add_to(project, name, by=ana) for name in ("red", "blue"))
    cards["C"].change(labels=[red.pk], by=ben)
    answer = done(act("ABC", "label", add=[red.pk]))
    assert all(row["labels"] == [red.pk] for row in answer.json()["items"])
    assert [row["version"] for row in answer.json()["items"]] == [2, 2, 2]
    done(act("ABC", "label", add=[blue.pk], remove=[red.pk]))
    assert done(undo(answer)).json()["left"] == []
    assert ids(cards["A"].labels) == ids(cards["C"].labels) == {blue.pk}


def test_a_label_that_went_does_not_come_back_with_the_undo(act, undo, cards, project, ana, ben):
    red = Label.objects.add_to(project, "red", by=ana)
    cards["A"].change(labels=[red.pk], by=ben)
    answer = done(act("A", "label", remove=[red.pk]))
    red.remove(by=ana)
    assert undo(answer).status_code == 200
    assert ids(cards["A"].labels) == set()


def test_due_dates_and_priorities(act, undo, cards, ben):
    first, second = "2030-01-01T12:00:00+00:00", "2031-01-01T12:00:00+00:00"
    cards["A"].change(due_at=datetime.fromisoformat(second), by=ben)
    answer = done(act("AB", "change", due_at=first, priority="high"))
    assert {(row["priority"], row["due_at"]) for row in answer.json()["items"]} == {
        ("high", "2030-01-01T12:00:00Z")
    }
    done(undo(answer))
    assert [cards[name].row()["priority"] for name in "AB"] == ["none", "none"]
    assert Task.objects.get(pk=cards["A"].pk).due_at == datetime(2031, 1, 1, 12, tzinfo=UTC)
    assert Task.objects.get(pk=cards["B"].pk).due_at is None


# Completing, deleting


def test_completing_and_reopening(act, undo, cards, board):
    answer = done(act("AB", "complete"))
    assert titles(board.done) == ["A", "B"]
    assert done(act("AB", "complete")).json()["undo"] is None
    done(undo(answer))
    assert (titles(board.todo), titles(board.done)) == (list("ABCDE"), [])
    done(act("AC", "complete"))
    done(act("CA", "reopen"))
    assert titles(board.todo) == list("BDECA")


def test_deleting_and_its_undo(act, undo, cards, board, project, ben):
    before = head(project)
    answer = done(act("BD", "delete"))
    assert answer.json()["items"] == []
    assert titles(board.todo) == list("ACE")
    assert [row["title"] for row in done(undo(answer)).json()["items"]] == ["B", "D"]
    assert titles(board.todo) == list("ABCDE")
    names = [name for name, _ in events(project, before)]
    assert names == ["task.deleted"] * 2 + ["task.created"] * 2


# Taking back


def test_an_undo_leaves_what_somebody_changed_since_and_says_so(act, undo, cards, board, ben, ana):
    answer = done(act("AB", "move", column=board.doing.pk))
    cards["A"].refresh_from_db()
    cards["A"].move_to(board.done, by=ana)
    cards["B"].refresh_from_db()
    cards["B"].change(title="Renamed", by=ana)
    back = done(undo(answer)).json()
    assert back["left"] == [cards["A"].pk] and "changed since" in back["detail"]
    assert (titles(board.todo), titles(board.done)) == (["Renamed", *"CDE"], ["A"])


def test_an_undo_of_which_nothing_is_left_is_refused(act, undo, cards, ana):
    answer = done(act("AB", "complete"))
    for name in "AB":
        cards[name].discard(by=ana)
    response = undo(answer)
    assert response.status_code == 409 and "changed" in response.json()["detail"]


def test_an_undo_twice_is_refused(act, undo):
    answer = done(act("AB", "complete"))
    done(undo(answer))
    assert undo(answer).status_code == 409


def test_an_undo_is_for_whoever_did_it(act, api, ana):
    answer = done(act("AB", "complete"))
    assert api(ana).post(f"/batches/{answer.json()['undo']}/undo").status_code == 404


def test_a_repeated_request_is_answered_with_the_first_ones_result(act, board):
    first = done(act("AB", "move", column=board.doing.pk, client_id="one")).json()
    second = done(act("AB", "move", column=board.doing.pk, client_id="one")).json()
    assert first == second and Batch.objects.count() == 1


# Refused


def test_one_that_is_not_here_refuses_all(act, cards, board, elsewhere, project, ben, api):
    before = head(project)
    for other in (elsewhere.task.pk, 10**9):
        response = api(ben).post(
            f"/projects/{project.pk}/tasks/bulk", {"tasks": [cards["A"].pk, other], "action": "complete"}
        )
        assert response.status_code == 422 and "tasks" in response.json()["errors"]
    assert (titles(board.todo), head(project)) == (list("ABCDE"), before)


@pytest.mark.parametrize(
    ("action", "values", "field"),
    [
        ("move", {}, "column"),
        ("move", {"column": 10**9}, "column"),
        ("move", {"column": None}, "column"),
        ("assign", {}, "add"),
        ("assign", {"add": [10**9]}, "add"),
        ("label", {"add": [10**9]}, "add"),
        ("label", {"add": [1], "remove": [1]}, "add"),
        ("change", {}, "priority"),
        ("change", {"priority": "extreme"}, "priority"),
        ("change", {"priority": None}, "priority"),
        ("change", {"column": 1, "priority": "low"}, "column"),
        ("delete", {"priority": "low"}, "priority"),
        ("explode", {}, "action"),
        ("move", {"column": 1, "also": {"action": "assign"}}, "add"),
        ("move", {"column": 1, "also": {"action": "move", "column": 1}}, "also.action"),
        ("complete", {"also": {"action": "change", "priority": "low"}}, "also"),
    ],
)
def test_bad_values_are_named(act, project, action, values, field):
    before = head(project)
    response = act("AB", action, **values)
    assert response.status_code == 422 and field in response.json()["errors"], response.content
    assert head(project) == before and not Batch.objects.exists()


@pytest.mark.parametrize("tasks", [[], [0], list(range(1, 502)), "all", None])
def test_lists_that_are_none(project, ben, api, tasks):
    response = api(ben).post(f"/projects/{project.pk}/tasks/bulk", {"tasks": tasks, "action": "complete"})
    assert response.status_code == 422 and any(f.startswith("tasks") for f in response.json()["errors"])


def test_a_guest_may_not_and_an_outsider_sees_nothing(project, cards, gus, cleo, api):
    body = {"tasks": [cards["A"].pk], "action": "complete"}
    assert api(gus).post(f"/projects/{project.pk}/tasks/bulk", body).status_code == 403
    assert api(cleo).post(f"/projects/{project.pk}/tasks/bulk", body).status_code == 404


def test_what_a_move_does_as_well_has_to_be_allowed_too(act, undo, project, board, ana):
    lane = {"action": "change", "priority": "low"}
    answer = done(act("A", "move", column=board.doing.pk, also=lane))
    project.change_rights({"member": {"edit_tasks": False}}, by=ana)
    assert act("B", "move", column=board.doing.pk, also=lane).status_code == 403
    assert undo(answer).status_code == 403
    assert (titles(board.todo), titles(board.doing)) == (list("BCDE"), ["A"])


def test_whoever_became_a_guest_may_not_undo(act, undo, project, ben):
    answer = done(act("A", "complete"))
    membership = project.memberships.get(user=ben)
    membership.role = "guest"
    membership.save()
    assert undo(answer).status_code == 403


# Sizes


ACTS = [
    (
        "move",
        lambda board, ben, label: {"column": board.doing.pk, "also": {"action": "label", "add": [label.pk]}},
    ),
    ("assign", lambda board, ben, label: {"add": [ben.pk]}),
    ("label", lambda board, ben, label: {"add": [label.pk]}),
    ("change", lambda board, ben, label: {"priority": "low"}),
    ("complete", lambda board, ben, label: {}),
    ("delete", lambda board, ben, label: {}),
]


@pytest.mark.parametrize(("action", "values"), ACTS, ids=[name for name, _ in ACTS])
def test_sixty_take_as_many_queries_as_two(project, board, ben, ana, api, action, values):
    label = Label.objects.add_to(project, "red", by=ana)
    caller, path = api(ben), f"/projects/{project.pk}/tasks/bulk"

    def count(many: int) -> tuple[int, int]:
        ids = [make_task(project, f"Task {n}", by=ben).pk for n in range(many)]
        with CaptureQueriesContext(connection) as acting:
            body = {"tasks": ids, "action": action, **values(board, ben, label)}
            answer = done(caller.post(path, body))
        with CaptureQueriesContext(connection) as undoing:
            done(caller.post(f"/batches/{answer.json()['undo']}/undo"))
        return len(acting), len(undoing)

    count(1)
    assert count(2) == count(60)


def test_very_many_tell_every_page_to_load_afresh_once(project, board, ben, api):
    ids = [make_task(project, f"Task {n}", by=ben).pk for n in range(MOST_EVENTS + 1)]
    before = head(project)
    path = f"/projects/{project.pk}/tasks/bulk"
    answer = done(api(ben).post(path, {"tasks": ids, "action": "move", "column": board.doing.pk}))
    assert events(project, before) == [("project.reset", ben.pk)]
    assert [row["id"] for row in answer.json()["items"]] == ids
    assert board.doing.tasks.count() == len(ids)
    ranks = list(board.doing.tasks.values_list("position", flat=True))
    assert len(set(ranks)) == len(ranks) and max(map(len, ranks)) < 10


def test_moves_between_the_same_two_cards_never_end(act, cards, board):
    for _ in range(120):
        done(act("CD", "move", column=board.todo.pk, after=cards["A"].pk, before=cards["B"].pk))
        done(act("DC", "move", column=board.todo.pk, after=cards["A"].pk, before=cards["B"].pk))
    assert titles(board.todo) == list("ADCBE")
    assert max(map(len, board.todo.tasks.values_list("position", flat=True))) <= 100


def test_what_goes_back_where_another_has_its_rank_by_now_stands_behind_that(project, board, ben, api):
    """The first card of every column has the same rank: only the column of the first one changes."""
    first = make_task(project, "First", column=board.doing, by=ben)
    body = {"tasks": [first.pk], "action": "move", "column": board.done.pk}
    answer = api(ben).post(f"/projects/{project.pk}/tasks/bulk", body).json()
    second = make_task(project, "Second", column=board.doing, by=ben)
    assert second.position == first.position
    undone = api(ben).post(f"/batches/{answer['undo']}/undo")
    assert (undone.status_code, undone.json()["left"]) == (200, [])
    assert titles(board.doing) == ["Second", "First"]


def test_somebody_who_left_is_not_put_back_by_an_undo(act, undo, cards, project, ben, gus, ana):
    cards["A"].change(assignees=[gus.pk], by=ben)
    answer = done(act("A", "assign", remove=[gus.pk]))
    project.memberships.get(user=gus).remove(by=ana)
    assert undo(answer).status_code == 200
    assert ids(cards["A"].assignees) == set()
    add(project, gus, "guest")
