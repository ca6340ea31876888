"""Who is in a project, was in it, or is invited."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from projects.admin.large_tables import LargeTableAdmin, StateFilter
from projects.models import FormerMember, Invitation, Membership


@admin.register(Membership)
class MembershipAdmin(LargeTableAdmin):
    list_display = ["user", "project", "role", "joined_at"]
    list_select_related = ["user", "project"]
    list_filter = ["role", "joined_at"]
    search_fields = ["user__handle", "user__name", "user__email", "project__name"]
    autocomplete_fields = ["user", "project"]
    fields = ["project", "user", "role"]
    ordering = ["-id"]

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> list[str]:
        return ["project", "user"] if obj else []

    def save_model(self, request: HttpRequest, obj: Membership, form: ModelForm, change: bool) -> None:
        if not change:
            obj.begin(by=request.user)
        elif "role" in form.changed_data:
            role, obj.role = obj.role, form.initial["role"]
            obj.take_role(role, by=request.user)

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        obj.end(by=request.user)


@admin.register(FormerMember)
class FormerMemberAdmin(LargeTableAdmin):
    """Written by leaving, taken back by joining again; nothing here is made or changed by hand."""

    not_by_hand = ["add", "change"]
    list_display = ["user", "project", "left_at"]
    list_select_related = ["user", "project"]
    list_filter = ["left_at"]
    search_fields = ["user__handle", "user__name", "user__email", "project__name"]
    ordering = ["-id"]


class OpenFilter(StateFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", _("Open")), ("closed", _("Closed"))]


@admin.register(Invitation)
class InvitationAdmin(LargeTableAdmin):
    """Made in the project, where the link is shown once: here it could only be looked at, or ended."""

    not_by_hand = ["add"]
    list_display = [
        "project",
        "role",
        "email",
        "state",
        "uses",
        "max_uses",
        "expires_at",
        "created_by",
        "created_at",
    ]
    list_select_related = ["project", "created_by"]
    list_filter = [OpenFilter, "role", "created_at"]
    search_fields = ["email", "project__name", "created_by__handle"]
    fields = ["project", "role", "email", "expires_at", "max_uses", "uses", "created_by", "created_at", "revoked_at",
              "digest"]  # fmt: skip
    readonly_fields = ["project", "role", "email", "uses", "created_by", "created_at", "revoked_at", "digest"]
    ordering = ["-id"]
    actions = ["revoke"]

    @admin.action(description=_("Revoke"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet) -> None:
        self.each(request, queryset.filter(revoked_at=None), partial(Invitation.revoke, by=request.user),
                  "%(count)d invitation revoked.", "%(count)d invitations revoked.")  # fmt: skip
