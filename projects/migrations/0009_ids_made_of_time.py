from django.db import migrations

from accounts.ids import MakeIdsOfTime


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0004_ids_made_of_time"), ("projects", "0008_numbers_in_another_turn")]

    operations = [
        MakeIdsOfTime("upload"),
        MakeIdsOfTime("auditentry"),
        MakeIdsOfTime("invitation"),
    ]
