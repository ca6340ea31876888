"""What Django and Ninja leave open about the API: its methods, in words of its own, and that no cache keeps answers."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.translation import gettext as _

from projects import wire

Handler = Callable[[HttpRequest], HttpResponse]


def api(get_response: Handler) -> Handler:
    """Below /api/: no cache keeps an answer; HEAD is GET without its body, OPTIONS names the methods, and 405 has the
    shape of other errors."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/api/"):
            return get_response(request)
        response = (_head if request.method == "HEAD" else _answer)(request, get_response)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return middleware


def _answer(request: HttpRequest, get_response: Handler) -> HttpResponse:
    response = get_response(request)
    if isinstance(response, HttpResponseNotAllowed):
        _put_in_words(request, response)
    return response


def _head(request: HttpRequest, get_response: Handler) -> HttpResponse:
    request.method = "GET"
    try:
        response = _answer(request, get_response)
    finally:
        request.method = "HEAD"
    if response.streaming:  # a file, which has said how long it is
        response.streaming_content = []
    else:
        response.headers["Content-Length"] = str(len(response.content))
        response.content = b""
    return response


def _put_in_words(request: HttpRequest, response: HttpResponse) -> None:
    names = set(response.headers["Allow"].split(", ")) | {"OPTIONS"}
    methods = ", ".join(sorted(names | ({"HEAD"} if "GET" in names else set())))
    response.headers["Allow"] = methods
    if request.method == "OPTIONS":
        response.status_code, response.content = 204, b""
        del response.headers["Content-Type"]
        return
    detail = _("This address takes %(methods)s.") % {"methods": methods}
    response.content = wire.encode({"detail": detail, "errors": {}})
    response.headers["Content-Type"] = "application/json; charset=utf-8"
