"""Fractional ranks: strings that sort (byte by byte, PostgreSQL's collation "C") in the order of the board.

A rank is a whole number of variable length followed by a fraction, all in base 62. Its first letter says how
long the whole number is: "a" two characters, "b" three ..., "Z" two and negative, "Y" three .... So a thousand cards
added one after the other at either end have ranks of four characters, and there is always room between two
neighbours without touching a third card. After David Greenspan, "Implementing Fractional Indexing".
"""

from itertools import islice

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
FIRST, LAST = DIGITS[0], DIGITS[-1]
ZERO = "a0"
LOWEST = "A" + FIRST * 26  # no rank: nothing could ever be put before it


def between(before: str | None, after: str | None) -> str:
    """A rank greater than `before` and smaller than `after`; None is the open end.

    ValueError when a bound is not a rank, or when they are not in ascending order.
    """
    for bound in (before, after):
        if bound is not None:
            _check(bound)
    if before is not None and after is not None and before >= after:
        raise ValueError(f"{before!r} does not stand before {after!r}")
    if before is None:
        return ZERO if after is None else _below(after)
    if after is None:
        return _above(before)
    return _inside(before, after)


def rank_of(number: int) -> str:
    """The rank of a whole number below 62 ** 8; these sort as their numbers do."""
    digits = ""
    for _ in range(8):
        number, digit = divmod(number, len(DIGITS))
        digits = DIGITS[digit] + digits
    return "h" + digits


def spread(count: int, after: str | None = None) -> list[str]:
    """`count` ranks in ascending order, all greater than `after`: what a column filled in one go takes."""
    return list(islice(_ascending(after), count))


def spread_between(count: int, before: str | None, after: str | None) -> list[str]:
    """`count` ranks in ascending order between two bounds (None: the open end), as short as halving makes them."""
    if after is None:
        return spread(count, after=before)
    if not count:
        return []
    middle = between(before, after)
    left = (count - 1) // 2
    return [
        *spread_between(left, before, middle),
        middle,
        *spread_between(count - 1 - left, middle, after),
    ]


def _ascending(rank):
    while True:
        rank = between(rank, None)
        yield rank


def _above(rank: str) -> str:
    whole, fraction = _split(rank)
    return _next(whole) or whole + _midpoint(fraction, None)


def _below(rank: str) -> str:
    whole, fraction = _split(rank)
    if fraction and whole != LOWEST:
        return whole
    previous = _previous(whole)
    if previous is None or previous == LOWEST:
        return (previous or whole) + _midpoint("", fraction or None)
    return previous


def _inside(before: str, after: str) -> str:
    whole, fraction = _split(before)
    whole_after, fraction_after = _split(after)
    if whole == whole_after:
        return whole + _midpoint(fraction, fraction_after)
    following = _next(whole)
    if following is not None and following < after:
        return following
    return whole + _midpoint(fraction, None)


def _midpoint(low: str, high: str | None) -> str:
    """A fraction between two fractions, as short as it can be; it never ends in zero, or nothing would fit below."""
    if high is not None:
        shared = _shared_prefix(low, high)
        if shared:
            return high[:shared] + _midpoint(low[shared:], high[shared:])
    first = DIGITS.index(low[0]) if low else 0
    last = DIGITS.index(high[0]) if high is not None else len(DIGITS)
    if last - first > 1:
        return DIGITS[(first + last) // 2]
    if high is not None and len(high) > 1:
        return high[0]
    return DIGITS[first] + _midpoint(low[1:], None)


def _shared_prefix(low: str, high: str) -> int:
    length = 0
    while length < len(high) and (low[length] if length < len(low) else FIRST) == high[length]:
        length += 1
    return length


def _next(whole: str) -> str | None:
    head, digits = whole[0], whole[1:].rstrip(LAST)
    if digits:
        grown = digits[:-1] + DIGITS[DIGITS.index(digits[-1]) + 1]
        return head + grown.ljust(len(whole) - 1, FIRST)
    if head == "z":
        return None
    if head == "Z":
        return ZERO
    head = chr(ord(head) + 1)
    return head + FIRST * (_length(head) - 1)


def _previous(whole: str) -> str | None:
    head, digits = whole[0], whole[1:].rstrip(FIRST)
    if digits:
        shrunk = digits[:-1] + DIGITS[DIGITS.index(digits[-1]) - 1]
        return head + shrunk.ljust(len(whole) - 1, LAST)
    if head == "A":
        return None
    if head == "a":
        return "Z" + LAST
    head = chr(ord(head) - 1)
    return head + LAST * (_length(head) - 1)


def _split(rank: str) -> tuple[str, str]:
    length = _length(rank[0])
    return rank[:length], rank[length:]


def _length(head: str) -> int:
    return ord(head) - ord("a") + 2 if "a" <= head <= "z" else ord("Z") - ord(head) + 2


def _check(rank: str) -> None:
    wellformed = rank and rank[0].isascii() and rank[0].isalpha() and all(digit in DIGITS for digit in rank)
    if not wellformed or len(rank) < _length(rank[0]):
        raise ValueError(f"{rank!r} is not a rank")
    if rank == LOWEST or (len(rank) > _length(rank[0]) and rank.endswith(FIRST)):
        raise ValueError(f"{rank!r} is not a rank")
