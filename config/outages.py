"""Failures that are nobody's mistake here: PostgreSQL or Redis is away. They are over when it is back."""

from django.db import InterfaceError, OperationalError
from psycopg import Error as PostgresError
from redis.exceptions import ConnectionError as RedisGone
from redis.exceptions import TimeoutError as RedisSilent

# Classes and codes by which PostgreSQL says so itself: connection lost, shutting down, starting up, full.
SAID = ("08", "57P01", "57P02", "57P03", "53300")


def is_outage(error: BaseException | None) -> bool:
    """Whether a server was away; not when one was there and refused, as with a deadlock or a lock's time-out."""
    if isinstance(error, (RedisGone, RedisSilent, ConnectionError)):
        return True
    if not isinstance(error, (OperationalError, InterfaceError, PostgresError)):
        return False
    said = getattr(error if isinstance(error, PostgresError) else error.__cause__, "sqlstate", None)
    return said is None or said.startswith(SAID)
