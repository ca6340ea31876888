"""The pages of a failure: plain, and with the id by which it is found in the log."""

import sys

from django.http import HttpRequest, HttpResponse
from django.template import loader

from config import request_ids
from config.outages import is_outage


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 while PostgreSQL or Redis is away, which is worth another try."""
    # Without the request: what stands on the page must need nothing that may be what failed.
    if is_outage(sys.exception()):
        page = loader.get_template("503.html").render()
        return HttpResponse(page, status=503, headers={"Retry-After": "1"})
    page = loader.get_template("500.html").render({"request_id": request_ids.current()})
    return HttpResponse(page, status=500)
