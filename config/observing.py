"""Each request is seen once: an id, one line in the log, one count. Never its body, its address or its query."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_and_async_middleware
from django.utils.functional import SimpleLazyObject, empty

from config import request_ids
from projects import metrics

logger = logging.getLogger(__name__)

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
REFUSALS = (401, 403, 429)


@sync_and_async_middleware
def middleware(get_response: Callable) -> Callable:
    if iscoroutinefunction(get_response):

        async def observed(request: HttpRequest) -> HttpResponse:
            with _seen(request) as note:
                return note(await get_response(request))
    else:

        def observed(request: HttpRequest) -> HttpResponse:
            with _seen(request) as note:
                return note(get_response(request))

    return observed


@contextmanager
def _seen(request: HttpRequest) -> Iterator[Callable[[HttpResponse], HttpResponse]]:
    began = time.perf_counter()
    with request_ids.given(request.headers.get("X-Request-ID")) as id:

        def note(response: HttpResponse) -> HttpResponse:
            response.headers["X-Request-ID"] = id
            _note(request, response.status_code, time.perf_counter() - began)
            return response

        yield note


def _note(request: HttpRequest, status: int, seconds: float) -> None:
    method = request.method if request.method in METHODS else "other"
    route = route_of(request)
    metrics.REQUESTS.labels(method, route, status).inc()
    metrics.REQUEST_SECONDS.labels(method, route).observe(seconds)
    level = logging.WARNING if status in REFUSALS else logging.INFO
    if logger.isEnabledFor(level):
        fields = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1)}
        logger.log(level, "request", extra={"fields": {**fields, "user": _person(request)}})


def route_of(request: HttpRequest) -> str:
    """The route's name, never the address itself: that may hold a secret, and there are too many of them."""
    if match := request.resolver_match:
        return match.view_name or match.route
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "none"


def _person(request: HttpRequest) -> int | None:
    """Whose request it was, where that came out anyway: the database is not asked for the sake of a line."""
    user: Any = request.__dict__.get("user")
    if isinstance(user, SimpleLazyObject) and user._wrapped is empty:
        return None
    return getattr(user, "pk", None)
