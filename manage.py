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
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
