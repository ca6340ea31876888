import pytest

from tests.tasks.conftest import events, head, make_task, titles


@pytest.fixture
def cards(project, board, ben):
    """A, B, C and D, in this order in the first column."""
    return {title: make_task(project, title, by=ben) for title in "ABCD"}


@pytest.fixture
def move(cards, ben, api):
    def moved(title, column, **beside):
        body = {"column": column.pk, **{side: cards[name].pk for side, name in beside.items()}}
        return api(ben).post(f"/tasks/{cards[title].pk}/move", body)

    return moved


@pytest.mark.parametrize(
    ("card", "beside", "order"),
    [
        ("A", {"after": "B"}, "BACD"),
        ("D", {"before": "A"}, "DABC"),
        ("D", {"after": "A", "before": "B"}, "ADBC"),
        ("B", {}, "ACDB"),
        ("A", {"after": "D"}, "BCDA"),
        ("C", {"before": "B"}, "ACBD"),
        ("B", {"after": "A"}, "ABCD"),
        ("D", {}, "ABCD"),
    ],
)
def test_a_card_goes_where_it_is_put(cards, move, board, card, beside, order):
    assert move(card, board.todo, **beside).status_code == 200
    assert titles(board.todo) == list(order)


def test_moving_a_task_past_the_end_puts_it_last(move, board):
    move("A", board.todo, after="D")
    move("B", board.todo)
    assert titles(board.todo) == ["C", "D", "A", "B"]


def test_a_card_goes_to_another_column_and_place(move, board):
    move("A", board.doing)
    move("C", board.doing, before="A")
    move("B", board.doing, after="C")
    assert (titles(board.todo), titles(board.doing)) == (["D"], ["C", "B", "A"])


def test_everyone_hears_where_it_went(project, move, board, ben):
    before = head(project)
    row = move("A", board.doing).json()
    assert events(project, before) == [("task.updated", ben.pk)]
    assert project.events.first().data == row and row["column"] == board.doing.pk


def test_a_card_that_stays_where_it_is_tells_nobody(project, move, board):
    before = head(project)
    for beside in ({"after": "A"}, {"before": "C"}, {"after": "A", "before": "C"}):
        assert move("B", board.todo, **beside).status_code == 200
    assert move("D", board.todo).status_code == 200
    assert head(project) == before


def test_a_neighbour_that_went_to_another_column_puts_it_last(move, board):
    move("B", board.doing)
    assert move("A", board.todo, after="B").status_code == 200
    assert titles(board.todo) == ["C", "D", "A"]


def test_a_neighbour_that_was_deleted_puts_it_last(cards, move, board, ana):
    cards["B"].discard(by=ana)
    assert move("A", board.todo, after="B").status_code == 200
    assert titles(board.todo) == ["C", "D", "A"]


def test_where_one_neighbour_is_gone_the_other_counts(cards, move, board, ana):
    cards["C"].discard(by=ana)
    move("A", board.todo, after="C", before="D")
    assert titles(board.todo) == ["B", "A", "D"]


def test_itself_is_no_neighbour(move, board):
    assert move("A", board.doing, after="A").status_code == 200
    assert titles(board.doing) == ["A"]


def test_a_place_between_deleted_cards_is_free(cards, move, board, ana):
    cards["B"].discard(by=ana)
    cards["C"].discard(by=ana)
    move("D", board.todo, after="A")
    cards["B"].restore(by=ana)
    cards["C"].restore(by=ana)
    assert sorted(titles(board.todo)) == ["A", "B", "C", "D"] and titles(board.todo)[:2] == ["A", "D"]


def test_a_neighbour_or_column_of_another_project_is_refused(cards, board, elsewhere, ben, api):
    path = f"/tasks/{cards['A'].pk}/move"
    for body, field in (
        ({"column": elsewhere.column.pk}, "column"),
        ({"column": board.doing.pk, "after": elsewhere.task.pk}, "after"),
        ({"column": board.doing.pk, "before": elsewhere.task.pk}, "before"),
        ({"column": board.doing.pk, "before": 2**62}, "before"),
    ):
        answer = api(ben).post(path, body)
        assert answer.status_code == 422 and list(answer.json()["errors"]) == [field]
    assert titles(board.todo) == ["A", "B", "C", "D"]


def test_a_guest_and_a_stranger_move_nothing(cards, board, gus, cleo, api):
    path, body = f"/tasks/{cards['A'].pk}/move", {"column": board.done.pk}
    assert api(gus).post(path, body).status_code == 403
    assert api(cleo).post(path, body).status_code == 404
    assert titles(board.todo) == ["A", "B", "C", "D"]


def test_ranks_that_grew_long_are_made_short_again(project, cards, move, board, ana, ben, monkeypatch):
    monkeypatch.setattr("tasks.models.column.LONGEST_RANK", 10)
    anchor, after = cards["A"], head(project)
    cards["D"].discard(by=ana)
    for turn in range(80):
        moved = (cards["B"], cards["C"])[turn % 2]
        moved.move_to(board.todo, after=anchor, by=ben)
        assert len(moved.position) <= 10
    assert titles(board.todo) == ["A", "C", "B"]
    assert "project.reset" in dict(events(project, after))
    cards["D"].restore(by=ana)
    assert titles(board.todo) == ["A", "C", "B", "D"]
