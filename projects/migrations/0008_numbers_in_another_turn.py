from django.db import migrations

# A page of the version before may come back during a rolling deploy with one of the log's own numbers. In a turn of
# their own the new ones cannot be taken for it, and the page loads afresh.
TURN = """
UPDATE projects_counter SET turns = turns + 1 WHERE project_id IN (SELECT project_id FROM projects_audience)
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0007_numbers_of_ones_own")]

    operations = [migrations.RunSQL(TURN, migrations.RunSQL.noop)]
