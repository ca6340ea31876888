"""What Django and Ninja leave open about the API's methods, in the words of the API."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.translation import gettext as _

from projects import wire

Handler = Callable[[HttpRequest], HttpResponse]


def api_methods(get_response: Handler) -> Handler:
    """Below /api/: HEAD is GET without its body, OPTIONS names the methods, and 405 has the shape of other errors."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/api/"):
            return get_response(request)
        if request.method == "HEAD":
            return _head(request, get_response)
        response = get_response(request)
        if isinstance(response, HttpResponseNotAllowed):
            _put_in_words(request, response)
        return response

    return middleware


def _head(request: HttpRequest, get_response: Handler) -> HttpResponse:
    request.method = "GET"
    try:
        response = get_response(request)
    finally:
        request.method = "HEAD"
    if isinstance(response, HttpResponseNotAllowed):
        _put_in_words(request, response)
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
