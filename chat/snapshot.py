"""Chat's part of a project's snapshot."""

from typing import Any

from chat.models import Channel, Room, RoomMembership, ThreadFollow
from projects.models import Project
from projects.snapshot import section


@section("channels")
def channels(project: Project, user: Any) -> list[dict[str, Any]]:
    return Channel.objects.filter(project=project).open_to(user).rows()


@section("rooms")
def rooms(project: Project, user: Any) -> list[dict[str, Any]]:
    return Room.objects.filter(project=project).open_to(user).rows()


@section("readings")
def readings(project: Project, user: Any) -> list[dict[str, Any]]:
    return RoomMembership.objects.filter(room__project=project, user=user).readings()


@section("follows")
def follows(project: Project, user: Any) -> list[dict[str, Any]]:
    """The threads that one follows, those with the newest replies first."""
    return ThreadFollow.objects.filter(room__project=project, user=user).latest().rows()
