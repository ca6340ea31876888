"""People and their tokens, in an admin that stays quick with a hundred thousand of them."""

from functools import cached_property
from typing import Any

from allauth.account.admin import EmailAddressAdmin as AllauthEmailAddressAdmin
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .models import APIToken, User

MOST_COUNTED = 10_000

# The admin's own sign-in knows no limit of tries; allauth's does.
admin.site.login = secure_admin_login(admin.site.login)
admin.site.unregister(Group)


class BoundedPaginator(Paginator):
    """Counts no further than MOST_COUNTED: nobody pages that far, and a count of all would read them all."""

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[:MOST_COUNTED].count()


class PersonCreationForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["email", "handle", "name"]
        field_classes: dict[str, type[forms.Field]] = {}


class PersonChangeForm(UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"
        field_classes: dict[str, type[forms.Field]] = {}


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    form = PersonChangeForm
    add_form = PersonCreationForm
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_display = ["handle", "name", "email", "is_active", "is_staff", "date_joined", "last_seen_at"]
    list_filter = ["is_active", "is_staff", "date_joined"]
    search_fields = ["handle", "name", "email"]
    ordering = ["-id"]
    filter_horizontal = ["user_permissions"]
    readonly_fields = ["date_joined", "last_login", "last_seen_at"]
    actions = ["activate", "deactivate"]
    fieldsets = [
        (None, {"fields": ["name", "handle", "email", "password", "time_zone"]}),
        (_("Access"), {"fields": ["is_active", "is_staff", "is_superuser", "user_permissions"]}),
        (_("Dates"), {"fields": ["date_joined", "last_login", "last_seen_at"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "handle", "name", "usable_password", "password1", "password2"]})
    ]

    @admin.action(description=_("Deactivate: end their access now"))
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        people = queryset.active().exclude(pk=request.user.pk)
        for user in people:
            user.deactivate(by=request.user)
        self._say(
            request, len(people), ngettext("%d person deactivated.", "%d people deactivated.", len(people))
        )

    @admin.action(description=_("Activate: let them in again"))
    def activate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        people = queryset.filter(is_active=False)
        for user in people:
            user.activate(by=request.user)
        self._say(request, len(people), ngettext("%d person activated.", "%d people activated.", len(people)))

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        # An address that was taken from somebody must not bring them a new password any more.
        EmailAddress.objects.filter(user=obj).exclude(email=obj.email).delete()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # What people wrote stands under their name; whoever leaves is deactivated.
        return False

    def _say(self, request: HttpRequest, number: int, words: str) -> None:
        self.message_user(request, words % number, messages.SUCCESS if number else messages.WARNING)


admin.site.unregister(EmailAddress)


@admin.register(EmailAddress)
class EmailAddressAdmin(AllauthEmailAddressAdmin):
    """allauth's, for as many people as there may be."""

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_select_related = ["user"]
    search_fields = ["email", "user__handle", "user__name"]


@admin.register(APIToken)
class APITokenAdmin(admin.ModelAdmin):
    """To look at and to revoke. Nobody makes a token for somebody else."""

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_display = ["name", "user", "tail", "created_at", "last_used_at"]
    list_select_related = ["user"]
    list_filter = ["created_at", "last_used_at"]
    search_fields = ["name", "tail", "user__handle", "user__email"]
    readonly_fields = ["user", "name", "digest", "tail", "created_at", "last_used_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
