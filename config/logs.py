"""How a log line looks, and what stays out of it."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from config import request_ids
from config.outages import is_outage

SECRETS = re.compile(r"(/invitations/|/password/reset/key/|/confirm-email/|\btr_)[\w:-]{8,}")
# Characters that begin a line, or a colour, on somebody's terminal.
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# PostgreSQL says which row it could not take, and shows the statement, with all that somebody wrote in it.
ROW = r"(DETAIL|LINE \d+|QUERY|STATEMENT|CONTEXT):.*"
ROW_IN_TRACEBACK = re.compile(
    rf"^{ROW}?(?=^HINT:|^\s*(?:The above exception|During handling|Traceback)|\Z)", re.S | re.M
)


def plain(text: str) -> str:
    """On one line, and without what lets somebody in, or what somebody wrote."""
    text = SECRETS.sub(r"\1…", re.sub(ROW, r"\1: …", text, flags=re.S))
    return CONTROLS.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


class Lines(logging.Filter):
    """What is refused takes one line, what fails its traceback, and no line break makes a line of its own.

    An address that lets somebody in is logged without what does so. `extra={"fields": {...}}` adds facts.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "uvicorn.error" and record.levelno < logging.WARNING:
            return False  # a line at each socket's beginning and end; our own says more
        record.msg = plain(record.getMessage())
        record.args = ()
        record.request_id = request_ids.current()
        if record.levelno < logging.ERROR:
            record.exc_info = None  # a refusal is no failure: one line will do
        elif record.exc_info and _elsewhere(record.exc_info[1]):
            record.msg += f": {plain(repr(record.exc_info[1]))}"
            record.exc_info = record.exc_text = None
        return True


def _elsewhere(error: BaseException | None) -> bool:
    """Whether its traceback says nothing: a server is away, or a client sent what is no text (so uvicorn)."""
    return is_outage(error) or isinstance(error, UnicodeDecodeError)


class _Formatter(logging.Formatter):
    def formatException(self, exc_info: Any) -> str:
        return SECRETS.sub(r"\1…", ROW_IN_TRACEBACK.sub(r"\1: …\n", super().formatException(exc_info)))


class LineFormatter(_Formatter):
    """For people: 2026-01-02 03:04:05,678 INFO config.observing request method=GET status=200 [id]."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {message}", style="{")

    def formatMessage(self, record: logging.LogRecord) -> str:
        fields = getattr(record, "fields", {})
        said = "".join(f" {name}={plain(str(value))}" for name, value in fields.items() if value is not None)
        id = getattr(record, "request_id", "")
        return super().formatMessage(record) + said + (f" [{id}]" if id else "")


class JSONFormatter(_Formatter):
    """For machines: one object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": plain(record.getMessage()),
            "request_id": getattr(record, "request_id", "") or request_ids.current(),
            "process": record.process,
            **{name: self._value(value) for name, value in getattr(record, "fields", {}).items()},
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps({name: value for name, value in line.items() if value not in (None, "")})

    def _value(self, value: Any) -> Any:
        return value if isinstance(value, (int, float, bool)) or value is None else plain(str(value))
