"""What can go wrong beside Django's own Http404, PermissionDenied and ValidationError."""

from typing import Any


class Conflict(Exception):
    """The world has moved on (409). `extra` goes into the answer's body: `Conflict(_("..."), task=row)`."""

    def __init__(self, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.extra = extra


class LiveError(TypeError):
    """Code went past the announcements of a Live model."""
