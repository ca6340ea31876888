"""What somebody has read in a room."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from chat.models.message import Message
from chat.models.room_membership import RoomMembership, nothing_read
from chat.models.thread_follow import ThreadFollow
from projects import access, live, push


class Reading:
    """How far people have read in a Room."""

    def read(self, message_id: int, *, thread: int | None = None, by: Any) -> dict[str, Any]:
        """`by` has read up to this message of the room, or of a thread in it; never takes back.

        Answers how the room then stands for them; their other pages hear of it at once. ValidationError for what is
        no message of this room. One that was deleted meanwhile stands for the one before it, in the conversation or
        in that `thread`.
        """
        try:
            thread = self._thread_of(message_id, "message")
        except ValidationError:
            if not self._was_deleted(message_id, by=by):
                raise
            before = Message.objects.before(self, message_id, strand=thread or 0)
            message_id = before.values_list("pk", flat=True).first() or 0
        if thread:
            moved = ThreadFollow.objects.filter(thread=thread, user=by).read(message_id)
        else:
            mine = RoomMembership.objects.filter(room=self, user=by)
            moved = mine.filter(last_read__lt=message_id).update(last_read=message_id)
        return self._tell_reading(by) if moved else self.reading_of(by)

    @live.atomic()
    def unread(self, message_id: int, *, by: Any) -> dict[str, Any]:
        """Takes reading back: this message and what came after it are unread again, until `by` reads anew.

        In a thread, they follow it from then on. ValidationError for what is no message of this room.
        """
        thread = self._thread_of(message_id, "message")
        if thread:
            ThreadFollow.objects.follow(self._root(thread), by=by)
            moved = ThreadFollow.objects.filter(thread=thread, user=by).unread(message_id)
        else:
            moved = RoomMembership.objects.filter(room=self, user=by).update(last_read=message_id - 1)
        return self._tell_reading(by, back=thread or 0) if moved else self.reading_of(by)

    def reading_of(self, user: Any) -> dict[str, Any]:
        places = RoomMembership.objects.filter(room=self, user=user)
        return next(iter(places.readings()), nothing_read(self.pk))

    def _tell_reading(self, user: Any, *, back: int | None = None) -> dict[str, Any]:
        """`back`: what was taken back, 0 for the conversation or the root of a thread."""
        reading = self.reading_of(user)
        frame = {"type": "read", **reading, "message": reading["last_read"], "back": back}
        transaction.on_commit(lambda: push.to_user(user.pk, frame), robust=True)
        return reading

    def _thread_of(self, message_id: int, field: str) -> int | None:
        """The root of the thread that a message of this room stands in. ValidationError where there is none such."""
        found = self.messages.filter(pk=message_id, pk__gt=self.sees_after).values_list(
            "thread_id", flat=True
        )
        if not found:
            raise ValidationError({field: [_("There is no such message in this room.")]})
        return found[0]

    def _was_deleted(self, message_id: int, *, by: Any) -> bool:
        """Whether a message had this id that was deleted, as the log tells `by`, who learns nothing else here."""
        heard = self.project.events.heard_by(access.audiences_of(by.pk, self.project_id))
        return heard.filter(name="message.deleted", object_id=message_id).exists()

    def _root(self, message_id: int | None) -> Message | None:
        """What an answer to that message hangs on: an answer to an answer goes to the same root."""
        if message_id is None:
            return None
        root = Message.objects.filter(pk=self._thread_of(message_id, "thread") or message_id).first()
        if root is None:  # deleted in this very moment
            raise Http404
        root.room = self
        return root
