"""What happened: the log of events, and the audit log."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from projects import auditing
from projects.admin.large_tables import LargeTableAdmin, ValueFilter
from projects.live import Live
from projects.models import AuditEntry, Event, Project


class EventNameFilter(ValueFilter):
    """The names there can be, from the models: asking the log for those it holds would read all of it."""

    title = _("name")
    parameter_name = "name"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        nouns = sorted({model.noun for model in apps.get_models() if issubclass(model, Live)})
        names = [f"{noun}.{change}" for noun in nouns for change in ("created", "updated", "deleted")]
        return [(name, name) for name in [*names, "project.reset"]]


@admin.register(Event)
class EventAdmin(LargeTableAdmin):
    """The log is written by what happens, and by nobody else."""

    not_by_hand = ["add", "change", "delete"]
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


class AuditKindFilter(ValueFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, str(each.label)) for kind, each in auditing.KINDS.items()]


@admin.register(AuditEntry)
class AuditEntryAdmin(LargeTableAdmin):
    """Written by verbs; whoever could change or delete an entry could do anything unseen."""

    not_by_hand = ["add", "change", "delete"]
    list_display = ["words", "project", "kind", "at"]
    list_select_related = ["project", "by", "about"]
    list_filter = [AuditKindFilter, "at"]
    search_fields = ["by__handle", "about__handle", "project__name"]
    fields = ["project", "kind", "words", "by", "about", "at", "details", "only_for"]
    ordering = ["-id"]
    actions = None
