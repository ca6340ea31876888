"""The house: a stack of several gunicorn workers behind nginx, on a PostgreSQL and a Redis of its own.

`script/test` runs the short set, `script/faults` (TASKROOM_FAULTS_ALL=1) all of it, with the product's own times.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from config.servers import socket_directory
from config.stack import Stack
from tests.faults.background import Background
from tests.faults.house import House, Place
from tests.faults.oracle import tracebacks
from tests.faults.proxy import Proxy
from tests.faults.runs import HEADINGS, Row, Run
from tests.faults.servers import servers
from tests.waiting import eventually

ALL = bool(os.environ.get("TASKROOM_FAULTS_ALL"))
DEBIAN = bool(os.environ.get("TASKROOM_FAULTS_DEBIAN"))

RIGHTS_SECONDS = 30 if ALL else 4
# The short set waits less for what comes by the clock; script/faults leaves the product's own times.
QUICK = {} if ALL else {"FEED_RIGHTS_SECONDS": str(RIGHTS_SECONDS), "FEED_HEARTBEAT_SECONDS": "3"}
# A few people write here for many.
ROOM = {"RATE_SENDS_PER_SECOND": "200", "RATE_SENDS_BURST": "1000", "RATE_UPLOADS_PER_MINUTE": "0"}

_table: list[Row] = []
_versions: set[str] = set()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long ones only for script/faults."""
    long = [item for item in items if item.get_closest_marker("faults_long")]
    if long and not ALL:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if _table:
        rows = [HEADINGS, *(row.cells() for row in _table)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        terminalreporter.section(f"faults on {' and '.join(_versions)}")
        for row in rows:
            first, *rest = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
            terminalreporter.write_line("  ".join([row[0].ljust(len(first)), *rest]))


@pytest.fixture(scope="session")
def background() -> Iterator[Background]:
    background = Background()
    yield background
    background.stop()


@pytest.fixture(scope="session")
def keep_house(background: Background) -> Iterator[Callable[..., Any]]:
    """`keep_house(wired=True, environment={...})` starts a house; all are taken down at the end."""
    ends: list[Callable[[], Any]] = []

    def keep(*, wired: bool = False, environment: dict[str, str] | None = None, **how: Any) -> House:
        directory = Path(tempfile.mkdtemp(prefix="taskroom-faults-"))
        directory.chmod(0o711)
        if not os.environ.get("TASKROOM_FAULTS_KEEP"):  # to read the logs
            ends.append(lambda: shutil.rmtree(directory, ignore_errors=True))
        data = directory / "data"
        data.mkdir(mode=0o711)
        sockets = socket_directory(data)
        postgres, redis = servers(data, sockets, debian=DEBIAN)
        for server in (postgres, redis):
            ends.append(server.stop)
            server.start()
        postgres.note_commit_times()
        database_url, redis_url, lines = postgres.url, redis.url, {}
        if wired:
            lines = {
                "database": Proxy(background, sockets / ".s.PGSQL.5432").start(),
                "redis": Proxy(background, redis.socket).start(),
            }
            ends.extend(line.stop for line in lines.values())
            database_url = f"postgres://taskroom@127.0.0.1:{lines['database'].port}/taskroom"
            redis_url = f"redis://127.0.0.1:{lines['redis'].port}"
        hooks = directory / "hooks"
        hooks.mkdir()
        ours = {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "TASKROOM_FAULTS": str(hooks),
            "LOG_FORMAT": "line",
            **ROOM,
            **QUICK,
            **(environment or {}),
        }
        stack = Stack(
            directory / "stack", database_url=database_url, redis_url=redis_url,
            **{"web": 2, "live": 2, "worker": False, **how}, environment=ours,
        )  # fmt: skip
        ends.append(stack.stop)
        stack.start()
        house = House(directory, stack, postgres, redis, background, stack.environment)
        house.lines = lines
        _versions.add(house.versions())
        return house

    yield keep
    for end in reversed(ends):
        with suppress(Exception):
            end()


@pytest.fixture(scope="session")
def shared_house(keep_house: Callable[..., House]) -> House:
    environment = (
        {"TASKROOM_WITHOUT": os.environ["TASKROOM_WITHOUT"]} if os.environ.get("TASKROOM_WITHOUT") else {}
    )
    return keep_house(environment=environment)


@pytest.fixture
def forgiven() -> list[str]:
    """Texts that a traceback in the logs may end with; a test adds to it, and says why."""
    return []


@pytest.fixture
def house(shared_house: House, forgiven: list[str]) -> Iterator[House]:
    """The shared house; afterwards no process has logged a traceback, and everything runs again."""
    sizes = shared_house.log_sizes()
    yield shared_house
    said = [
        f"{path.name}: {each}"
        for path, text in shared_house.logged_since(sizes).items()
        for each in tracebacks(text)
        if not any(text in each for text in forgiven)
    ]
    assert not said, "\n".join(said)


@pytest.fixture
def place(house: House) -> Place:
    return house.project()


@pytest.fixture
def run(place: Place, request: pytest.FixtureRequest) -> Iterator[Callable[..., Run]]:
    """`run(writers=4, listeners=8)`: a run whose row in the table bears the test's name."""
    name = request.node.name.removeprefix("test_").replace("_", " ")
    runs: list[Run] = []

    def begin(**how: Any) -> Run:
        runs.append(Run(how.pop("place", place), how.pop("name", name), _table, **how))
        return runs[-1]

    yield begin
    for each in runs:
        each.close()


@pytest.fixture
def line(house: House) -> Iterator[Proxy]:
    """A bad line between clients and nginx: give its `url` to whoever is to go through it."""
    host, port = house.url.removeprefix("http://").split(":")
    line = Proxy(house.background, (host, int(port))).start()
    line.url = f"http://127.0.0.1:{line.port}"
    yield line
    line.stop()


def back_to(kind: Any, count: int) -> None:
    """Wait until gunicorn has as many workers as before."""
    eventually(lambda: len(kind.workers()) == count)
