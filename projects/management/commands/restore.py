"""`manage.py restore FILE --yes`: everything back from a file, while the servers run."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from projects import backups


class Command(BaseCommand):
    help = "Puts what `backup` wrote into FILE in the place of everything there is. Open pages follow by themselves."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--yes", action="store_true", help="what there is now may be lost")

    def handle(self, file: Path, yes: bool, **options: Any) -> None:
        try:
            with backups.opened(file) as backup:
                there = backups.contents()
                if there and (there["people"] or there["projects"]) and not yes:
                    raise CommandError(
                        f"This would replace {_told(there)} by {_told(backup.holds)} of"
                        f" {backup.created_at:%Y-%m-%d %H:%M} UTC. Nothing has changed; add --yes if you mean it."
                    )
                backup.restore()
        except backups.Problem as problem:
            raise CommandError(problem) from None
        call_command("migrate", verbosity=0)  # the backup may be an older Taskroom's
        self.stdout.write(f"Restored: {_told(backups.contents())}. Open pages load afresh.")


def _told(holds: dict[str, Any]) -> str:
    latest = f", last changed {holds['latest']}" if holds["latest"] else ""
    return f"{holds['projects']} projects and {holds['people']} people{latest}"
