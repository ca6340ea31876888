from django.db import migrations

from accounts.ids import MakeIdsOfTime


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0004_ids_made_of_time"), ("chat", "0006_database_defaults")]

    operations = [
        MakeIdsOfTime("channel"),
        MakeIdsOfTime("channelmembership"),
        MakeIdsOfTime("room"),
        MakeIdsOfTime("message"),
        MakeIdsOfTime("threadfollow"),
    ]
