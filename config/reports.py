"""Failures to Sentry, where SENTRY_DSN is given: what broke and where, and nothing that anybody wrote.

Only what is logged as an error, with its traceback. The request is not looked at at all: its id finds it in the log.
"""

import logging
from typing import Any

import sentry_sdk
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.excepthook import ExcepthookIntegration
from sentry_sdk.integrations.logging import LoggingIntegration

from config import request_ids
from config.logs import plain

KEPT = ("event_id", "timestamp", "level", "logger", "platform", "release", "environment", "server_name", "sdk",
        "exception", "contexts", "transaction")  # fmt: skip


def start(dsn: str) -> None:
    """ValueError where the DSN is none."""
    sentry_sdk.init(
        dsn=dsn,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            LoggingIntegration(level=None, event_level=logging.ERROR, sentry_logs_level=None),
            ExcepthookIntegration(),
            DedupeIntegration(),
            AtexitIntegration(callback=lambda pending, timeout: None),
        ],
        before_send=cleaned,
        send_default_pii=False,
        include_local_variables=False,
        max_breadcrumbs=0,
        max_request_body_size="never",
        auto_session_tracking=False,
        send_client_reports=False,
        propagate_traces=False,
    )


def cleaned(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
    kept = {name: event[name] for name in KEPT if name in event}
    said = event.get("logentry", {})
    if text := said.get("formatted") or said.get("message") or event.get("message"):
        kept["logentry"] = {"message": plain(text)}
    for each in kept.get("exception", {}).get("values", []):
        each["value"] = plain(each.get("value") or "")
    if id := request_ids.current():
        kept["tags"] = {"request_id": id}
    return kept
