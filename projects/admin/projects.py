"""Projects in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from projects.admin.large_tables import LargeTableAdmin, StateFilter
from projects.models import Project


class ArchivedFilter(StateFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("active", _("Active")), ("archived", _("Archived"))]


@admin.register(Project)
class ProjectAdmin(LargeTableAdmin):
    list_display = ["name", "key", "created_by", "created_at", "archived_at"]
    list_select_related = ["created_by"]
    list_filter = [ArchivedFilter, "is_sample", "created_at"]
    search_fields = ["name", "=key"]
    fields = [
        "name",
        "key",
        "description",
        "created_by",
        "created_at",
        "updated_at",
        "archived_at",
        "is_sample",
    ]
    readonly_fields = ["created_by", "created_at", "updated_at", "archived_at", "is_sample"]
    ordering = ["-id"]
    actions = ["archive", "restore"]

    def save_model(self, request: HttpRequest, obj: Project, form: ModelForm, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            obj.created_by = request.user
            obj.begin(by=request.user)

    @admin.action(description=_("Archive"), permissions=["change"])
    def archive(self, request: HttpRequest, queryset: QuerySet) -> None:
        self.each(request, queryset, lambda project: project.archive(by=request.user),
                  "%(count)d project archived.", "%(count)d projects archived.")  # fmt: skip

    @admin.action(description=_("Restore"), permissions=["change"])
    def restore(self, request: HttpRequest, queryset: QuerySet) -> None:
        self.each(request, queryset, lambda project: project.restore(by=request.user),
                  "%(count)d project restored.", "%(count)d projects restored.")  # fmt: skip
