"""Ids that say when a row was made: unique and rising, whoever else makes some, and whatever the clock does."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor

# Nobody is shown the ids of these, but those who may see everything in the admin pages.
NEVER_SHOWN = {
    "accounts_user_groups", "accounts_user_user_permissions",
    "chat_mention", "chat_messageattachment", "chat_revision", "chat_roommembership",
    "projects_audience", "projects_event", "projects_formermember", "projects_membership", "projects_spent",
    "tasks_dependency", "tasks_task_assignees", "tasks_task_labels", "tasks_task_watchers",
}  # fmt: skip
# Of these everybody in a project sees every one: what they count besides is how busy the whole server is.
SEEN_BY_ALL = {
    "accounts_user", "projects_project", "tasks_activity", "tasks_attachment", "tasks_checklistitem",
    "tasks_column", "tasks_comment", "tasks_label", "tasks_task",
}  # fmt: skip

NOW = "(extract(epoch FROM clock_timestamp()) * 100000)::bigint"


def asked(sql: str, *values) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture
def sequence(transactional_db):
    """One of the test's own, that all connections see."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE made_for_a_test")
    yield "made_for_a_test"
    with connection.cursor() as cursor:
        cursor.execute("DROP SEQUENCE made_for_a_test")


def test_what_counts_is_never_shown_or_seen_by_all(db):
    """A new table needs a decision: give it ids of time (accounts/ids.py), or say here why it may count."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    ours = {app.label for app in apps.get_app_configs() if app.path == str(settings.BASE_DIR / app.label)}
    tables = [model._meta.db_table for model in models if model._meta.app_label in ours]
    counting = asked(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema()"
        " AND table_name = ANY(%s) AND column_name = 'id' AND column_default NOT LIKE 'id_made_of_time(%%'"
        " IS NOT FALSE",
        tables,
    )
    assert set(counting) == NEVER_SHOWN | SEEN_BY_ALL


@pytest.mark.parametrize("clock", ["on", "back"])
def test_ids_are_unique_and_rise_for_everybody_who_makes_some_at_once(sequence, clock):
    """With a clock that goes on they are its own; one that went back by a day is waited for, and they count."""
    if clock == "back":
        asked(f"SELECT setval(%s, {NOW} + 8640000000)", sequence)

    def make(_: int) -> list[int]:
        """One by one, and several in a statement."""
        try:
            single = [asked("SELECT id_made_of_time(%s)", sequence)[0] for _ in range(100)]
            return single + asked("SELECT id_made_of_time(%s) FROM generate_series(1, 500)", sequence)
        finally:
            connections.close_all()

    (begun,) = asked(f"SELECT {NOW}" if clock == "on" else f"SELECT last_value FROM {sequence}")
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(make, range(4)))
    # Those that come quicker than the clock's own steps count as well.
    ended = 2400 + (asked(f"SELECT {NOW}")[0] if clock == "on" else begun)
    assert all(ids == sorted(ids) for ids in made)
    together = [each for ids in made for each in ids]
    assert len(set(together)) == len(together) == 2400
    assert begun <= min(together) and max(together) <= ended


def test_an_id_waits_for_no_transaction_that_has_one_already(sequence):
    def make() -> list[int]:
        try:
            return asked(
                "SELECT id_made_of_time(%s)", sequence
            )  # or the lock's time-out, as in every process
        finally:
            connections.close_all()

    with transaction.atomic(), ThreadPoolExecutor(1) as other:
        (first,) = asked("SELECT id_made_of_time(%s)", sequence)
        (second,) = other.submit(make).result()
        assert first < second < asked("SELECT id_made_of_time(%s)", sequence)[0]
        assert asked("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == [0]


@pytest.mark.django_db(transaction=True)
def test_rows_that_were_counted_stay_and_new_ones_come_after_them_there_and_back(project, ana):
    """Both ways, as an upgrade and a return to the version before do."""
    room = project.rooms.get()
    table, made = "chat_message", [room.post("Made of time", by=ana).pk]

    def migrate(name: str) -> None:
        executor = MigrationExecutor(connection)
        executor.migrate([("chat", name)])

    try:
        migrate("0006_database_defaults")
        assert asked(f"SELECT pg_get_serial_sequence('{table}', 'id')") == ["public.chat_message_id_seq"]
        made.append(room.post("Counted", by=ana).pk)
        assert made[1] == made[0] + 1
    finally:
        migrate("0007_ids_made_of_time")
    assert asked(f"SELECT pg_get_serial_sequence('{table}', 'id')") == ["public.chat_message_id_seq"]
    (begun,) = asked(f"SELECT {NOW}")
    made.append(room.post("Made of time again", by=ana).pk)
    assert made[1] < begun <= made[2]
    assert list(room.messages.order_by("pk").values_list("pk", flat=True)) == made
