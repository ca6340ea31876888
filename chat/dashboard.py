"""The rooms' part of home."""

from typing import Any

from chat.models import Room, RoomMembership
from chat.models.room_membership import MOST_UNREAD
from projects.dashboard import part


@part("rooms")
def unread(user: Any) -> list[Room]:
    """My rooms with something new, the fullest first; each with its number of `unread` in words."""
    places = RoomMembership.objects.filter(user=user, room__project__archived_at=None)
    numbers = {row["room"]: row["unread"] for row in places.readings() if row["unread"]}
    rooms = list(Room.objects.visible_to(user).filter(pk__in=numbers))
    for room in rooms:
        room.unread = f"{MOST_UNREAD}+" if numbers[room.pk] >= MOST_UNREAD else str(numbers[room.pk])
    return sorted(rooms, key=lambda room: -numbers[room.pk])
