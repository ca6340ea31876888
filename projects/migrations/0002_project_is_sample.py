from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="project",
            name="is_sample",
            field=models.BooleanField(default=False, editable=False, verbose_name="sample"),
        ),
    ]
