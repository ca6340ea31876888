"""Django's admin for tables of any size, and for rows that others are looking at."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, QuerySet, Subquery
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin import MOST_COUNTED, BoundedPaginator
from accounts.models import User
from projects import auditing, live
from projects.errors import Conflict
from projects.live import Live
from projects.models import AuditEntry, Event, FormerMember, Invitation, Membership, Project, Upload

admin.site.site_header = admin.site.site_title = _("Taskroom")
admin.site.index_title = _("Taskroom")


class LargeTableAdmin(admin.ModelAdmin):
    """Lists that count no table, forms without a choice of all people, and changes that everybody sees live.

    Whatever is saved or deleted here is done in one `live.atomic` block, one row at a time, by the person who is
    signed in. What a model refuses (ValidationError, Conflict) is said on the page.
    """

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 200

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._announcing(super().changeform_view, request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._announcing(super().changelist_view, request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._announcing(super().delete_view, request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        self._signed(request, obj, change).save()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self._signed(request, obj, True).delete()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for obj in queryset:
            self.delete_model(request, obj)

    def get_deleted_objects(self, objs: Iterable[Any], request: HttpRequest) -> tuple[list, dict, set, list]:
        """What the page asks back about: the rows themselves, and how much hangs on them, counted to MOST_COUNTED."""
        rows = list(objs)
        counts = {self.opts.verbose_name_plural: len(rows)}
        for relation in self.opts.related_objects:
            if not relation.many_to_many:
                others = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": rows})
                if count := others.order_by()[:MOST_COUNTED].count():
                    counts[relation.related_model._meta.verbose_name_plural] = count
        needed = set() if self.has_delete_permission(request) else {self.opts.verbose_name}
        return [str(row) for row in rows], counts, needed, []

    def each(
        self, request: HttpRequest, queryset: QuerySet, verb: Callable[[Any], None], one: str, many: str
    ) -> None:
        """An action: the verb on every row, and `one` or `many` (with %(count)d) of how many there were."""
        count = 0
        for obj in queryset:
            verb(obj)
            count += 1
        self.message_user(request, ngettext(one, many, count) % {"count": count}, messages.SUCCESS)

    def _signed(self, request: HttpRequest, obj: Any, change: bool) -> Any:
        """The row, with the person who is signed in as its actor."""
        columns = {field.name for field in self.opts.fields}
        if not change and "created_by" in columns and obj.created_by_id is None:
            obj.created_by = request.user
        if "updated_by" in columns:
            obj.updated_by = request.user
        return obj.done_by(request.user) if isinstance(obj, Live) else obj

    def _announcing(
        self, view: Callable[..., HttpResponse], request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        try:
            with live.atomic():
                return view(request, *args, **kwargs)
        except ValidationError as error:
            words = " ".join(error.messages)
        except Conflict as error:
            words = str(error)
        self.message_user(request, words, messages.ERROR)
        return redirect(request.get_full_path())


class StateFilter(admin.SimpleListFilter):
    """A filter whose choices are methods of the QuerySet."""

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        known = {value for value, _words in self.lookup_choices}
        return getattr(queryset, self.value())() if self.value() in known else queryset


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

    list_display = ["user", "project", "left_at"]
    list_select_related = ["user", "project"]
    list_filter = ["left_at"]
    search_fields = ["user__handle", "user__name", "user__email", "project__name"]
    ordering = ["-id"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: FormerMember | None = None) -> bool:
        return False


class OpenFilter(StateFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", _("Open")), ("closed", _("Closed"))]


@admin.register(Invitation)
class InvitationAdmin(LargeTableAdmin):
    """Made in the project, where the link is shown once: here it could only be looked at, or ended."""

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

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.action(description=_("Revoke"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet) -> None:
        self.each(request, queryset.filter(revoked_at=None), partial(Invitation.revoke, by=request.user),
                  "%(count)d invitation revoked.", "%(count)d invitations revoked.")  # fmt: skip


class EventNameFilter(admin.SimpleListFilter):
    """The names there can be, from the models: asking the log for those it holds would read all of it."""

    title = _("name")
    parameter_name = "name"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        nouns = sorted({model.noun for model in apps.get_models() if issubclass(model, Live)})
        names = [f"{noun}.{change}" for noun in nouns for change in ("created", "updated", "deleted")]
        return [(name, name) for name in [*names, "project.reset"]]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(name=self.value()) if self.value() else queryset


@admin.register(Event)
class EventAdmin(LargeTableAdmin):
    """The log is written by what happens, and by nobody else."""

    list_display = ["sequence", "name", "place", "object_id", "who", "audience", "at"]
    list_select_related = ["project"]
    list_filter = [EventNameFilter]
    search_fields = ["project"]
    search_help_text = _("The number or the key of a project.")
    fields = ["project", "sequence", "name", "object_id", "who", "audience", "at", "text"]
    ordering = ["-id"]
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        handle = User.objects.filter(pk=OuterRef("by")).values("handle")
        return super().get_queryset(request).annotate(who=Subquery(handle))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, term: str
    ) -> tuple[QuerySet, bool]:
        term = term.strip()
        if term.isascii() and term.isdecimal() and len(term) < 19:
            return queryset.filter(project=int(term)), False
        if term:
            queryset = queryset.filter(project__in=Project.objects.filter(key=term.upper()))
        return queryset, False

    @admin.display(description=_("project"))
    def place(self, event: Event) -> str:
        return f"{event.project.key} ({event.project_id})"

    @admin.display(description=_("by"))
    def who(self, event: Event) -> str:
        return f"@{event.who}" if event.who else "–"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return False


class AuditKindFilter(admin.SimpleListFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, str(each.label)) for kind, each in auditing.KINDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(LargeTableAdmin):
    """Written by verbs; whoever could change or delete an entry could do anything unseen."""

    list_display = ["words", "project", "kind", "at"]
    list_select_related = ["project", "by", "about"]
    list_filter = [AuditKindFilter, "at"]
    search_fields = ["by__handle", "about__handle", "project__name"]
    fields = ["project", "kind", "words", "by", "about", "at", "details", "only_for"]
    ordering = ["-id"]
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False


@admin.register(Upload)
class UploadAdmin(LargeTableAdmin):
    """What takes room on the disk. A file goes with what it hangs on, or by `prune`: never from under it."""

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

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Upload | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Upload | None = None) -> bool:
        return False
