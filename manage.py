#!/usr/bin/env python3
import os
import sys


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        raise SystemExit(
            f"taskroom: {sys.executable} has no Django; run script/setup and .venv/bin/python manage.py, "
            "or pipenv install and pipenv run python manage.py"
        ) from None
    if (
        sys.argv[1:2] == ["runserver"]
        and not os.environ.get("DATABASE_URL")
        and not os.environ.get("RUN_MAIN")
    ):
        make_ready()
    execute_from_command_line(sys.argv)


def make_ready():
    """Let runserver be all that a fresh clone needs. Who brings a database of their own migrates it themselves."""
    import django

    from config.server import prepare

    django.setup()
    prepare()
    from config import jobs  # once the apps are loaded

    jobs.start()


if __name__ == "__main__":
    main()
