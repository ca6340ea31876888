"""What happens in a project's life, as far as it concerns its rooms."""

from typing import Any

from django.db.models import Q
from django.db.models.signals import post_delete, post_save, pre_delete
from django.dispatch import receiver

from accounts.models import User
from chat import hearing
from chat.forgetting import forget_messages
from chat.models import Channel, ChannelMembership, MessageAttachment, Room, RoomMembership
from projects import live
from projects.models import Membership, Project, Upload
from projects.signals import member_joined, member_left, project_created


@receiver(project_created)
def open_first_channel(project: Project, by: Any, **_: Any) -> None:
    Channel.open(project, "General", guests=True, by=by)


@receiver(member_joined)
def join_first_room(project: Project, user: Any, **_: Any) -> None:
    if room := Room.objects.filter(project=project).visible_to(user).default():
        room.join(by=user)


@receiver(member_left)
def leave_rooms(project: Project, user: Any, by: Any, **_: Any) -> None:
    with live.atomic():
        hearing.changed(project, user.pk, by=by.pk)  # should they come back, then with other channels perhaps
        for room in Room.objects.filter(project=project, places__user=user).select_related("channel"):
            room.leave(user=user, by=by)
        concerned = Channel.objects.filter(Q(memberships__user=user) | Q(host=user), project=project)
        for channel in list(concerned.select_related("project").distinct()):
            for place in channel.memberships.filter(user=user):
                channel.lose(place, by=by)
            channel.stand_without(user.pk, by=by)


@receiver(post_save, sender=Membership)
def follow_role(
    instance: Membership, created: bool, update_fields: frozenset | None = None, **_: Any
) -> None:
    """As a guest one is only in the channels that are open to guests, or that one was added to."""
    if created or "role" not in (update_fields or ()):
        return
    by = User.objects.filter(pk=instance.by).first() or instance.user
    hearing.changed(instance.project, instance.user_id, by=instance.by)
    mine = Room.objects.filter(project=instance.project, places__user=instance.user_id)
    for room in mine.exclude(pk__in=mine.open_to(instance.user_id).values("pk")).select_related("channel"):
        room.leave(user=instance.user_id, by=by)
    for channel in Channel.objects.filter(
        project=instance.project, private=True, memberships__user=instance.user_id
    ):
        channel.stand_without(instance.user_id, by=by)


@receiver(post_save, sender=ChannelMembership)
@receiver(post_delete, sender=ChannelMembership)
def announce_circle(instance: ChannelMembership, raw: bool = False, **_: Any) -> None:
    if not raw:
        hearing.changed(instance.project, instance.user_id, by=instance.by)


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
