"""A room's messages, or those of one of its threads, page by page.

Keyset reads of the index, of the same cost at either end and in the middle. `strand`: 0 for the room's conversation,
else the root of the thread.
"""

from typing import Any

from chat.models import Message, Room
from chat.models.message_queryset import LAST


def page(room: Room, query: Any, *, strand: int = 0) -> dict[str, Any]:
    """`query`: a HistoryQuery."""
    if query.around is not None:
        return around(room, query.around, limit=query.limit, strand=strand)
    if query.after is not None:
        return newer(room, query.after, limit=query.limit, strand=strand)
    return older(room, query.before or LAST, limit=query.limit, strand=strand)


def older(room: Room, before: int, *, limit: int, strand: int = 0) -> dict[str, Any]:
    items, more = _read(Message.objects.before(room, before, strand=strand), limit)
    return _page(items[::-1], older=more)


def newer(room: Room, after: int, *, limit: int, strand: int = 0) -> dict[str, Any]:
    items, more = _read(Message.objects.after(room, after, strand=strand), limit)
    return _page(items, older=True, newer=more)


def around(room: Room, message_id: int, *, limit: int, strand: int = 0) -> dict[str, Any]:
    """The message with as many before it as after it; where it stood, when it is gone."""
    earlier, more_before = _read(Message.objects.before(room, message_id, strand=strand), limit // 2)
    later, more_after = _read(Message.objects.after(room, message_id - 1, strand=strand), limit - limit // 2)
    return _page(earlier[::-1] + later, older=more_before, newer=more_after)


def _read(messages: Any, limit: int) -> tuple[list[dict[str, Any]], bool]:
    rows = messages[: limit + 1].rows()
    return rows[:limit], len(rows) > limit


def _page(items: list[dict[str, Any]], *, older: bool = False, newer: bool = False) -> dict[str, Any]:
    """`next`: the `before` of the page above; `newer`: the `after` of the page below; None where there is none."""
    return {
        "items": items,
        "next": items[0]["id"] if items and older else None,
        "newer": items[-1]["id"] if items and newer else None,
    }
