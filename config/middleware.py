"""What Django answers by itself, in the words of the API."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.translation import gettext as _

from projects import wire


def api_in_json(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Below /api/ "405 Method Not Allowed" has the shape of every other error."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and request.path.startswith("/api/"):
            methods = response.headers["Allow"]
            detail = _("This address takes %(methods)s.") % {"methods": methods}
            response.content = wire.encode({"detail": detail, "errors": {}})
            response.headers["Content-Type"] = "application/json; charset=utf-8"
        return response

    return middleware
