"""Django's admin of channels, rooms and messages: at any size, and live like everything else."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from chat.models import Channel, ChannelMembership, Message, Revision, Room, RoomMembership
from chat.models.writing import save_named
from projects.admin.large_tables import LargeTableAdmin

NEWEST = 20_000  # messages that words are looked for in


class MadeInTheProject:
    """What people make where they need it; here it is found, changed and deleted."""

    not_by_hand = ["add"]

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        # The form knows nothing of the columns it only shows, so it cannot say that a name is taken.
        save_named(obj.done_by(request.user))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        obj.end(by=request.user)


@admin.register(Channel)
class ChannelAdmin(MadeInTheProject, LargeTableAdmin):
    list_display = ["__str__", "project", "kind", "private", "guests", "archived_at", "host", "created_at"]
    list_select_related = ["project", "host"]
    list_filter = ["kind", "private", "guests", "may_post", "created_at"]
    search_fields = ["name", "project__name"]
    fields = [
        "project", "kind", "name", "topic", "private", "guests", "may_post", "may_create_rooms", "may_invite",
        "may_pin", "history", "position", "host", "archived_at", "created_by", "created_at",
    ]  # fmt: skip
    # Who hears of it changes with its pages, not past them.
    readonly_fields = [
        "project", "kind", "private", "guests", "position", "host", "archived_at", "created_by", "created_at",
    ]  # fmt: skip
    ordering = ["-id"]

    def get_readonly_fields(self, request: HttpRequest, obj: Channel | None = None) -> list[str]:
        """A direct conversation has no name, and stays as it is here as everywhere."""
        return self.fields if obj and obj.direct else self.readonly_fields


@admin.register(ChannelMembership)
class ChannelMembershipAdmin(LargeTableAdmin):
    not_by_hand = ["change"]
    list_display = ["user", "channel", "joined_at"]
    list_select_related = ["user", "channel"]
    list_filter = ["joined_at"]
    search_fields = ["user__handle", "channel__name"]
    autocomplete_fields = ["channel", "user"]
    fields = ["channel", "user"]
    ordering = ["-id"]

    def save_model(self, request: HttpRequest, obj: ChannelMembership, form: ModelForm, change: bool) -> None:
        obj.pk = obj.channel.let_in(obj.user_id, by=request.user).pk

    def delete_model(self, request: HttpRequest, obj: ChannelMembership) -> None:
        obj.channel.take_out(obj.user_id, by=request.user)


@admin.register(Room)
class RoomAdmin(MadeInTheProject, LargeTableAdmin):
    list_display = ["name", "channel", "project", "created_by", "created_at"]
    list_select_related = ["channel", "project", "created_by"]
    list_filter = ["channel__private", "created_at"]
    search_fields = ["name", "channel__name", "project__name"]
    fields = ["project", "channel", "name", "created_by", "created_at"]
    readonly_fields = ["project", "channel", "created_by", "created_at"]
    ordering = ["-id"]


@admin.register(RoomMembership)
class RoomMembershipAdmin(LargeTableAdmin):
    not_by_hand = ["add", "change"]
    list_display = ["user", "room", "last_read", "joined_at"]
    list_select_related = ["user", "room"]
    list_filter = ["joined_at"]
    search_fields = ["user__handle", "room__name"]
    fields = ["room", "user", "last_read", "joined_at"]
    ordering = ["-id"]

    def delete_model(self, request: HttpRequest, obj: RoomMembership) -> None:
        obj.room.leave(user=obj.user, by=request.user)


class FoundByNumberOrAuthor(LargeTableAdmin):
    """Searched by the number of a message or by @handle: both have an index."""

    message_field, author_field = "pk", "author"
    search_fields = ["body"]
    search_help_text = _("The number of a message, or @handle of its author.")
    ordering = ["-id"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, term: str
    ) -> tuple[QuerySet, bool]:
        term = term.strip().replace("\x00", "")
        if term.isascii() and term.isdecimal() and len(term) < 19:
            return queryset.filter(**{self.message_field: int(term)}), False
        if term.startswith("@"):
            authors = User.objects.called([term[1:]]).values("pk")
            return queryset.filter(**{f"{self.author_field}__in": authors}), False
        return (self.with_words(queryset, term) if term else queryset), False

    def with_words(self, queryset: QuerySet, words: str) -> QuerySet:
        return queryset.none()


@admin.register(Message)
class MessageAdmin(MadeInTheProject, FoundByNumberOrAuthor):
    list_display = ["id", "author", "room", "__str__", "created_at", "edited_at"]
    list_select_related = ["author", "room"]
    list_filter = ["created_at", "edited_at"]
    search_help_text = _(
        "The number of a message, @handle of its author, or words of the newest 20,000 messages."
    )
    fields = ["room", "author", "body", "created_at", "edited_at"]
    readonly_fields = ["room", "author", "created_at", "edited_at"]

    def with_words(self, queryset: QuerySet, words: str) -> QuerySet:
        oldest = Message.objects.order_by("-pk").values_list("pk", flat=True)[NEWEST : NEWEST + 1].first()
        recent = queryset.filter(pk__gt=oldest) if oldest else queryset
        return recent.filter(body__icontains=words)

    def save_model(self, request: HttpRequest, obj: Message, form: ModelForm, change: bool) -> None:
        obj.reword(obj.body, by=request.user)


@admin.register(Revision)
class RevisionAdmin(FoundByNumberOrAuthor):
    """What messages said before: kept, or deleted when it should never have been said."""

    not_by_hand = ["add", "change"]
    message_field, author_field = "message", "message__author"
    list_display = ["message_id", "__str__", "created_at"]
    list_filter = ["created_at"]
    fields = ["message", "body", "created_at"]
