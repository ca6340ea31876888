"""What the API of channels, rooms and messages takes and gives."""

from datetime import datetime
from typing import Annotated, Literal, Self

from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import Field, StrictBool, model_validator

from projects.schemas import ClientId, Id, In, Line, Name, Out, Text, UploadOut, blank

Topic = Line | Annotated[str, Field(max_length=0)]
LevelName = Literal["everyone", "members", "admins"]
HistoryName = Literal["start", "arrival"]
Cursor = Annotated[int, Field(ge=1, le=2**63 - 1)] | None


class ChannelIn(In):
    """`may_...`: who may do that, of those who are in it. `history`: what newcomers of a private channel may read."""

    name: Name
    topic: Topic = ""
    private: StrictBool = False
    guests: StrictBool = False
    may_post: LevelName = "everyone"
    may_create_rooms: LevelName = "everyone"
    may_invite: LevelName = "admins"
    may_pin: LevelName = "everyone"
    history: HistoryName = "start"


class ChannelPatch(In):
    """`host`: the person who manages it from now on, whatever their role."""

    name: Name = None
    topic: Topic = None
    private: StrictBool = None
    guests: StrictBool = None
    may_post: LevelName = None
    may_create_rooms: LevelName = None
    may_invite: LevelName = None
    may_pin: LevelName = None
    history: HistoryName = None
    host: Id = None


class ChannelMoveIn(In):
    """Before or after another channel; neither: to the end."""

    before: Id | None = None
    after: Id | None = None


class ChannelOut(Out):
    """`people`: of a "direct" conversation, which has no name of its own. `host`: who manages it beside the admins."""

    id: int
    kind: Literal["channel", "direct"]
    name: str
    topic: str
    private: bool
    guests: bool
    position: str
    archived_at: datetime | None
    may_post: LevelName
    may_create_rooms: LevelName
    may_invite: LevelName
    may_pin: LevelName
    history: HistoryName
    people: list[int]
    host: int | None


class DirectIn(In):
    users: Annotated[list[Id], Field(min_length=1, max_length=100)]


class ChannelMemberIn(In):
    user: Id


class ChannelMemberOut(Out):
    id: int
    channel: int
    user: int


class RoomIn(In):
    name: Name


class RoomOut(Out):
    id: int
    channel: int
    name: str
    members: list[int]
    created_by: int
    created_at: datetime


class DirectOut(Out):
    channel: ChannelOut
    room: RoomOut


class MessageIn(In):
    """`body` may be left out where there are `attachments`: ids of one's own uploads that hang nowhere yet.

    `thread`: the message it answers. `confirmed`: it may call more than a few people at once.
    """

    body: Text = ""
    attachments: Annotated[list[Id], Field(max_length=20)] = []
    thread: Id | None = None
    confirmed: StrictBool = False
    client_id: ClientId | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if blank(self.body) and not self.attachments:
            raise ValueError(_("This may not be empty."))
        return self


class MessagePatch(In):
    body: Text  # blank is refused by the message, unless it has attachments


class ReactionIn(In):
    emoji: Annotated[str, Field(max_length=40)]


class ForwardIn(In):
    """To `room`, below one's own words. `confirmed`: out of a private channel, or calling many people."""

    room: Id
    body: Text = ""
    confirmed: StrictBool = False
    client_id: ClientId | None = None


class ReactionOut(Schema):
    emoji: str
    users: list[int]


class ForwardedOut(Schema):
    author: int
    message: int


class MessageOut(Out):
    id: int
    room: int
    author: int
    body: str
    html: str
    attachments: list[UploadOut]
    client_id: str | None
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    thread: int | None
    reply_count: int
    last_reply_at: datetime | None
    repliers: list[int]
    reactions: list[ReactionOut]
    pinned_at: datetime | None
    pinned_by: int | None
    forwarded: ForwardedOut | None


class TextOut(Out):
    body: str
    html: str
    at: datetime


class ReadIn(In):
    message: Id


class ReadUpToIn(ReadIn):
    """`thread`: where the message stands, should it be deleted by now."""

    thread: Id | None = None


class ThreadReadingOut(Out):
    thread: int
    last_read: int
    unread: int
    first_unread: int
    last_unread: int
    mentions: int


class ReadingOut(Out):
    """`unread`: all there is, the followed threads' included; `history_unread`: in the conversation alone."""

    room: int
    last_read: int
    unread: int
    history_unread: int
    first_unread: int | None
    last_unread: int | None
    mentions: int
    threads: list[ThreadReadingOut]


class FollowingOut(Out):
    thread: int
    following: bool


class ChannelsOut(Out):
    items: list[ChannelOut]
    next: None = None


class ChannelMembersOut(Out):
    items: list[ChannelMemberOut]
    next: None = None


class RoomsOut(Out):
    items: list[RoomOut]
    next: None = None


class MessagesOut(Out):
    """Oldest first. `next`: the `before` of the page above; `newer`: the `after` of the page below."""

    items: list[MessageOut]
    next: int | None
    newer: int | None


class PinsOut(Out):
    """The newest pin first."""

    items: list[MessageOut]
    next: None = None


class TextsOut(Out):
    """What a message said, oldest first; the last is what it says now."""

    items: list[TextOut]
    next: None = None


class HistoryQuery(Schema):
    """The newest messages, or those `before`, `after` or `around` one."""

    before: Cursor = None
    after: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = None
    around: Cursor = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50

    @model_validator(mode="after")
    def _one_direction(self) -> Self:
        if sum(each is not None for each in (self.before, self.after, self.around)) > 1:
            raise ValueError(_("Give one of before, after and around."))
        return self
