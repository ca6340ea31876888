"""The one API: sign-in, JSON in and out, and one shape for every error.

Errors are `{"detail": str, "errors": {field: [str, ...]}}` with 400, 401, 403, 404, 409, 413, 422,
429 or 503.
"""

import logging
from typing import Any

import orjson
from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.core.exceptions import ValidationError as ModelError
from django.db import DatabaseError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException, UnreadablePostError
from django.urls import URLPattern, URLResolver, include, path
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from ninja.throttling import BaseThrottle

from accounts.api import router as accounts
from accounts.auth import SessionAuth, TokenAuth
from chat.api import router as chat
from chat.models import Channel, Message, Room
from config import request_ids
from config.outages import is_outage
from projects import rates, uploading, wire
from projects.api import router as projects
from projects.errors import Conflict
from projects.models import Invitation, Project, Upload
from tasks.api import router as tasks
from tasks.models import Attachment, Batch, ChecklistItem, Column, Comment, Label, Task, View

logger = logging.getLogger(__name__)


MOST_FIELDS = 200  # of a body: each that nobody knows would be named in the answer
ARGUMENTS = ("body", "query", "path", "payload")  # where a field's full name begins
LONGEST_NAME = 80  # characters of a field's name in an answer


class StrictParser(Parser):
    """orjson refuses what Python's own parser lets through: NaN, lone surrogates, nesting without end."""

    def parse_body(self, request: HttpRequest) -> Any:
        body = orjson.loads(request.body)
        if isinstance(body, dict) and len(body) > MOST_FIELDS:
            raise ValueError
        return body


class WireRenderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return wire.encode(data)


class Sends(BaseThrottle):
    """Everything that changes something counts as a send; a route of another kind says so by its own `throttle`."""

    def allow_request(self, request: HttpRequest) -> bool:
        try:
            if request.method != "GET":
                rates.send(request.user.pk)
        except rates.TooFast as error:
            request.too_fast = error
            return False
        return True


class API(NinjaAPI):
    @property
    def urls(self) -> tuple[list[URLPattern | URLResolver], str, str]:
        """By the first word of each address: to try all routes one by one took a tenth of a request's time."""
        patterns, app_name, namespace = super().urls
        nouns: dict[str, list[URLPattern]] = {}
        for each in patterns:
            noun, slash, rest = str(each.pattern).partition("/")
            nouns.setdefault(noun + slash, []).append(path(rest, each.callback, name=each.name))
        return [path(noun, include(routes)) for noun, routes in nouns.items()], app_name, namespace

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """By app and name: programs made from the schema need not know in which file a function stands."""
        app = operation.view_func.__module__.partition(".")[0]
        return f"{app}_api_{operation.view_func.__name__}"


api = API(
    title="Taskroom",
    version="1",
    urls_namespace="api",
    auth=[TokenAuth(), SessionAuth()],
    throttle=[Sends()],
    parser=StrictParser(),
    renderer=WireRenderer(),
)
for router in (accounts, projects, tasks, chat):
    api.add_router("", router)


def refusal(
    request: HttpRequest, status: int, detail: str, errors: dict | None = None, **extra
) -> HttpResponse:
    return api.create_response(request, {"detail": detail, "errors": errors or {}, **extra}, status=status)


@api.exception_handler(ValidationError)
def unreadable_fields(request: HttpRequest, error: ValidationError) -> HttpResponse:
    if not _sees(request):
        return not_found(request, Http404())
    errors: dict[str, list[str]] = {}
    for each in error.errors:
        # ("body", "payload", "title", "function-after[...]") -> "title"
        parts = [part for at, part in enumerate(each["loc"]) if at > 1 or part not in ARGUMENTS]
        names = [str(part) for part in parts]
        names = [name for name in names if name.isidentifier() or name.isdecimal()]
        errors.setdefault(".".join(names)[:LONGEST_NAME] or "body", []).append(
            each["msg"].removeprefix("Value error, ")
        )
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


@api.exception_handler(rates.TooFast)
def too_fast(request: HttpRequest, error: rates.TooFast) -> HttpResponse:
    response = refusal(request, 429, str(error))
    response.headers["Retry-After"] = str(error.retry_after)
    return response


@api.exception_handler(Throttled)
def throttled(request: HttpRequest, error: Throttled) -> HttpResponse:
    return too_fast(request, request.too_fast)


@api.exception_handler(RequestDataTooBig)
def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    """Django's words name a setting; ours are for the person."""
    words = str(error) if isinstance(error, uploading.TooLarge) else _("This is too large.")
    return refusal(request, 413, words)


@api.exception_handler(MultiPartParserError)
@api.exception_handler(UnreadablePostError)
def no_form(request: HttpRequest, error: Exception) -> HttpResponse:
    return refusal(request, 400, _("Send one file, as multipart/form-data."))


@api.exception_handler(SuspiciousOperation)
def suspicious(request: HttpRequest, error: SuspiciousOperation) -> HttpResponse:
    """Too many parameters, for one."""
    return refusal(request, 400, _("This could not be understood."))


@api.exception_handler(HttpError)
def other(request: HttpRequest, error: HttpError) -> HttpResponse:
    return refusal(request, error.status_code, str(error))


@api.exception_handler(RawPostDataException)
def not_json(request: HttpRequest, error: RawPostDataException) -> HttpResponse:
    return refusal(request, 400, _("Send a body of JSON, as application/json."))


@api.exception_handler(Exception)
def failed(request: HttpRequest, error: Exception) -> HttpResponse:
    """503 while PostgreSQL is away: the same again will do, soon. Everything else is our mistake."""
    if is_outage(error):
        logger.warning("%s %s has to wait: %r", request.method, request.path, error)
        away = refusal(request, 503, _("The database can't be reached just now. Try again in a moment."))
        away.headers["Retry-After"] = "1"
        return away
    if isinstance(error, DatabaseError | ObjectDoesNotExist) and not _sees(request):
        return not_found(request, Http404())  # deleted since it was found
    logger.exception("%s %s failed", request.method, request.path, exc_info=error)
    detail = _("Something went wrong here. It is not your fault; try again.")
    return refusal(request, 500, detail, request_id=request_ids.current())


def no_such_route(request: HttpRequest, rest: str) -> HttpResponse:
    """For addresses below /api/v1/ that are none."""
    return refusal(request, 404, _("There is no such address in this API."))


# What the numbers in a path stand for.
THINGS: dict[str, type[Model]] = {
    "project_id": Project,
    "invitation_id": Invitation,
    "column_id": Column,
    "label_id": Label,
    "task_id": Task,
    "batch_id": Batch,
    "view_id": View,
    "comment_id": Comment,
    "channel_id": Channel,
    "room_id": Room,
    "message_id": Message,
    "upload_id": Upload,
    "attachment_id": Attachment,
    "checklist_item_id": ChecklistItem,
    "other_task_id": Task,
}


def _sees(request: HttpRequest) -> bool:
    """Whether the person may see what the path names: a body is not worth a word about things that they may not."""
    named = {THINGS[name]: pk for name, pk in request.resolver_match.kwargs.items() if name in THINGS}
    try:
        return all(
            thing.objects.visible_to(request.user).filter(pk=pk).exists() for thing, pk in named.items()
        )
    except ValueError:
        return True  # no number: that is what the errors say
