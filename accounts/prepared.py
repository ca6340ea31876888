"""Queries that are asked with every request: their SQL is put together once, and then only its values change.

Building and compiling what a posted message asks (whose token, which room, what role) took half of its CPU time.
"""

import copy
from collections.abc import Callable
from typing import Any

from django.db import connections
from django.db.models import QuerySet


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
    """The SQL, and what stands for the values among its parameters."""

    def __init__(self, build: Callable[..., QuerySet], values: dict[str, Any]) -> None:
        marks = {name: _mark(value, number) for number, (name, value) in enumerate(values.items(), 1)}
        rows = build(**marks)
        self.model, self.db, self.iterable = rows.model, rows.db, rows._iterable_class
        self.compiler = rows.query.get_compiler(self.db)
        self.sql, self.parameters = self.compiler.as_sql()
        self.names = {mark: name for name, mark in marks.items() if mark is not None}

    def filled(self, values: dict[str, Any]) -> tuple[str, list]:
        names = self.names
        return self.sql, [values[names[each]] if each in names else each for each in self.parameters]


def _mark(value: Any, number: int) -> Any:
    """A value that occurs nowhere else, of the same type."""
    return None if value is None else -(2**62) - number if isinstance(value, int) else f"\ufdd0{number}"


class _Rows:
    """What Django asks of a QuerySet, and of its query, on the way from rows to instances or tuples."""

    _known_related_objects: dict = {}

    def __init__(self, statement: _Statement, values: dict[str, Any]) -> None:
        self.model, self.db, self.query = statement.model, statement.db, self
        self._statement, self._values = statement, values

    def get_compiler(self, using: str) -> Any:
        compiler = copy.copy(self._statement.compiler)
        compiler.connection = connections[using]  # this thread's
        compiler.as_sql = lambda *_, **__: self._statement.filled(self._values)
        return compiler
