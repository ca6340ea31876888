"""`manage.py sample`: the sample project. With sizes: a project of that size, to measure with."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from accounts.models import User
from projects.management.sample import cafe, large

PASSWORD = "taskroom"
SIZES = ("tasks", "columns", "members", "rooms", "channels", "messages")
LOCK = 7_402_336  # two servers that start at once on one empty database make one sample


class Command(BaseCommand):
    help = "Makes the sample project and its three people; with sizes, a project of those sizes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="only where nobody has signed up yet")
        parser.add_argument(
            "--password", help=f"of the sample's people; needed with DEBUG=False, else {PASSWORD}"
        )
        for name in SIZES:
            parser.add_argument(f"--{name}", type=int, metavar="N", help=f"a large project with N {name}")
        parser.add_argument("--seed", type=int, default=1, help="another seed, another large project (1)")

    def handle(self, **options: Any) -> None:
        password = options["password"] or PASSWORD
        sizes = {name: options[name] for name in SIZES if options[name] is not None}
        if options["if_empty"] and User.objects.exists():
            self._greet(password)
        elif not (settings.DEBUG or options["password"]):
            raise CommandError("Outside development the sample's people need a --password of your own.")
        elif sizes:
            large.make(**sizes, seed=options["seed"], password=password, say=self.stdout.write)
        else:
            self._make(password, only_if_empty=options["if_empty"])
            self._greet(password)

    @transaction.atomic
    def _make(self, password: str, *, only_if_empty: bool) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if not (only_if_empty and User.objects.exists()):
            cafe.make(cafe.people(password), password=password)

    def _greet(self, password: str) -> None:
        """The sign-ins, as long as they work."""
        ana = User.objects.active().filter(email="ana@example.com").first()
        if ana is None or not ana.check_password(password):
            return
        self.stdout.write(f"Sample people, password {password}:")
        for who in cafe.STORY["people"]:
            self.stdout.write(f"  {who['handle']}@example.com  {who['shown']}")
