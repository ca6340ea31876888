import random
from itertools import pairwise

import pytest

from projects.positions import DIGITS, LOWEST, between, rank_of, spread
from tasks.models.column import LONGEST_RANK

WRONG = ["", "a", "a00", "!", "á0", "b0", "a0 ", "é", "0", LOWEST, "a0\x00"]


def test_the_first_rank_needs_no_neighbours():
    assert between(None, None) == "a0"


def test_ranks_appended_one_after_the_other_ascend_and_stay_short():
    ranks = spread(100_000)
    assert ranks == sorted(set(ranks))
    assert max(map(len, ranks)) <= 5


def test_a_spread_goes_on_after_a_rank():
    assert spread(3, after="a5") == ["a6", "a7", "a8"]
    assert spread(0) == []


def test_ranks_of_numbers_sort_as_they_do_and_leave_room():
    ranks = [rank_of(number) for number in (0, 1, 61, 62, 1_795_600_000_000, 62**8 - 1)]
    assert ranks == sorted(set(ranks))
    assert ranks[-2] < between(ranks[-2], None) < ranks[-1]
    for one, other in pairwise(ranks):
        assert one < between(one, other) < other


def test_ranks_put_before_the_first_descend_and_stay_short():
    rank, ranks = None, []
    for _ in range(100_000):
        rank = between(None, rank)
        ranks.append(rank)
    assert ranks == sorted(set(ranks), reverse=True)
    assert max(map(len, ranks)) <= 5


@pytest.mark.parametrize("side", ["low", "high", "alternating"])
def test_a_thousand_cards_dropped_into_the_same_gap_find_room(side):
    low, high = between(None, None), between(between(None, None), None)
    for turn in range(1_000):
        middle = between(low, high)
        assert low < middle < high
        if side == "low" or (side == "alternating" and turn % 2):
            low = middle
        else:
            high = middle
    assert len(middle) < 400


@pytest.mark.parametrize("seed", range(20))
def test_random_inserts_keep_the_order_of_the_list(seed):
    dice, ranks = random.Random(seed), []
    for _ in range(1_000):
        place = dice.choice([0, len(ranks), dice.randint(0, len(ranks)), len(ranks) // 2])
        ranks.insert(
            place,
            between(ranks[place - 1] if place else None, ranks[place] if place < len(ranks) else None),
        )
    assert all(low < high for low, high in pairwise(ranks))
    assert not any(rank.endswith("0") and len(rank) > 2 and rank[0] == "a" for rank in ranks)


def test_byte_order_is_the_order_of_the_digits():
    assert list(DIGITS) == sorted(DIGITS)


@pytest.mark.parametrize("ends", [("z" + "z" * 26, None), (None, "A" + "0" * 25 + "1")])
def test_past_the_last_whole_number_there_is_still_room(ends):
    low, high = ends
    for _ in range(50):
        rank = between(low, high)
        assert (low is None or low < rank) and (high is None or rank < high)
        low, high = (rank, None) if low else (None, rank)


@pytest.mark.parametrize("rank", WRONG)
def test_what_is_no_rank_is_refused(rank):
    with pytest.raises(ValueError):
        between(rank, None)
    with pytest.raises(ValueError):
        between(None, rank)


@pytest.mark.parametrize("bounds", [("a1", "a1"), ("a2", "a1"), ("a0", "Zz")])
def test_bounds_in_the_wrong_order_are_refused(bounds):
    with pytest.raises(ValueError):
        between(*bounds)


def test_move_after_move_between_the_same_two_cards_finds_room():
    """As a column does it: ranks that grow long are spread anew. Run once by hand for a million."""
    low, high = "a0", "a1"
    for turn in range(20_000):
        rank = between(low, high)
        if len(rank) > LONGEST_RANK:
            low, high = spread(2, after=high)
            rank = between(low, high)
        assert low < rank < high and len(rank) <= LONGEST_RANK
        # The two change places with the third, now from this side and now from that.
        low, high = (rank, high) if turn % 3 else (low, rank)
