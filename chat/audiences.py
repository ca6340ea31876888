"""Who hears which channel that is not for everyone: what the feed and the log ask through `projects.access`."""

from collections import defaultdict
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from chat.models import Channel, ChannelMembership, Message, Room
from projects import access
from projects.models import Membership
from projects.models.membership import Role

CROWD = 100  # members of a room


def private_audiences(project_id: int) -> dict[int, set[int]]:
    """User id -> ids of the project's channels that are not for everyone in it and that the person is in."""
    heard: dict[int, set[int]] = defaultdict(set)
    # All members are in a public one; guests in those they were added to.
    closed = set(
        Channel.objects.filter(project_id=project_id, private=False, guests=False).values_list(
            "pk", flat=True
        )
    )
    if closed:
        members = Membership.objects.filter(project_id=project_id).exclude(role=Role.GUEST)
        for user_id in members.values_list("user_id", flat=True):
            heard[user_id] |= closed
    rows = ChannelMembership.objects.filter(channel__project_id=project_id)
    for user_id, channel_id, private in rows.values_list("user_id", "channel_id", "channel__private"):
        if private or channel_id in closed:
            heard[user_id].add(channel_id)
    return dict(heard)


def private_audiences_of(user_id: int, project_id: int) -> set[int]:
    """The same of one person alone, in one query: a project may have many people in many channels."""
    path = {"project_id": project_id, "user_id": user_id}
    member = Exists(Membership.objects.filter(**path).exclude(role=Role.GUEST))
    inside = Exists(ChannelMembership.objects.filter(channel=OuterRef("pk"), user_id=user_id))
    channels = Channel.objects.filter(Q(private=True) | Q(guests=False), project_id=project_id)
    return set(channels.filter(inside | (Q(private=False) & member)).order_by().values_list("pk", flat=True))


def room_audiences(project_id: int) -> dict[int, int | None]:
    """Room id -> id of its channel when not all hear it, else None; NOBODY where a crowd is, who hear no typing."""
    rooms = Room.objects.filter(project_id=project_id).annotate(people=Count("places"))
    return {
        room_id: access.NOBODY if people > CROWD else None if guests and not private else channel_id
        for room_id, channel_id, private, guests, people in rooms.values_list(
            "pk", "channel_id", "channel__private", "channel__guests", "people"
        )
    }


def address_of_message(user: Any, project: Any, message_id: int) -> str:
    return access.find(user, Message.objects.filter(room__project=project), message_id).get_absolute_url()


def find_room(user: Any, project: Any, room_id: int) -> None:
    access.find(user, Room.objects.filter(project=project), room_id)


access.find_room = find_room
access.address_of_message = address_of_message
access.private_audiences = private_audiences
access.private_audiences_of = private_audiences_of
access.room_audiences = room_audiences
