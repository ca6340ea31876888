"""Django's admin for tables of any size, and for rows that others are looking at."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import ngettext

from accounts.admin import MOST_COUNTED, BoundedPaginator
from projects import live
from projects.errors import Conflict
from projects.live import Live


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

    # "add", "change", "delete": what nobody does here, whatever they may.
    not_by_hand: Collection[str] = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return "add" not in self.not_by_hand and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return "change" not in self.not_by_hand and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return "delete" not in self.not_by_hand and super().has_delete_permission(request, obj)

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


class ValueFilter(admin.SimpleListFilter):
    """A filter by the column `parameter_name`, whose values are known without asking the table for them."""

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(**{self.parameter_name: self.value()}) if self.value() else queryset
