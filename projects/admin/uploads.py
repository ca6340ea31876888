"""Files in the admin."""

from django.contrib import admin

from projects.admin.large_tables import LargeTableAdmin
from projects.models import Upload


@admin.register(Upload)
class UploadAdmin(LargeTableAdmin):
    """What takes room on the disk. A file goes with what it hangs on, or by `prune`: never from under it."""

    not_by_hand = ["add", "change", "delete"]
    list_display = ["name", "project", "type", "size", "created_by", "created_at", "attached_at"]
    list_select_related = ["project", "created_by"]
    list_filter = ["created_at"]
    search_fields = ["name", "project__name", "created_by__handle"]
    fields = [
        "project",
        "name",
        "type",
        "size",
        "stored",
        "width",
        "height",
        "created_by",
        "created_at",
        "attached_at",
    ]
    ordering = ["-id"]
    actions = None
