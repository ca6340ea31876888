import django.db.models.deletion
from django.db import migrations, models

# What was said so far; and whoever holds a number of the old count loads afresh.
COUNT = """
INSERT INTO projects_audience (project_id, audience, said, turns)
SELECT project_id, audience, count(*), 0 FROM projects_event WHERE audience IS NOT NULL GROUP BY project_id, audience;
UPDATE projects_counter SET epoch = gen_random_uuid()
WHERE project_id IN (SELECT project_id FROM projects_audience);
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0006_database_defaults")]

    operations = [
        migrations.AddField(
            model_name="counter",
            name="turns",
            field=models.BigIntegerField(
                db_default=0, default=0, help_text="how often everyone began to hear more, or less"
            ),
        ),
        migrations.CreateModel(
            name="Audience",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("audience", models.BigIntegerField(help_text="as in an event")),
                (
                    "said",
                    models.BigIntegerField(
                        help_text="events of the log, those included that it no longer keeps"
                    ),
                ),
                (
                    "turns",
                    models.BigIntegerField(
                        default=0, help_text="how often the person began to hear more, or less"
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="counts",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["project", "audience"], name="one_count_an_audience")
                ],
            },
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
    ]
