"""The oracle: what must be true of the database, the log, every ledger and every process after a fault.

Which promise is held where:
  I1  an event in the transaction of each change: `_writes` (there as often as announced), and `_deeds` with the
      listeners' states (what the database holds is what the events said), after every fault
  I2  numbers 1..n in the order of commits: `_log`, by the moments that PostgreSQL remembers
  I3  each event once and in order: `_ledger`, and the page's state against a fresh snapshot, of which the board is
      kept as text and held against the database's own rows; test_resuming.py
  I4  how far behind: `_times`; test_health.py tells it of health, test_redis_lost.py holds the 5 s
  I5  acknowledged is durable, and once: `_writes`, `_deeds`; test_repeated_writes.py
  I6  nothing after the end of a right: test_ended_rights.py
  I7  what a socket may cost: test_bad_clients.py, and `House.left_behind` after every fault
  I8  killed workers, restarted servers, new versions: test_killed_workers.py, test_postgres_lost.py,
      test_redis_lost.py, test_rolling_deploys.py, and test_pages.py in a browser that nobody reloads
"""

import itertools
import re
import statistics
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.faults.deeds import GONE, Doer, read_sheets
from tests.faults.house import Place
from tests.faults.listeners import Ledger, Listener
from tests.faults.showing import SECTIONS, State, state_of
from tests.faults.writers import Write
from tests.machine import clock

CONTENT = {"message.created": "message", "task.created": "task"}


@dataclass
class Finding:
    """What one run came to; `wrong` says in words what must not be."""

    writes: int = 0
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    behind: float = 0.0  # seconds, the worst of a connected listener
    behind_p99: float = 0.0
    longest_gap: float = 0.0
    wrong: list[str] = field(default_factory=list)


@dataclass
class Line:
    """One row of the log."""

    sequence: int
    name: str
    audience: int | None
    key: str | None


def count(house: Any, project: int, audiences: set[int]) -> int:
    """The number of the last event that is heard in these audiences, as their people count. See projects/numbers.py."""
    with house.postgres.connect() as connection:
        found = connection.execute(
            "SELECT sequence - coalesce(sum(said) FILTER (WHERE audience <> ALL(%(mine)s)), 0)"
            " + 1000000000 * (counter.turns + coalesce(sum(each.turns) FILTER (WHERE audience = ANY(%(mine)s)), 0))"
            " FROM projects_counter counter LEFT JOIN projects_audience each USING (project_id)"
            " WHERE project_id = %(project)s GROUP BY sequence, counter.turns",
            {"project": project, "mine": list(audiences)},
        )
        return int(found.fetchone()[0])


class Oracle:
    """Looks at one project, past the product: straight in the database."""

    def __init__(self, place: Place, *, hears: Any = None) -> None:
        self.place, self.house = place, place.house
        self.hears = hears or (lambda listener: set())  # the private channels that a listener may hear
        self.finding = Finding()
        with self.house.postgres.connect() as connection:
            query = connection.execute
            self.first, self.head = query(
                "SELECT (SELECT min(sequence) FROM projects_event WHERE project_id = %(id)s), sequence"
                " FROM projects_counter WHERE project_id = %(id)s",
                {"id": place.id},
            ).fetchone()
            rows = query(
                "SELECT sequence, name, audience, tail FROM projects_event WHERE project_id = %s ORDER BY sequence",
                [place.id],
            ).fetchall()
            self.bodies = [
                body
                for (body,) in query(
                    "SELECT body FROM chat_message JOIN chat_room ON chat_room.id = room_id WHERE project_id = %s",
                    [place.id],
                )
            ]
            self.titles = [
                row[0] for row in query("SELECT title FROM tasks_task WHERE project_id = %s", [place.id])
            ]
            self.board = {
                id: fields
                for id, *fields in query(
                    "SELECT id, column_id, position, title, version FROM tasks_task"
                    " WHERE project_id = %s AND deleted_at IS NULL AND archived_at IS NULL",
                    [place.id],
                )
            }
            self.commit_times = self._commit_times(connection)
        self.log = [Line(number, name, audience, _key(tail)) for number, name, audience, tail in rows]

    def _commit_times(self, connection: Any) -> list[Any]:
        if connection.execute("SHOW track_commit_timestamp").fetchone()[0] != "on":
            return []
        times = connection.execute(
            # What is said of the deleted is rewritten later.
            "SELECT pg_xact_commit_timestamp(xmin) FROM projects_event"
            " WHERE project_id = %s AND name NOT LIKE '%%.deleted' ORDER BY sequence",
            [self.place.id],
        )
        return [moment for (moment,) in times if moment is not None]

    def judge(
        self, writes: list[Write], listeners: Iterable[Listener], *, whole: bool = True, doer: Doer | None = None,
        stalled: bool = False,
    ) -> Finding:  # fmt: skip
        """`whole`: the log was not shortened and begins with 1. `stalled`: lines hung that listeners took for open."""
        listeners = list(listeners)
        self._writes(writes, whole)
        self._log(whole)
        self._board()
        sheets = self._deeds(doer) if doer else {}
        for listener in listeners:
            self._ledger(listener, sheets)
        if not stalled:
            self._presence(listeners)
        self._times(writes, [listener.ledger for listener in listeners])
        return self.finding

    def _wrong(self, text: str) -> None:
        self.finding.wrong.append(text)

    # Acknowledged, exactly once; the others at most once -------------------------------------------------------

    def _writes(self, writes: list[Write], whole: bool) -> None:
        said = Counter(text.split(" ", 1)[0] for text in [*self.bodies, *self.titles])
        announced = Counter(line.key for line in self.log if line.name in CONTENT and line.key)
        self.finding.writes = len(writes)
        for write in writes:
            count, events = said[write.key], announced[write.key]
            if write.acknowledged is not None:
                self.finding.acknowledged += 1
                if not count:
                    self.finding.lost += 1
                    self._wrong(f"{write.key} was acknowledged and is lost")
            if write.refused and count:
                self._wrong(f"{write.key} was refused and is there")
            if count > 1:
                self.finding.doubled += 1
                self._wrong(f"{write.key} is there {count} times")
            if count != events and whole:
                self._wrong(f"{write.key} is there {count} times and announced {events} times")

    # The log ---------------------------------------------------------------------------------------------------

    def _log(self, whole: bool) -> None:
        numbers = [line.sequence for line in self.log]
        first = 1 if whole else (self.first or self.head + 1)
        if numbers != list(range(first, self.head + 1)):
            missing = sorted(set(range(first, self.head + 1)) - set(numbers))
            self._wrong(f"the log is not {first}..{self.head}: missing {missing[:10]}, head {numbers[-1:]}")
        if self.commit_times != sorted(self.commit_times):
            self._wrong("numbers are not in the order of the commits")

    # What else was done, and what is left of it ----------------------------------------------------------------

    def _board(self) -> None:
        """The snapshot's tasks are kept as text and follow the log: these are what they follow."""
        names = ("column", "position", "title", "version")
        rows = {row["id"]: [row[name] for name in names] for row in self.place.snapshot()["tasks"]}
        if strange := [id for id in {*rows, *self.board} if rows.get(id) != self.board.get(id)]:
            shown = [(rows.get(id), self.board.get(id)) for id in strange[:3]]
            self._wrong(f"the snapshot's board is not the database's, {len(strange)} times: {shown}")

    def _deeds(self, doer: Doer) -> dict[str, dict[int, Any]]:
        """What no snapshot holds of the doer's things, as it stands now."""
        self.finding.writes += len(doer.deeds)
        self.finding.acknowledged += sum(deed.acknowledged is not None for deed in doer.deeds)
        for deed in doer.deeds:
            if deed.refused:
                self._wrong(f"{deed.key} was refused: {deed.answers}")
        with self.place.as_owner() as owner:
            sheets = read_sheets(doer, owner)
        now = {**state_of(self.place.snapshot()), **sheets}
        for (section, id), fields in list(doer.expected.items()):
            row = now[section].get(id)
            if fields is GONE and row is not None:
                self._wrong(f"{section} {id} was taken away and is there: {row}"[:500])
            elif fields is not GONE and (row is None or any(row[name] != fields[name] for name in fields)):
                self.finding.lost += 1
                self._wrong(f"{section} {id} was acknowledged as {fields} and is {row}"[:700])
        return sheets

    # What each listener heard ----------------------------------------------------------------------------------

    def _ledger(self, listener: Listener, sheets: dict[str, dict[int, Any]]) -> None:
        ledger, who = listener.ledger, listener.person.handle
        self.finding.doubled += len(ledger.doubled)
        self.finding.disordered += len(ledger.disordered)
        if ledger.doubled:
            self._wrong(f"{who} heard twice: {ledger.doubled[:10]}")
        if ledger.disordered:
            self._wrong(f"{who} heard out of order: {ledger.disordered[:10]}")
        if listener.ended is not None:
            return  # what the removed may hear is the test's own question
        mine = self.hears(listener) | {-listener.person.id}
        theirs = [line for line in self.log if line.audience is None or line.audience in mine]
        # As they count, without a gap up to the last one.
        last = count(self.house, self.place.id, mine)
        first = last - len(theirs) + 1
        expected = [number for number in range(first, last + 1) if number > ledger.start]
        heard = set(ledger.sequences)
        lost = [number for number in expected if number not in heard and not ledger.covered(number)]
        foreign = sorted(number for number in heard - set(expected) if number >= first)
        if lost:
            self.finding.lost += len(lost)
            self._wrong(
                f"{who} never heard {len(lost)} of {len(expected)}: {lost[:10]} (at {listener.position})"
            )
        if foreign:
            self._wrong(f"{who} heard what was not theirs: {foreign[:10]}")
        if not lost and listener.state:
            self._shown(who, listener.state, state_of(self.place.snapshot(listener.person)), sheets)

    def _shown(self, who: str, state: State, fresh: State, sheets: dict[str, dict[int, Any]]) -> None:
        for section in ("project", *SECTIONS.values()):
            if state[section] != fresh[section]:
                differs = _difference(state[section], fresh[section])
                self._wrong(f"{who}'s page differs from a fresh snapshot in {section}: {differs}")
        for section, rows in sheets.items():
            # Of what it heard of; of the others it has nothing that could be wrong.
            shown = {id: row for id, row in state[section].items() if id in rows}
            if any(rows[id] != row for id, row in shown.items()):
                differs = _difference(shown, {id: rows[id] for id in shown})
                self._wrong(f"{who} heard of {section} what is not so: {differs}")

    # Who is here ------------------------------------------------------------------------------------------------

    def _presence(self, listeners: list[Listener]) -> None:
        """Whatever breaks: nobody is said to have left who has a connection, or had one a moment ago."""
        for listener in listeners:
            for user, at in listener.ledger.departures:
                if any(other.person.id == user and other.here(at) for other in listeners):
                    self._wrong(f"{listener.person.handle} heard that {user} left, who is here")

    # How late ---------------------------------------------------------------------------------------------------

    def _times(self, writes: list[Write], ledgers: list[Ledger]) -> None:
        acknowledged = {write.key: write.acknowledged for write in writes if write.first_try}
        late, gaps = [], []
        for ledger in ledgers:
            for heard in ledger.heard:
                said = acknowledged.get(heard.key) if heard.name in CONTENT else None
                # Who was not connected when it was said is not behind: they catch up.
                if said is not None and ledger.connections[heard.connection - 1].opened < said:
                    late.append(max(0.0, clock.between(said, heard.at)))
            moments = [heard.at for heard in ledger.heard]
            gaps += [after - before for before, after in itertools.pairwise(moments)]
        self.finding.behind = max(late, default=0.0)
        self.finding.behind_p99 = (
            statistics.quantiles(late, n=100, method="inclusive")[98]
            if len(late) > 1
            else self.finding.behind
        )
        self.finding.longest_gap = max(gaps, default=0.0)


TRACEBACK = re.compile(r"^Traceback \(most recent call last\).*?\n((?:[ \t].*\n|\n)*)(\S.*)$", re.M)


def tracebacks(text: str) -> list[str]:
    """Each traceback of a log: where it was raised, and what."""
    return [f"{_line_of(body)}: {what}" for body, what in TRACEBACK.findall(text)]


def _line_of(body: str) -> str:
    files = [line.strip() for line in body.splitlines() if line.strip().startswith("File ")]
    return files[-1] if files else "?"


def _key(tail: str) -> str | None:
    data = orjson.loads("{" + tail)["data"]
    return data.get("client_id")


def _difference(ours: Any, fresh: Any) -> str:
    if not isinstance(ours, dict) or not all(isinstance(row, dict) for row in fresh.values()):
        return f"{ours} != {fresh}"[:400]
    keys = [key for key in {*ours, *fresh} if ours.get(key) != fresh.get(key)]
    return "; ".join(f"{key}: {ours.get(key)} != {fresh.get(key)}" for key in keys[:2])[:500]
