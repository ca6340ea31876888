"""The board in Django's admin: every change goes through the verbs, so that open pages see it."""

import re
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from projects.admin.large_tables import LargeTableAdmin, StateFilter
from tasks.models import Activity, ChecklistItem, Column, Comment, Label, Task, View

REFERENCE = re.compile(r"([a-z][a-z0-9]{1,9})-([1-9][0-9]{0,17})", re.IGNORECASE | re.ASCII)


class BoardAdmin(LargeTableAdmin):
    """What belongs to one project for good, and is added, changed and removed by verbs of one shape."""

    list_select_related = ["project"]
    autocomplete_fields = ["project"]
    ordering = ["-id"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["project"] if obj else []

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        if change:
            obj.change(by=request.user, **{name: form.cleaned_data[name] for name in form.changed_data})
        else:
            become(obj, self.model.objects.add_to(**form.cleaned_data, by=request.user))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        obj.remove(by=request.user)


def become(obj: Any, made: Any) -> None:
    """The form's own instance takes the place of what the verb made, for what the admin does with it afterwards."""
    obj.__dict__.update(made.__dict__)


@admin.register(Column)
class ColumnAdmin(BoardAdmin):
    list_display = ["name", "project", "done", "limit"]
    list_filter = ["done"]
    search_fields = ["name", "project__name"]
    fields = ["project", "name", "done", "colour", "limit", "limit_refuses"]


@admin.register(Label)
class LabelAdmin(BoardAdmin):
    list_display = ["name", "project", "colour"]
    list_filter = ["colour"]
    search_fields = ["name", "project__name"]
    fields = ["project", "name", "colour"]


class TaskFilter(StateFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("open", _("Open")),
            ("overdue", _("Overdue")),
            ("completed", _("Completed")),
            ("discarded", _("Deleted")),
        ]


@admin.register(Task)
class TaskAdmin(LargeTableAdmin):
    list_display = [
        "ref",
        "title",
        "column",
        "priority",
        "due_at",
        "completed_at",
        "updated_by",
        "updated_at",
        "deleted_at",
    ]
    list_display_links = ["ref", "title"]
    list_select_related = ["project", "column", "updated_by"]
    list_filter = [TaskFilter, "priority", "due_at", "updated_at"]
    search_fields = ["title"]
    search_help_text = _("Words of the title, or a reference (WEB-12).")
    autocomplete_fields = ["column", "assignees", "labels"]
    fields = ["column", "title", "description", "assignees", "labels", "due_at", "priority", "project", "ref",
              "completed_at", "blocked_by", "watchers", "version", "created_by", "created_at",
              "updated_by", "updated_at", "deleted_at"]  # fmt: skip
    readonly_fields = fields[7:]
    ordering = ["-id"]
    actions = ["complete", "reopen", "move_to_done", "restore"]

    def get_fields(self, request: HttpRequest, obj: Task | None = None) -> list[str]:
        return self.fields if obj else self.fields[:7]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, term: str
    ) -> tuple[QuerySet, bool]:
        if named := REFERENCE.fullmatch(term.strip()):
            return queryset.filter(project__key=named[1].upper(), number=int(named[2])), False
        return super().get_search_results(request, queryset, term)

    def has_change_permission(self, request: HttpRequest, obj: Task | None = None) -> bool:
        """A deleted task is restored first."""
        return super().has_change_permission(request, obj) and (obj is None or not obj.gone)

    def save_model(self, request: HttpRequest, obj: Task, form: ModelForm, change: bool) -> None:
        values = {
            name: form.cleaned_data[name] for name in (form.changed_data if change else form.cleaned_data)
        }
        for name in {"assignees", "labels"} & set(values):
            values[name] = [each.pk for each in values[name]]
        column = values.pop("column", None)
        if not change:
            become(obj, Task.objects.add_to(column.project, column=column, by=request.user, **values)[0])
            return
        obj.change(by=request.user, **values)
        if column is not None:
            obj.move_to(column, by=request.user)

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: list, change: bool) -> None:
        """The verb has set people and labels."""

    def delete_model(self, request: HttpRequest, obj: Task) -> None:
        if not obj.gone:
            obj.discard(by=request.user)

    @admin.action(description=_("Complete"), permissions=["change"])
    def complete(self, request: HttpRequest, queryset: QuerySet) -> None:
        self.each(request, queryset.active().open(), lambda task: task.complete(by=request.user),
                  "%(count)d task completed.", "%(count)d tasks completed.")  # fmt: skip

    @admin.action(description=_("Reopen"), permissions=["change"])
    def reopen(self, request: HttpRequest, queryset: QuerySet) -> None:
        self.each(request, queryset.active().completed(), lambda task: task.reopen(by=request.user),
                  "%(count)d task reopened.", "%(count)d tasks reopened.")  # fmt: skip

    @admin.action(description=_("Move to the first done column"), permissions=["change"])
    def move_to_done(self, request: HttpRequest, queryset: QuerySet) -> None:
        def move(task: Task) -> None:
            if column := task.project.columns.done().first():
                task.move_to(column, by=request.user)

        self.each(request, queryset.active().filter(column__done=False), move,
                  "%(count)d task moved.", "%(count)d tasks moved.")  # fmt: skip

    @admin.action(description=_("Restore"), permissions=["change"])
    def restore(self, request: HttpRequest, queryset: QuerySet) -> None:
        self.each(request, queryset.discarded(), lambda task: task.restore(by=request.user),
                  "%(count)d task restored.", "%(count)d tasks restored.")  # fmt: skip


@admin.register(ChecklistItem)
class ChecklistItemAdmin(LargeTableAdmin):
    not_by_hand = ["add"]
    list_display = ["text", "task", "assignee", "ticked_at", "updated_at", "deleted_at"]
    list_select_related = ["task__project", "assignee"]
    list_filter = ["ticked_at"]
    search_fields = ["text"]
    fields = ["task", "text", "assignee", "ticked_at", "ticked_by", "created_by", "created_at", "deleted_at"]
    readonly_fields = ["task", "ticked_at", "ticked_by", "created_by", "created_at", "deleted_at"]
    autocomplete_fields = ["assignee"]
    ordering = ["-id"]

    def has_change_permission(self, request: HttpRequest, obj: ChecklistItem | None = None) -> bool:
        gone = obj is not None and (obj.gone or obj.task.gone)
        return super().has_change_permission(request, obj) and not gone

    def save_model(self, request: HttpRequest, obj: ChecklistItem, form: ModelForm, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in form.changed_data}
        if "assignee" in values:
            values["assignee"] = values["assignee"] and values["assignee"].pk
        obj.change(by=request.user, **values)

    def delete_model(self, request: HttpRequest, obj: ChecklistItem) -> None:
        if not obj.gone and not obj.task.gone:
            obj.discard(by=request.user)


@admin.register(Activity)
class ActivityAdmin(LargeTableAdmin):
    """To look at: what happened does not change."""

    not_by_hand = ["add", "change", "delete"]
    list_display = ["what", "about", "task", "by", "created_at"]
    list_select_related = ["task__project", "by"]
    list_filter = ["what", "created_at"]
    search_fields = ["about"]
    fields = ["task", "what", "about", "was", "now", "by", "created_at"]
    readonly_fields = fields
    ordering = ["-id"]


@admin.register(Comment)
class CommentAdmin(LargeTableAdmin):
    not_by_hand = ["add"]
    list_display = ["excerpt", "task", "author", "created_at", "edited_at"]
    list_select_related = ["task__project", "author"]
    list_filter = ["created_at"]
    search_fields = ["body"]
    fields = ["task", "author", "body", "created_at", "edited_at"]
    readonly_fields = ["task", "author", "created_at", "edited_at"]
    ordering = ["-id"]

    @admin.display(description=_("text"))
    def excerpt(self, comment: Comment) -> str:
        return str(comment)

    def save_model(self, request: HttpRequest, obj: Comment, form: ModelForm, change: bool) -> None:
        obj.edit(form.cleaned_data["body"], by=request.user)

    def delete_model(self, request: HttpRequest, obj: Comment) -> None:
        obj.remove(by=request.user)


@admin.register(View)
class ViewAdmin(LargeTableAdmin):
    """People make and change theirs at the board; here one that is in the way is taken away."""

    not_by_hand = ["add", "change"]
    list_display = ["name", "project", "owner", "shared", "updated_at"]
    list_select_related = ["project", "owner"]
    list_filter = ["shared", "updated_at"]
    search_fields = ["name", "project__name", "owner__handle"]
    fields = ["project", "owner", "name", "query", "shared", "created_at", "updated_at"]
    ordering = ["-id"]

    def delete_model(self, request: HttpRequest, obj: View) -> None:
        obj.remove(by=request.user)
