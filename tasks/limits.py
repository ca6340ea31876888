"""How many tasks may stand in a column."""

from typing import Any

from django.utils.translation import ngettext

from projects.errors import Conflict


def admit(column: Any, coming: int = 1) -> None:
    """Conflict when the column's limit refuses so many more. Whoever asks holds the lock of the column.

    A limit that does not refuse only shows. What comes back to where it stood is not asked for: an undo must work.
    """
    if not (column.limit_refuses and column.limit and coming):
        return
    if column.tasks.on_board().count() + coming > column.limit:
        words = ngettext(
            "“%(name)s” takes %(limit)d task at most.",
            "“%(name)s” takes %(limit)d tasks at most.",
            column.limit,
        )
        raise Conflict(words % {"name": column.name, "limit": column.limit})
