import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0003_attachments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Mention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("strand", models.BigIntegerField(help_text="0, or the root of the thread")),
            ],
        ),
        migrations.CreateModel(
            name="ThreadFollow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("last_read", models.BigIntegerField(default=0, help_text="id of the last reply read")),
                (
                    "news",
                    models.BigIntegerField(default=0, help_text="id of the newest reply of somebody else"),
                ),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="message",
            name="message_says_something",
        ),
        migrations.RemoveIndex(
            model_name="message",
            name="message_history",
        ),
        migrations.AddField(
            model_name="message",
            name="deleted_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="forwarded",
            field=models.JSONField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="last_reply_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="pinned_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="pinned_by",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="reactions",
            field=models.JSONField(blank=True, db_default=[], default=list, editable=False),
        ),
        migrations.AddField(
            model_name="message",
            name="repliers",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), db_default=[], default=list, editable=False, size=None
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="reply_count",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="message",
            name="thread",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="replies",
                to="chat.message",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="strand",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.comparison.Coalesce("thread_id", models.Value(0)),
                output_field=models.BigIntegerField(),
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["room", "strand", "id"], include=("author",), name="message_history"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("thread__isnull", False)), fields=["thread"], name="message_replies"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("pinned_at__isnull", False)),
                fields=["room", "-pinned_at"],
                name="message_pins",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("body", ""), _negated=True),
                    models.Q(("attachments", []), _negated=True),
                    ("deleted_at__isnull", False),
                    _connector="OR",
                ),
                name="message_says_something",
            ),
        ),
        migrations.AddField(
            model_name="mention",
            name="message",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="mentions",
                to="chat.message",
            ),
        ),
        migrations.AddField(
            model_name="mention",
            name="room",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="chat.room"
            ),
        ),
        migrations.AddField(
            model_name="mention",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="threadfollow",
            name="room",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="chat.room"
            ),
        ),
        migrations.AddField(
            model_name="threadfollow",
            name="thread",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="follows",
                to="chat.message",
            ),
        ),
        migrations.AddField(
            model_name="threadfollow",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="mention",
            index=models.Index(fields=["user", "room", "strand", "message"], name="mentions_unread"),
        ),
        migrations.AddIndex(
            model_name="mention",
            index=models.Index(fields=["room"], name="mentions_of_room"),
        ),
        migrations.AddConstraint(
            model_name="mention",
            constraint=models.UniqueConstraint(fields=("message", "user"), name="one_mention_a_message"),
        ),
        migrations.AddIndex(
            model_name="threadfollow",
            index=models.Index(fields=["user", "-news"], name="followed_threads"),
        ),
        migrations.AddIndex(
            model_name="threadfollow",
            index=models.Index(
                condition=models.Q(("news__gt", models.F("last_read"))),
                fields=["user", "room"],
                name="threads_with_news",
            ),
        ),
        migrations.AddConstraint(
            model_name="threadfollow",
            constraint=models.UniqueConstraint(fields=("thread", "user"), name="one_follow_a_thread"),
        ),
    ]
