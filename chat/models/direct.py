"""Direct conversations: between two or more people of a project, found again by who they are."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from chat.models.channel import Channel, Kind
from chat.models.channel_membership import ChannelMembership
from chat.models.level import Level
from chat.models.order import put
from chat.models.room import Room
from chat.models.writing import lock
from projects import live
from projects.models import Project

MOST_PEOPLE = 20


@live.atomic()
def between(project: Any, users: Iterable[int], *, by: Any) -> tuple[Room, bool]:
    """The room that `by` and these people have for themselves, and whether it is new.

    ValidationError for nobody else, for too many, and for who is not in the project.
    """
    people = sorted({*users, by.pk})
    members = _members(project, people, by=by)
    lock(Project.objects.filter(pk=project.pk))
    channel = project.channels.filter(kind=Kind.DIRECT, people=people).first()
    made = channel is None
    if channel is None:
        channel = _open(project, people, by=by)
    # Also those who had left the project meanwhile.
    inside = set(channel.memberships.values_list("user_id", flat=True))
    room = channel.rooms.get()
    room.channel = channel
    for member in members:
        if member.user_id not in inside:
            ChannelMembership(channel=channel, user=member.user).done_by(by).save()
            room.join(user=member.user, by=by)
    return room, made


def _members(project: Any, people: list[int], *, by: Any) -> list[Any]:
    if people == [by.pk]:
        raise ValidationError({"users": [_("Choose somebody to talk to.")]})
    if len(people) > MOST_PEOPLE:
        raise ValidationError(
            {"users": [_("At most %(most)d people; make a channel.") % {"most": MOST_PEOPLE}]}
        )
    members = list(project.memberships.filter(user__in=people).select_related("user").order_by("pk"))
    if len(members) < len(people):
        raise ValidationError({"users": [_("There is nobody like that in this project.")]})
    return members


def _open(project: Any, people: list[int], *, by: Any) -> Channel:
    channel = Channel(project=project, kind=Kind.DIRECT, private=True, people=people, created_by=by)
    channel.may_post = channel.may_pin = Level.EVERYONE
    channel.may_create_rooms = channel.may_invite = Level.ADMINS
    put(channel)
    channel.done_by(by).save()
    Room(project=project, channel=channel, name="direct", created_by=by).done_by(by).save()
    return channel
