"""Channels, rooms and messages over HTTP."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from chat import forwarding, history
from chat.models import Channel, ChannelMembership, Message, Room, ThreadFollow, direct
from chat.schemas import (
    ChannelIn,
    ChannelMemberIn,
    ChannelMemberOut,
    ChannelMembersOut,
    ChannelMoveIn,
    ChannelOut,
    ChannelPatch,
    ChannelsOut,
    DirectIn,
    DirectOut,
    FollowingOut,
    ForwardIn,
    HistoryQuery,
    MessageIn,
    MessageOut,
    MessagePatch,
    MessagesOut,
    PinsOut,
    ReactionIn,
    ReadIn,
    ReadingOut,
    ReadUpToIn,
    RoomIn,
    RoomOut,
    RoomsOut,
    TextsOut,
)
from projects import access
from projects.schemas import PathId

router = Router(tags=["chat"])


# Channels -------------------------------------------------------------------------------------------------


@router.get("/projects/{project_id}/channels", response=ChannelsOut)
def channels(request: HttpRequest, project_id: PathId):
    project = access.project(request.user, project_id)
    return {"items": Channel.objects.filter(project=project).open_to(request.user).rows()}


@router.post("/projects/{project_id}/channels", response={201: ChannelOut})
def open_channel(request: HttpRequest, project_id: PathId, payload: ChannelIn):
    project = access.project(request.user, project_id, to="manage_channels")
    return Status(201, Channel.open(project, by=request.user, **payload.dict()).row())


@router.patch("/channels/{channel_id}", response=ChannelOut)
def change_channel(request: HttpRequest, channel_id: PathId, payload: ChannelPatch):
    channel = access.find(request.user, Channel, channel_id, to="chat")
    channel.change(by=request.user, **payload.dict(exclude_unset=True))
    return channel.row()


@router.delete("/channels/{channel_id}", response={204: None})
def delete_channel(request: HttpRequest, channel_id: PathId):
    access.find(request.user, Channel, channel_id).remove(by=request.user)
    return Status(204, None)


@router.post("/channels/{channel_id}/move", response=ChannelOut)
def move_channel(request: HttpRequest, channel_id: PathId, payload: ChannelMoveIn):
    channel = access.find(request.user, Channel, channel_id)
    others = Channel.objects.visible_to(request.user).filter(project=channel.project)
    beside = {side: _beside(others, side, pk) for side, pk in payload.dict().items() if pk is not None}
    channel.move_to(by=request.user, **beside)
    return channel.row()


def _beside(channels: Any, side: str, pk: int) -> Channel:
    if found := channels.filter(pk=pk).first():
        return found
    raise ValidationError({side: [_("There is no such channel in this project.")]})


@router.post("/channels/{channel_id}/archive", response=ChannelOut)
def archive_channel(request: HttpRequest, channel_id: PathId):
    """It is only read from then on."""
    channel = access.find(request.user, Channel, channel_id)
    channel.archive(by=request.user)
    return channel.row()


@router.post("/channels/{channel_id}/restore", response=ChannelOut)
def restore_channel(request: HttpRequest, channel_id: PathId):
    channel = access.find(request.user, Channel, channel_id)
    channel.restore(by=request.user)
    return channel.row()


@router.get("/channels/{channel_id}/members", response=ChannelMembersOut)
def channel_members(request: HttpRequest, channel_id: PathId):
    """The people of a private channel; of a public one the guests who were added."""
    channel = access.find(request.user, Channel, channel_id)
    return {"items": ChannelMembership.objects.filter(channel=channel).order_by("pk").rows()}


@router.post("/channels/{channel_id}/members", response={201: ChannelMemberOut})
def add_channel_member(request: HttpRequest, channel_id: PathId, payload: ChannelMemberIn):
    channel = access.find(request.user, Channel, channel_id, to="chat")
    return Status(201, channel.add(payload.user, by=request.user).row())


@router.delete("/channels/{channel_id}/members/{user_id}", response={204: None})
def dismiss_channel_member(request: HttpRequest, channel_id: PathId, user_id: PathId):
    access.find(request.user, Channel, channel_id).dismiss(user_id, by=request.user)
    return Status(204, None)


@router.post("/projects/{project_id}/directs", response={200: DirectOut, 201: DirectOut})
def open_direct(request: HttpRequest, project_id: PathId, payload: DirectIn):
    """The conversation of these people and oneself: 201, or 200 when they have one already."""
    project = access.project(request.user, project_id, to="chat")
    room, made = direct.between(project, payload.users, by=request.user)
    return Status(201 if made else 200, {"channel": room.channel.row(), "room": room.row()})


# Rooms ----------------------------------------------------------------------------------------------------


@router.get("/channels/{channel_id}/rooms", response=RoomsOut)
def rooms(request: HttpRequest, channel_id: PathId):
    channel = access.find(request.user, Channel, channel_id)
    return {"items": Room.objects.filter(channel=channel).rows()}


@router.post("/channels/{channel_id}/rooms", response={201: RoomOut})
def open_room(request: HttpRequest, channel_id: PathId, payload: RoomIn):
    channel = access.find(request.user, Channel, channel_id, to="create_rooms")
    return Status(201, channel.open_room(payload.name, by=request.user).row())


@router.patch("/rooms/{room_id}", response=RoomOut)
def rename_room(request: HttpRequest, room_id: PathId, payload: RoomIn):
    room = access.find(request.user, Room, room_id, to="create_rooms")
    room.rename(payload.name, by=request.user)
    return room.row()


@router.delete("/rooms/{room_id}", response={204: None})
def delete_room(request: HttpRequest, room_id: PathId):
    access.find(request.user, Room, room_id, to="create_rooms").remove(by=request.user)
    return Status(204, None)


@router.post("/rooms/{room_id}/join", response=RoomOut)
def join(request: HttpRequest, room_id: PathId):
    room = access.find(request.user, Room, room_id, to="chat")
    room.join(by=request.user)
    return room.row()


@router.post("/rooms/{room_id}/leave", response=RoomOut)
def leave(request: HttpRequest, room_id: PathId):
    room = access.find(request.user, Room, room_id, to="chat")
    room.leave(by=request.user)
    return room.row()


# Goes out by itself while one reads, and is heard by nobody else: no send.
@router.post("/rooms/{room_id}/read", response=ReadingOut, throttle=[])
def read(request: HttpRequest, room_id: PathId, payload: ReadUpToIn):
    """One has read up to this message, of the conversation or of a thread; only ever forward."""
    room = access.find(request.user, Room, room_id)
    return room.read(payload.message, thread=payload.thread, by=request.user)


@router.post("/rooms/{room_id}/unread", response=ReadingOut)
def unread(request: HttpRequest, room_id: PathId, payload: ReadIn):
    """This message and what came after it are unread again."""
    return access.find(request.user, Room, room_id).unread(payload.message, by=request.user)


@router.get("/rooms/{room_id}/pins", response=PinsOut)
def pins(request: HttpRequest, room_id: PathId):
    room = access.find(request.user, Room, room_id)
    return {"items": Message.objects.pinned_in(room).filter(pk__gt=room.sees_after).rows()}


# Messages -------------------------------------------------------------------------------------------------


@router.get("/rooms/{room_id}/messages", response=MessagesOut)
def messages(request: HttpRequest, room_id: PathId, query: Query[HistoryQuery]) -> dict[str, Any]:
    return history.page(access.find(request.user, Room, room_id), query)


@router.post("/rooms/{room_id}/messages", response={200: MessageOut, 201: MessageOut})
def post(request: HttpRequest, room_id: PathId, payload: MessageIn):
    """201; or 200 with the first one when the `client_id` is known.

    409 with the number of `people` when it calls many at once ("@channel", "@here") without `confirmed`.
    """
    room = access.find(
        request.user, Room.objects.for_post_of, room_id, to="chat", client_id=payload.client_id
    )
    message = room.post(by=request.user, **payload.dict())
    return Status(200 if message.repeated else 201, message.latest_row())


@router.get("/messages/{message_id}", response=MessageOut)
def message(request: HttpRequest, message_id: PathId):
    return access.find(request.user, Message, message_id).row()


@router.patch("/messages/{message_id}", response=MessageOut)
def edit(request: HttpRequest, message_id: PathId, payload: MessagePatch):
    message = access.find(request.user, Message, message_id, to="chat")
    message.edit(payload.body, by=request.user)
    return message.row()


@router.delete("/messages/{message_id}", response={204: None})
def delete(request: HttpRequest, message_id: PathId):
    access.find(request.user, Message, message_id, to="chat").remove(by=request.user)
    return Status(204, None)


@router.get("/messages/{message_id}/history", response=TextsOut)
def texts(request: HttpRequest, message_id: PathId):
    return {"items": access.find(request.user, Message, message_id).history()}


@router.post("/messages/{message_id}/forward", response={200: MessageOut, 201: MessageOut})
def forward(request: HttpRequest, message_id: PathId, payload: ForwardIn):
    """201; or 200 with the first one when the `client_id` is known. 409 as for a post, and when its channel is
    private and `confirmed` is not set."""
    message = access.find(request.user, Message, message_id)
    room = forwarding.target(message, payload.room, by=request.user)
    how = {"client_id": payload.client_id, "confirmed": payload.confirmed}
    copy = forwarding.forward(message, room, payload.body, by=request.user, **how)
    return Status(200 if copy.repeated else 201, copy.latest_row())


# Threads, reactions and pins ------------------------------------------------------------------------------


@router.get("/messages/{message_id}/replies", response=MessagesOut)
def replies(request: HttpRequest, message_id: PathId, query: Query[HistoryQuery]) -> dict[str, Any]:
    """What was said in the thread of this message, without the one it began with."""
    message = access.find(request.user, Message, message_id)
    room = access.find(request.user, Room, message.room_id)  # which knows from when on it is theirs to read
    return history.page(room, query, strand=message.thread_id or message.pk)


@router.post("/messages/{message_id}/follow", response=FollowingOut)
def follow(request: HttpRequest, message_id: PathId):
    message = access.find(request.user, Message, message_id, to="chat")
    return {"thread": ThreadFollow.objects.follow(message, by=request.user), "following": True}


@router.delete("/messages/{message_id}/follow", response={204: None})
def unfollow(request: HttpRequest, message_id: PathId):
    ThreadFollow.objects.unfollow(access.find(request.user, Message, message_id), by=request.user)
    return Status(204, None)


@router.post("/messages/{message_id}/reactions", response=MessageOut)
def react(request: HttpRequest, message_id: PathId, payload: ReactionIn):
    """One's own emoji under a message; the same once more changes nothing."""
    message = access.find(request.user, Message, message_id, to="chat")
    message.react(payload.emoji, by=request.user)
    return message.row()


@router.delete("/messages/{message_id}/reactions/{emoji}", response={204: None})
def take_reaction_back(request: HttpRequest, message_id: PathId, emoji: str):
    access.find(request.user, Message, message_id, to="chat").take_back(emoji, by=request.user)
    return Status(204, None)


@router.post("/messages/{message_id}/pin", response=MessageOut)
def pin(request: HttpRequest, message_id: PathId):
    message = access.find(request.user, Message, message_id, to="chat")
    message.pin(by=request.user)
    return message.row()


@router.delete("/messages/{message_id}/pin", response={204: None})
def unpin(request: HttpRequest, message_id: PathId):
    access.find(request.user, Message, message_id, to="chat").unpin(by=request.user)
    return Status(204, None)
