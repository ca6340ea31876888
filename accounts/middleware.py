"""What a page owes the person it is drawn for: their own time zone, and no copy left in a cache."""

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

Handler = Callable[[HttpRequest], HttpResponse]


def PersonalPagesMiddleware(get_response: Handler) -> Handler:
    def middleware(request: HttpRequest) -> HttpResponse:
        with timezone.override(zone_of(request)):
            response = get_response(request)
            if getattr(response, "is_rendered", True) is False:
                response.render()
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response.headers["Cache-Control"] = "private, no-store"
        return response

    return middleware


def zone_of(request: HttpRequest) -> zoneinfo.ZoneInfo | None:
    """The signed-in person's zone; None stands for the server's."""
    if not request.user.is_authenticated:
        return None
    try:
        return zoneinfo.ZoneInfo(request.user.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return None
