"""That somebody may hear more, or less, than before: a line of the log for them alone.

A page that asks for everything since then is told to load afresh: what lies before is now its person's to see, or no
longer, and no event says so. Nobody else learns that anything happened.
"""

from typing import Any

from projects import access
from projects.live import announce


class Circle:
    """What one person hears of a project's channels. Announced like a Live object, but kept in no table."""

    noun = "circle"
    told: dict[str, Any] | None = None

    def __init__(self, project: Any, user_id: int, by: int | None) -> None:
        self.project, self.wire_id, self.by = project, user_id, by
        self.pk = project.pk, user_id
        self.audience = access.audience_of(user_id)

    def audiences(self, change: str) -> list[int]:
        return [self.audience]

    def row(self) -> dict[str, Any]:
        return {"id": self.wire_id}


def changed(project: Any, user_id: int, *, by: int | None) -> None:
    announce(Circle(project, user_id, by))
