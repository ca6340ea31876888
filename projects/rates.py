"""How often one person may do something: token buckets in Redis, shared by all processes.

`spend` costs one round trip. Without Redis nobody is counted and everything passes: a limit is no reason to stop.
"""

import math
from functools import cache
from pathlib import Path

import redis
from django.conf import settings
from django.utils.translation import gettext as _

from projects import nearby

SCRIPT = Path(__file__).with_suffix(".lua").read_text()


class TooFast(Exception):
    """429. `retry_after`: whole seconds until the next try can pass."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(_("That was a little fast. Wait a moment, then try again."))
        self.retry_after = retry_after


def send(user_id: int) -> None:
    """Somebody changes something for others to see: RATE_SENDS_PER_SECOND, and RATE_SENDS_BURST at once."""
    spend("sends", user_id, rate=settings.RATE_SENDS_PER_SECOND, burst=settings.RATE_SENDS_BURST)


def upload(user_id: int) -> None:
    """Somebody brings a file: RATE_UPLOADS_PER_MINUTE, all of them at once if they like."""
    most = settings.RATE_UPLOADS_PER_MINUTE
    spend("uploads", user_id, rate=most / 60, burst=most)


def invite(user_id: int) -> None:
    """Somebody makes an invitation: RATE_INVITATIONS_PER_HOUR, all of them at once if they like."""
    most = settings.RATE_INVITATIONS_PER_HOUR
    spend("invitations", user_id, rate=most / 3600, burst=most)


def spend(what: str, user_id: int, *, rate: float, burst: float) -> None:
    """Take one token of the person's bucket, into which `rate` a second come back; TooFast when it is empty.

    A rate of 0 is none.
    """
    if rate <= 0:
        return
    key = f"{settings.REDIS_PREFIX}:rate:{what}:{user_id}"
    numbers = [1000 / rate, max(1, burst)]
    wait = nearby.ask(lambda _: _script()(keys=[key], args=numbers), without="nobody is counted")
    if wait:
        raise TooFast(math.ceil(wait / 1000))


@cache
def _script() -> redis.commands.core.Script:
    return nearby.client().register_script(SCRIPT)
