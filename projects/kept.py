"""Rows of the snapshot that are many and change seldom, kept as text and brought up to date from the log.

Events carry whole rows, so that `rows at S` with the events after S applied are the rows now. Reading 5,000 tasks from
the database took 60 ms; reading what happened to them since the last snapshot takes two or three small queries.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Q

from projects import wire
from projects.models import Counter, Event, Project

MOST_BYTES = 32 * 1024 * 1024  # of text, over all projects of a process
MOST_BEHIND = 2_000  # events; beyond that the rows are read afresh
# Whatever happened to the rows past the log, by hand in the database: a page that is loaded later than that is right.
MOST_SECONDS = 60

Row = dict[str, Any]


class State(NamedTuple):
    """The rows as they stood at `sequence`, or later: {id: (rank, text)} in the order of their ranks. Never changed."""

    epoch: UUID
    sequence: int
    read_at: float
    rows: dict[int, tuple[tuple, bytes]]
    size: int  # bytes of all texts

    @property
    def text(self) -> bytes:
        return b"[" + b",".join([text for _, text in self.rows.values()]) + b"]"


class KeptRows:
    """`noun`: whose events they follow. `read`: (project) -> all rows. `order`: the keys of a row that sort them.

    `shows`: whether a row that an event tells of stands among them.
    """

    def __init__(
        self,
        noun: str,
        read: Callable[[Project], list[Row]],
        *,
        order: tuple[str, ...],
        shows: Callable[[Row], bool] = lambda row: True,
    ) -> None:
        self.noun, self._read, self._order, self._shows = noun, read, order, shows
        self._states: OrderedDict[int, State] = OrderedDict()  # the one that was asked for last stands last
        self._lock = threading.Lock()

    def of(self, project: Project) -> list[Row] | orjson.Fragment:
        """The project's rows of now, or newer: as their JSON, or as they are within a transaction."""
        if connection.in_atomic_block:
            return self._read(project)  # what it wrote may never come to be, and nobody else may see it
        state = self._states.get(project.pk)
        state = (state and self._up_to_date(state, project)) or self._afresh(project)
        self._keep(project.pk, state)
        return orjson.Fragment(state.text)

    def _afresh(self, project: Project) -> State:
        # The number first: what comes in between is in the rows already, and changes nothing when applied later.
        epoch, sequence = _head(project)
        rows = {row["id"]: self._encoded(row) for row in self._read(project)}
        return State(epoch, sequence, time.monotonic(), rows, _size(rows))

    def _up_to_date(self, state: State, project: Project) -> State | None:
        """None when the log does not lead from there to here."""
        epoch, head = _head(project)
        behind = head - state.sequence
        aged = time.monotonic() - state.read_at > MOST_SECONDS
        if aged or epoch != state.epoch or not 0 <= behind <= MOST_BEHIND:
            return None
        return self._applied(state, project, head) if behind else state

    def _applied(self, state: State, project: Project, head: int) -> State | None:
        events = Event.objects.filter(project=project)
        if not events.filter(sequence=state.sequence + 1).exists():
            return None  # older than what the log keeps
        ours = events.filter(Q(name__startswith=f"{self.noun}.") | Q(name="project.reset"))
        lines = list(ours.after(state.sequence).values_list("sequence", "name", "tail"))
        if any(name == "project.reset" for _, name, _ in lines):
            return None
        # Numbers stand in the order of commits: whatever is missing below the last that is seen does not exist.
        sequence = max([head, *(number for number, _, _ in lines)])
        if not lines:
            return state._replace(sequence=sequence)
        rows = dict(state.rows)
        for _, name, tail in lines:
            row = orjson.loads("{" + tail)["data"]
            if name == f"{self.noun}.deleted" or not self._shows(row):
                rows.pop(row["id"], None)
            else:
                rows[row["id"]] = self._encoded(row)
        rows = dict(sorted(rows.items(), key=lambda each: each[1][0]))
        return state._replace(sequence=sequence, rows=rows, size=_size(rows))

    def _encoded(self, row: Row) -> tuple[tuple, bytes]:
        return tuple(row[key] for key in self._order), wire.encode(row)

    def _keep(self, project_id: int, state: State) -> None:
        with self._lock:
            self._states[project_id] = state
            self._states.move_to_end(project_id)
            while len(self._states) > 1 and sum(each.size for each in self._states.values()) > MOST_BYTES:
                self._states.popitem(last=False)


def _head(project: Project) -> tuple[UUID, int]:
    return Counter.objects.values_list("epoch", "sequence").get(project=project)


def _size(rows: dict[int, tuple[tuple, bytes]]) -> int:
    return sum(len(text) for _, text in rows.values())
