"""Who hears which private channel: what the feed and the log ask through `projects.access`."""

from collections import defaultdict

from django.db.models import Count

from chat.models import ChannelMembership, Room
from projects import access

CROWD = 100  # members of a room


def private_audiences(project_id: int) -> dict[int, set[int]]:
    """User id -> ids of the project's private channels that the person is in."""
    heard: dict[int, set[int]] = defaultdict(set)
    rows = ChannelMembership.objects.filter(channel__project_id=project_id, channel__private=True)
    for user_id, channel_id in rows.values_list("user_id", "channel_id"):
        heard[user_id].add(channel_id)
    return dict(heard)


def room_audiences(project_id: int) -> dict[int, int | None]:
    """Room id -> id of its channel when that is private, else None; NOBODY where a crowd is, which hears no typing."""
    rooms = Room.objects.filter(project_id=project_id).annotate(people=Count("places"))
    return {
        room_id: access.NOBODY if people > CROWD else channel_id if private else None
        for room_id, channel_id, private, people in rooms.values_list(
            "pk", "channel_id", "channel__private", "people"
        )
    }


access.private_audiences = private_audiences
access.room_audiences = room_audiences
