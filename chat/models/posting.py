"""Saying something in a room."""

from typing import Any

from django.db import IntegrityError
from django.utils.translation import ngettext

from chat.models.mention import Called, Mention, called_in
from chat.models.message import Message
from chat.models.thread_follow import ThreadFollow
from projects import live, people
from projects.errors import Conflict
from projects.models import Spent

ASK_ABOVE = 5  # people called at once by "@channel" or "@here"


class Posting:
    """How people speak in a Room."""

    def post(
        self,
        body: str,
        *,
        thread: int | None = None,
        client_id: str | None = None,
        confirmed: bool = False,
        by: Any,
        **values: Any,
    ) -> Message:
        """Say something; whoever speaks is in the room from then on.

        `thread`: id of the message it answers. `values`: what Message.written takes besides, as `attachments`.

        Conflict with the number of `people` when it calls more than ASK_ABOVE of them at once and is not `confirmed`.
        The same `client_id` again gives the first message, with `repeated` set; Conflict when that is deleted.
        Http404 when the room is gone. PermissionDenied where the channel lets others post.
        """
        self.channel.require("post", by=by, role=self.__dict__.get("my_role"))
        if self.__dict__.get("spent", True):  # see for_post_of
            Spent.objects.refuse("message", self.pk, by, client_id)
        message = Message.written(self, body, thread=self._root(thread), client_id=client_id, by=by, **values)
        try:
            with self._or_gone():
                self._add(message, confirmed=confirmed, by=by)
        except IntegrityError:
            first = self.messages.filter(author=by, client_id=client_id).first() if client_id else None
            if first is None:  # deleted in this very moment
                Spent.objects.refuse("message", self.pk, by, client_id)
                raise
            first.room, first.repeated = self, True
            return first
        return message

    def _add(self, message: Message, *, confirmed: bool, by: Any) -> None:
        called = self._called(called_in(message.html), confirmed=confirmed, by=by)
        joined = self._has(by)
        if joined and not (called or message.attachments or message.thread_id):
            message.done_by(by).save()
            return
        with live.atomic():
            if message.thread_id:
                message.thread._lock()
            message.done_by(by).save()
            if not joined:
                self._place(by, last_read=message.pk, by=by)
            if message.attachments:
                message.attach(by=by)
            if called:
                Mention.objects.note(message, called)
            if message.thread_id:
                message.thread.count_in(message, by=by)
                ThreadFollow.objects.told(message, called, by=by)

    def _called(self, called: Called, *, confirmed: bool, by: Any) -> list[int]:
        """Ids of those in the room whom a text calls."""
        if not (called.people or called.groups):
            return []
        named = set(self.those_in_it(called.people, but=by.pk)) if called.people else set()
        if called.groups:
            everyone = set(self.those_in_it(but=by.pk))
            group = everyone if "channel" in called.groups else people.present(everyone)
            if len(group) > ASK_ABOVE and not confirmed:
                raise Conflict(
                    ngettext(
                        "This would call %(people)d person.", "This would call %(people)d people.", len(group)
                    )
                    % {"people": len(group)},
                    people=len(group),
                )
            named |= group
        return sorted(named)

    def _has(self, user: Any) -> bool:
        joined = self.__dict__.get("joined")  # see for_post_of
        return self.places.filter(user=user).exists() if joined is None else joined
