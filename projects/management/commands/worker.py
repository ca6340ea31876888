"""manage.py worker: does the jobs, until it is told to end."""

from typing import Any

from django.core.management.base import BaseCommand

from config import jobs


class Command(BaseCommand):
    help = "Does the jobs (mail, pruning) until it is told to end, and waits where the database is away."

    def handle(self, **options: Any) -> None:
        jobs.run()
