"""While a new version is rolled out, processes of the one before write into tables that already have its columns."""

from collections.abc import Iterator

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import AddField, CreateModel

ROOT = settings.BASE_DIR


def added() -> Iterator[tuple[str, str]]:
    """(table, column) of all that our migrations added to a table that was there before them."""
    ours = {app.label for app in apps.get_app_configs() if app.path == str(ROOT / app.label)}
    for (label, _), migration in MigrationLoader(None).disk_migrations.items():
        if label not in ours:
            continue
        made = {each.name.lower() for each in migration.operations if isinstance(each, CreateModel)}
        for each in migration.operations:
            if isinstance(each, AddField) and each.model_name not in made:
                model = apps.get_model(label, each.model_name)
                field = model._meta.get_field(each.name)
                if not field.many_to_many:
                    yield model._meta.db_table, field.column


def test_what_the_version_before_does_not_know_of_is_filled_in_by_the_database(db):
    columns = set(added())
    assert {("projects_project", "rights"), ("chat_message", "reply_count")} <= columns
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
            " AND is_nullable = 'NO' AND column_default IS NULL AND is_generated = 'NEVER' AND is_identity = 'NO'"
        )
        unfilled = set(cursor.fetchall())
    assert not columns & unfilled
