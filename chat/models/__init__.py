from chat.models.attachment import MessageAttachment
from chat.models.channel import Channel
from chat.models.channel_membership import ChannelMembership
from chat.models.mention import Mention
from chat.models.message import Message
from chat.models.revision import Revision
from chat.models.room import Room
from chat.models.room_membership import RoomMembership
from chat.models.thread_follow import ThreadFollow

__all__ = [
    "Channel",
    "ChannelMembership",
    "Mention",
    "Message",
    "MessageAttachment",
    "Revision",
    "Room",
    "RoomMembership",
    "ThreadFollow",
]
