"""`manage.py backup FILE`: everything into one file, while everybody works on."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from projects import backups


class Command(BaseCommand):
    help = "Writes the database and all files into FILE. It holds what everybody wrote: keep it where few can read."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, file: Path, **options: Any) -> None:
        if file.exists():
            raise CommandError(f"{file} is there already; choose another name.")
        try:
            holds = backups.write(file)["holds"]
        except backups.Problem as problem:
            raise CommandError(problem) from None
        size = file.stat().st_size / 1024**2
        self.stdout.write(
            f"{file}: {size:.1f} MiB with {holds['projects']} projects, {holds['people']} people,"
            f" {holds['files']} files."
        )
