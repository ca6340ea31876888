"""Queries that are asked with every request: their SQL is put together once, and then only its values change.

Building and compiling what a posted message asks (whose token, which room, what role) took half of its CPU time. To
parse and plan it took PostgreSQL longer than to answer it, so each connection prepares it there as well.
"""

import copy
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper, ServerBindingCursor
from django.db.backends.postgresql.psycopg_any import mogrify
from django.db.models import QuerySet
from psycopg import ClientCursor
from psycopg.types.numeric import Int8


class Prepared:
    """`build` makes a QuerySet (or `values_list`) of its keyword arguments, which are numbers, texts or None.

    It is called once for each combination of types. Everything that varies must be an argument: a `timezone.now()`
    inside would stand still.
    """

    def __init__(self, build: Callable[..., QuerySet]) -> None:
        self._build = build
        self._ready: dict[tuple, _Statement] = {}

    def __call__(self, **values: Any) -> list:
        shape = tuple((name, type(value)) for name, value in values.items())
        if shape not in self._ready:
            self._ready[shape] = _Statement(self._build, values)
        statement = self._ready[shape]
        return list(statement.iterable(_Rows(statement, values)))


class _Statement:
    """The SQL, with all in it that does not vary, and the names of the values that go between."""

    def __init__(self, build: Callable[..., QuerySet], values: dict[str, Any]) -> None:
        marks = {name: _mark(value, number) for number, (name, value) in enumerate(values.items(), 1)}
        rows = build(**marks)
        self.model, self.db, self.iterable = rows.model, rows.db, rows._iterable_class
        self.compiler = rows.query.get_compiler(self.db)
        sql, parameters = self.compiler.as_sql()
        self.converters = self.compiler.get_converters(
            [each for each, *_ in self.compiler.select[: self.compiler.col_count]]
        )
        names = {mark: name for name, mark in marks.items() if mark is not None}
        self.names = [names[each] for each in parameters if each in names]
        self.sql = _written_out(sql, [None if each in names else each for each in parameters], self.db)

    def filled(self, values: dict[str, Any]) -> tuple[str, list]:
        return self.sql, [_typed(values[name]) for name in self.names]


def _mark(value: Any, number: int) -> Any:
    """A value that occurs nowhere else, of the same type."""
    return None if value is None else -(2**62) - number if isinstance(value, int) else f"\ufdd0{number}"


def _written_out(sql: str, parameters: list, db: str) -> str:
    """`sql` with its parameters in it; None stays one. PostgreSQL could not tell of each constant what type it is."""
    left = iter(parameters)

    def written(found: re.Match) -> str:
        if found[0] == "%%" or (value := next(left)) is None:
            return found[0]
        text = mogrify("%s", [value], connections[db])
        return text.replace("%", "%%")

    return re.sub("%[%s]", written, sql)


def _typed(value: Any) -> Any:
    """As wide as our keys are: else each size of number would be a statement of its own."""
    return Int8(value) if isinstance(value, int) and -(2**63) <= value < 2**63 else value


class _Rows:
    """What Django asks of a QuerySet, and of its query, on the way from rows to instances or tuples."""

    _known_related_objects: dict = {}

    def __init__(self, statement: _Statement, values: dict[str, Any]) -> None:
        self.model, self.db, self.query = statement.model, statement.db, self
        self._statement, self._values = statement, values

    def get_compiler(self, using: str) -> Any:
        compiler = copy.copy(self._statement.compiler)
        compiler.connection = _Connection(connections[using])  # this thread's
        compiler.as_sql = lambda *_, **__: self._statement.filled(self._values)
        compiler.get_converters = lambda *_: self._statement.converters
        return compiler


class _Connection:
    """Django's connection, but that its cursors prepare what they execute."""

    def __init__(self, connection: DatabaseWrapper) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def cursor(self) -> Any:
        connection = self._connection
        connection.close_if_health_check_failed()
        connection.ensure_connection()
        cursor = _Cursor(connection.connection)
        cursor.logged = connection.queries_logged
        return (connection.make_debug_cursor if cursor.logged else connection.make_cursor)(cursor)


class _Cursor(ServerBindingCursor):
    logged = False

    def execute(self, query: str, params: Any = None) -> Any:
        answer = super().execute(query, params, prepare=not settings.DATABASE_POOLER)
        if self.logged:  # where Django looks for what it logs; psycopg forgets it of what is prepared
            self._query = SimpleNamespace(query=ClientCursor(self.connection).mogrify(query, params).encode())
        return answer
