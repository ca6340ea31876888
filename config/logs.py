"""What of a log line stays out of the log."""

import logging
import re

SECRETS = re.compile(r"(/invitations/|/password/reset/key/|/confirm-email/)[^/\s]{8,}")


class Lines(logging.Filter):
    """What is refused takes one line, what fails its traceback, and no line break makes a line of its own.

    An address that lets somebody in is logged without what does so.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        record.msg = SECRETS.sub(r"\1…", text).replace("\r", "\\r").replace("\n", "\\n")
        record.args = ()
        if record.levelno < logging.ERROR:
            record.exc_info = None  # a refusal is no failure: one line will do
        return True
