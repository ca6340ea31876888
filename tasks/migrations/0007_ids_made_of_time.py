from django.db import migrations

from accounts.ids import MakeIdsOfTime


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0004_ids_made_of_time"), ("tasks", "0006_database_defaults")]

    operations = [
        MakeIdsOfTime("view"),
        MakeIdsOfTime("batch"),
    ]
