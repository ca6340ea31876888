"""The pool's look at a connection before it hands it out: a system call rather than a trip to PostgreSQL.

Django has its pool ask PostgreSQL before each request. A server that ends a connection says so (or closes it), and
what it said waits in our socket; while there is nothing to read, it has ended nothing. Where the server vanished
without a word, to ask it would only wait as long as the request's own first statement does.
"""

import select

import psycopg
import psycopg_pool

_ask = psycopg_pool.ConnectionPool.check_connection


def check_connection(connection: psycopg.Connection) -> None:
    """OperationalError when the server has ended it."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        _ask(connection)


def install() -> None:
    """Django takes the pool's own check, and leaves no other way to name one."""
    psycopg_pool.ConnectionPool.check_connection = staticmethod(check_connection)
