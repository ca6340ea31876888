"""Carrying somebody's words from one room to another: copied, so that no door opens with them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from chat.models import Message, Room
from projects import access, uploading
from projects.errors import Conflict
from projects.models import Upload


def target(message: Message, room_id: int, *, by: Any) -> Room:
    """The room of the message's project that `by` may see and write in. ValidationError, or PermissionDenied."""
    rooms = Room.objects.visible_to(by).filter(project=message.project)
    room = rooms.filter(pk=room_id).first()
    if room is None:
        raise ValidationError({"room": [_("There is no such room in this project.")]})
    access.check(room, "chat")
    return room


def forward(
    message: Message, room: Room, words: str = "", *, confirmed: bool = False, by: Any, **how: Any
) -> Message:
    """A message in `room` that quotes this one under one's own `words`; both rooms as access.find gave them to `by`.

    Conflict when it would leave a private channel and is not `confirmed`. `how`: what `Room.post` takes besides.
    """
    if not message.body and not message.attachments:
        raise ValidationError({"message": [_("There is nothing in this message.")]})
    if message.room.channel.private and message.room.channel_id != room.channel_id and not confirmed:
        raise Conflict(
            _("This was said in a private channel. Others would read it in “%(room)s”.") % {"room": room},
            private=True,
        )
    quote = re.sub("^", "> ", message.body, flags=re.MULTILINE) if message.body else ""
    source = message.forwarded or {"author": message.author_id, "message": message.pk}
    body = "\n\n".join(filter(None, (words, quote)))
    with _copies(message, by=by) as files:
        return room.post(body, attachments=files, forwarded=source, confirmed=confirmed, by=by, **how)


@contextmanager
def _copies(message: Message, *, by: Any) -> Iterator[list[int]]:
    """The ids of its files once more, in their order; those that then hang nowhere are gone again."""
    files = {each.upload_id: each.upload for each in message.files.select_related("upload")}
    made: list[int] = []
    try:
        for row in message.attachments:
            if row["id"] in files:
                made.append(uploading.copy(files[row["id"]], by=by).pk)
        yield made
    finally:
        for upload in Upload.objects.loose().filter(pk__in=made):
            upload.delete()
