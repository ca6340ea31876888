from chat.models.channel import Channel, ChannelMembership
from chat.models.message import Message
from chat.models.revision import Revision
from chat.models.room import Room, RoomMembership

__all__ = ["Channel", "ChannelMembership", "Message", "Revision", "Room", "RoomMembership"]
