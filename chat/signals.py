"""What happens in a project's life, as far as it concerns its rooms."""

from typing import Any

from django.db.models.signals import post_delete, post_save, pre_delete
from django.dispatch import receiver

from chat.forgetting import forget_messages
from chat.models import Channel, ChannelMembership, MessageAttachment, Room, RoomMembership
from projects import live
from projects.models import Project, Upload
from projects.signals import member_joined, member_left, project_created


@receiver(project_created)
def open_first_channel(project: Project, by: Any, **_: Any) -> None:
    Channel.open(project, "General", by=by)


@receiver(member_joined)
def join_first_room(project: Project, user: Any, **_: Any) -> None:
    if room := Room.objects.filter(project=project).default():
        room.join(by=user)


@receiver(member_left)
def leave_rooms(project: Project, user: Any, by: Any, **_: Any) -> None:
    with live.atomic():
        for room in Room.objects.filter(project=project, places__user=user).select_related("channel"):
            room.leave(user=user, by=by)
        for place in ChannelMembership.objects.filter(channel__project=project, user=user):
            place.done_by(by).delete()


@receiver(post_save, sender=RoomMembership)
@receiver(post_delete, sender=RoomMembership)
def announce_people_of_room(
    instance: RoomMembership, created: bool = True, raw: bool = False, **_: Any
) -> None:
    if created and not raw:
        live.announce(instance.room)


@receiver(pre_delete, sender=Room)
def delete_messages(instance: Room, **_: Any) -> None:
    forget_messages(instance)


@receiver(post_delete, sender=MessageAttachment)
def delete_upload(instance: MessageAttachment, **_: Any) -> None:
    Upload.objects.filter(pk=instance.upload_id).delete()
