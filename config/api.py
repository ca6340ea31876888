"""The one API: sign-in, JSON in and out, and one shape for every error.

Errors are `{"detail": str, "errors": {field: [str, ...]}}` with 400, 401, 403, 404, 409, 413, 422 or 429.
"""

from typing import Any

import orjson
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.exceptions import ValidationError as ModelError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from accounts.api import router as accounts
from accounts.auth import SessionAuth, TokenAuth
from chat.api import router as chat
from projects import wire
from projects.api import router as projects
from projects.errors import Conflict
from tasks.api import router as tasks


class StrictParser(Parser):
    """orjson refuses what Python's own parser lets through: NaN, lone surrogates, nesting without end."""

    def parse_body(self, request: HttpRequest) -> Any:
        return orjson.loads(request.body)


class WireRenderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return wire.encode(data)


api = NinjaAPI(
    title="Taskroom",
    version="1",
    urls_namespace="api",
    auth=[TokenAuth(), SessionAuth()],
    parser=StrictParser(),
    renderer=WireRenderer(),
)
for router in (accounts, projects, tasks, chat):
    api.add_router("", router)


def refusal(
    request: HttpRequest, status: int, detail: str, errors: dict | None = None, **extra
) -> HttpResponse:
    response = api.create_response(
        request, {"detail": detail, "errors": errors or {}, **extra}, status=status
    )
    return response


@api.exception_handler(ValidationError)
def unreadable_fields(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors: dict[str, list[str]] = {}
    for each in error.errors:
        # ("body", "payload", "title") -> "title"
        names = [str(part) for part in each["loc"] if part not in ("body", "query", "path", "payload")]
        errors.setdefault(".".join(names) or "body", []).append(each["msg"].removeprefix("Value error, "))
    return refusal(request, 422, _("Some of this could not be accepted."), errors)


@api.exception_handler(ModelError)
def refused_fields(request: HttpRequest, error: ModelError) -> HttpResponse:
    errors = error.message_dict if hasattr(error, "error_dict") else {"__all__": error.messages}
    detail = " ".join(errors.pop("__all__", [])) or _("Some of this could not be accepted.")
    return refusal(request, 422, detail, errors)


@api.exception_handler(Conflict)
def conflict(request: HttpRequest, error: Conflict) -> HttpResponse:
    return refusal(request, 409, str(error), **error.extra)


@api.exception_handler(Http404)
def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return refusal(request, 404, _("There is nothing here, or it is not for you to see."))


@api.exception_handler(PermissionDenied)
def forbidden(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return refusal(request, 403, str(error) or _("You may not do this."))


@api.exception_handler(AuthenticationError)
def signed_out(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return refusal(request, 401, _("Please sign in."))


@api.exception_handler(RequestDataTooBig)
def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return refusal(request, 413, _("This is too large."))


@api.exception_handler(HttpError)
def other(request: HttpRequest, error: HttpError) -> HttpResponse:
    return refusal(request, error.status_code, str(error))
