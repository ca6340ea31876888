"""Everything in one file, and everything back from it: the database and the uploaded files.

A backup is a tar of `manifest.json`, `database` (pg_dump's format) and `media/`. Restoring is one transaction beside
running servers: they wait, lose their connections, and go on with what is there then. Each project's log gets another
epoch, by which every open page notices within seconds and loads afresh.
"""

import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from accounts.models import User
from projects import postgresql
from projects.models import Event, Project

FORMAT = 1

END_CONNECTIONS = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
 WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid();
"""
BEFORE = f"""
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '30s';
{{keep}}
{END_CONNECTIONS}
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
"""
AFTER = f"""
DELETE FROM public.django_session;
{{give_back}}
UPDATE public.projects_counter SET epoch = gen_random_uuid();
-- Whoever worked on these is no more: they are done again.
SET LOCAL search_path = public;
DO $$ BEGIN
    IF to_regclass('procrastinate_jobs') IS NOT NULL THEN
        UPDATE procrastinate_jobs SET status = 'todo', worker_id = NULL WHERE status = 'doing';
    END IF;
END $$;
COMMIT;
{END_CONNECTIONS}
"""
# Data come back and sign-ins do not: whoever is signed in stays so, and a session that ended since stays ended.
KEEP = "CREATE TEMPORARY TABLE kept ON COMMIT DROP AS TABLE public.django_session;"
GIVE_BACK = "INSERT INTO public.django_session SELECT * FROM pg_temp.kept;"


class Problem(Exception):
    """It could not be done, and nothing has changed; the text is for the person who asked."""


def write(path: Path) -> dict[str, Any]:
    """Everything into a new file, which only its owner may read; its manifest. A file that is there is whole."""
    part = path.with_name(f"{path.name}.part")
    try:
        with tempfile.TemporaryDirectory(prefix="taskroom-") as scratch:
            dump, note = Path(scratch) / "database", Path(scratch) / "manifest.json"
            # The database first: a file that it names was written before, and is here still.
            postgresql.dump(dump)
            manifest = _manifest()
            note.write_text(json.dumps(manifest, indent=1))
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                with tarfile.open(fileobj=file, mode="w") as tar:
                    tar.add(note, note.name)
                    tar.add(dump, dump.name)
                    _add_media(tar)
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)
    except (OSError, postgresql.Failed) as error:
        raise Problem(f"There is no backup: {error}") from None
    finally:
        part.unlink(missing_ok=True)
    return manifest


@contextmanager
def opened(path: Path) -> Iterator["Backup"]:
    """The backup at `path`; Problem where it is none, or a newer Taskroom's."""
    try:
        with tarfile.open(path) as tar:
            first = tar.next()
            if first is None or first.name != "manifest.json":
                raise Problem(f"{path} is no backup of Taskroom.")
            manifest = json.load(tar.extractfile(first))
            if manifest["format"] != FORMAT:
                raise Problem(f"{path} has a format that this Taskroom does not know.")
            if unknown := sorted(set(manifest["migrations"]) - _known_migrations()):
                raise Problem(f"{path} is a newer Taskroom's: it has {', '.join(unknown[:3])}.")
            yield Backup(tar, manifest)
    except (OSError, EOFError, tarfile.TarError, ValueError, KeyError, TypeError) as error:
        raise Problem(f"{path} cannot be read: {error}") from None


class Backup:
    def __init__(self, tar: tarfile.TarFile, manifest: dict[str, Any]) -> None:
        self.tar, self.holds = tar, manifest["holds"]
        self.created_at = datetime.fromisoformat(manifest["created_at"])

    def restore(self) -> None:
        """Put this in the place of everything there is. What the cache holds was of another state."""
        with tempfile.TemporaryDirectory(prefix="taskroom-") as scratch:
            dump = Path(scratch) / "database"
            with dump.open("wb") as file:
                shutil.copyfileobj(self.tar.extractfile("database"), file)
            signed_in = "django_session" in connection.introspection.table_names()
            before = BEFORE.format(keep=KEEP if signed_in else "")
            after = AFTER.format(give_back=GIVE_BACK if signed_in else "")
            with _media_of(self.tar) as exchange:
                _load(dump, before=before, after=after)
                exchange()
        cache.clear()


def _load(dump: Path, **around: str) -> None:
    for tries_left in (2, 1, 0):
        try:
            return postgresql.load(dump, **around)
        except postgresql.Failed as error:
            # With somebody who works, and locks the same tables in another order.
            if not tries_left or "deadlock" not in str(error):
                raise Problem(f"Nothing was restored: {error}") from None
        finally:
            connection.close()
            connection.close_pool()  # all that it holds was ended


def contents() -> dict[str, Any] | None:
    """What there is now, as a manifest's "holds" says it; None where there is no Taskroom yet."""
    if "projects_project" not in connection.introspection.table_names():
        return None
    latest = Event.objects.order_by("-at").values_list("at", flat=True).first()
    return {
        "people": User.objects.count(),
        "projects": Project.objects.count(),
        "latest": latest and latest.isoformat(timespec="seconds"),
        "files": sum(1 for _ in _files()),
    }


def _manifest() -> dict[str, Any]:
    return {
        "format": FORMAT,
        "created_at": timezone.now().isoformat(timespec="seconds"),
        "postgresql": postgresql.server_version(),
        "migrations": sorted(
            f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()
        ),
        "holds": contents(),
    }


def _known_migrations() -> set[str]:
    return {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}


# Files -------------------------------------------------------------------------------------------------------


def _files() -> Iterator[Path]:
    if settings.MEDIA_ROOT.is_dir():
        root = settings.MEDIA_ROOT
        whole = (path for path in sorted(root.rglob("*")) if path.is_file())
        # What is still on its way in lies in a folder with a dot.
        yield from (path for path in whole if not path.relative_to(root).parts[0].startswith("."))


def _add_media(tar: tarfile.TarFile) -> None:
    for path in _files():
        with suppress(FileNotFoundError):  # deleted this moment
            tar.add(path, f"media/{path.relative_to(settings.MEDIA_ROOT)}", recursive=False)


@contextmanager
def _media_of(tar: tarfile.TarFile) -> Iterator[Callable[[], None]]:
    """Lay the files ready beside those there are; what this gives exchanges them, by renaming.

    Inside MEDIA_ROOT, which may be a volume: only there is renaming sure to be possible.
    """
    root = settings.MEDIA_ROOT
    root.mkdir(parents=True, exist_ok=True)
    ready, replaced = (Path(tempfile.mkdtemp(prefix=f".{name}-", dir=root)) for name in ("ready", "replaced"))
    try:
        tar.extractall(ready, _members(tar), filter="data")

        def exchange() -> None:
            for each in [path for path in root.iterdir() if not path.name.startswith(".")]:
                each.rename(replaced / each.name)
            for each in list((ready / "media").iterdir()) if (ready / "media").exists() else []:
                each.rename(root / each.name)

        yield exchange
    finally:
        shutil.rmtree(ready, ignore_errors=True)
        shutil.rmtree(replaced, ignore_errors=True)


def _members(tar: tarfile.TarFile) -> list[tarfile.TarInfo]:
    return [member for member in tar if member.name.startswith("media/")]
