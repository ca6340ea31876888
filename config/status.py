"""The page for administrators: does everything work, and if not, what doesn't, in words."""

import os
import smtplib
import socket
import time
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib import admin, messages
from django.core.mail import send_mail
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from config import health, jobs_queue
from config.operations import registry
from projects import redis_clients


class Row(NamedTuple):
    """`works`: None where nobody can say. `said`: what is known, or what is wrong."""

    name: str
    works: bool | None
    said: str


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    checks = health.report()["checks"]
    rows = [
        _row(_("Database"), checks["database"], _database),
        _row(_("Redis"), checks["redis"], _redis),
        _row(_("Migrations"), checks["migrations"], lambda: _("All are applied.")),
        _row(_("Feed of this process"), checks["feeds"], lambda: _("It is level with the log.")),
        _jobs() if checks["database"]["ok"] else Row(_("Jobs"), None, _("The database does not say.")),
    ]
    numbers, processes = _numbers()
    context = {
        **admin.site.each_context(request),
        "title": _("Status"),
        "rows": rows,
        "numbers": numbers,
        "processes": processes,
        "this_process": os.getpid(),
        "mail": settings.EMAIL_HOST if settings.EMAIL_BACKEND.endswith("smtp.EmailBackend") else "",
    }
    return TemplateResponse(request, "admin/status.html", context)


@require_POST
def mail(request: HttpRequest) -> HttpResponse:
    """A mail to whoever asks, sent while they wait, so that what goes wrong can be said."""
    try:
        send_mail(_("A test from Taskroom"), _("Mail works."), None, [request.user.email])
    except Exception as error:
        messages.error(request, in_words(error))
    else:
        messages.success(request, _("Sent to %(email)s.") % {"email": request.user.email})
    return redirect("admin-status")


def in_words(error: Exception) -> str:
    server = {"server": f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"}
    match error:
        case smtplib.SMTPAuthenticationError():
            return _("%(server)s does not accept EMAIL_HOST_USER and EMAIL_HOST_PASSWORD.") % server
        case smtplib.SMTPRecipientsRefused() | smtplib.SMTPSenderRefused() | smtplib.SMTPResponseException():
            return _("%(server)s refused the mail: %(said)s") % {**server, "said": _said(error)}
        case smtplib.SMTPServerDisconnected() if "timed out" in str(error):
            return _("%(server)s does not answer.") % server
        case smtplib.SMTPException():
            return _("%(server)s did not take the mail: %(said)s") % {**server, "said": error}
        case socket.gaierror():
            return _("There is no mail server by the name of %(host)s.") % {"host": settings.EMAIL_HOST}
        case TimeoutError():
            return _("%(server)s does not answer.") % server
        case ConnectionRefusedError():
            return _("Nothing listens at %(server)s.") % server
    return _("The mail was not sent: %(said)s") % {"said": error}


def _said(error: Any) -> str:
    answers = (
        error.recipients.values() if hasattr(error, "recipients") else [(error.smtp_code, error.smtp_error)]
    )
    return "; ".join(
        text.decode(errors="replace") if isinstance(text, bytes) else text for _, text in answers
    )


def _row(name: str, check: dict[str, Any], tell: Any) -> Row:
    if not check["ok"]:
        return Row(name, False, check["detail"])
    return Row(name, True, tell())


def _database() -> str:
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (version,) = cursor.fetchone()
    return _("PostgreSQL %(version)s, %(ms).1f ms away.") % {"version": version, "ms": _ms(began)}


def _redis() -> str:
    said = []
    for client in redis_clients.every(socket_timeout=1, socket_connect_timeout=1, retry=None):
        with client:
            client.ping()
            began = time.perf_counter()
            client.ping()
            ms, server = _ms(began), client.info("server")
        name, version = (
            server.get("server_name", "redis"),
            server.get("valkey_version", server["redis_version"]),
        )
        said.append(
            _("%(name)s %(version)s, %(ms).1f ms away.")
            % {"name": name.title(), "version": version, "ms": ms}
        )
    return " ".join(said)


def _jobs() -> Row:
    queue = jobs_queue.look()
    said = [
        ngettext("%(count)d waits", "%(count)d wait", queue.waiting) % {"count": queue.waiting},
        ngettext("%(count)d runs", "%(count)d run", queue.running) % {"count": queue.running},
        ngettext("%(count)d failed", "%(count)d failed", queue.failed) % {"count": queue.failed},
    ]
    if queue.waiting:
        said.append(_("the oldest waits for %(seconds)d s") % {"seconds": queue.lag})
    if queue.heard is None:
        heard = _("No worker has ever given a sign.")
    else:
        heard = _("A worker gave a sign %(seconds)d s ago.") % {"seconds": queue.heard}
    return Row(_("Jobs"), queue.works, f"{', '.join(said)}. {heard}")


def _ms(began: float) -> float:
    return (time.perf_counter() - began) * 1000


# Numbers -----------------------------------------------------------------------------------------------------

# What is counted over all processes of this host; what each process says of itself.
COUNTED = {
    "taskroom_deliveries_total": _("Events handed to sockets"),
    "taskroom_feed_repairs_total": _("Repairs by the feed's check"),
    "taskroom_push_errors_total": _("Pushes that Redis did not take"),
    "taskroom_presence_errors_total": _("Times presence waited for Redis"),
}
OF_EACH = ("taskroom_sockets_open", "taskroom_feed_lag_seconds", "taskroom_outbox_high_water_bytes")


def _numbers() -> tuple[list[tuple[str, int]], list[tuple[int, list[float]]]]:
    counted: dict[str, float] = dict.fromkeys(COUNTED, 0)
    processes: dict[int, list[float]] = {}
    for family in registry().collect():
        for sample in family.samples:
            if sample.name in counted:
                counted[sample.name] += sample.value
            elif sample.name in OF_EACH:
                numbers = processes.setdefault(
                    int(sample.labels.get("pid", os.getpid())), [0.0] * len(OF_EACH)
                )
                numbers[OF_EACH.index(sample.name)] = sample.value
    return [(COUNTED[name], int(value)) for name, value in counted.items()], sorted(processes.items())
