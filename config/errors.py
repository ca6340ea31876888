"""The page of a failure: plain, and with the id by which it is found in the log."""

from django.http import HttpRequest, HttpResponseServerError
from django.template import loader

from config import request_ids


def server_error(request: HttpRequest) -> HttpResponseServerError:
    # Without the request: what stands on the page must need nothing that may be what failed.
    return HttpResponseServerError(
        loader.get_template("500.html").render({"request_id": request_ids.current()})
    )
