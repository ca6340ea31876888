"""Somebody follows a thread: what is said in it counts as unread for them."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models.functions import Greatest, JSONObject

from chat.models.mention import Mention
from chat.models.message import Message
from projects import access, live
from projects.live import Live, LiveQuerySet

MOST_UNREAD = 100  # "100" means "100 or more"
MOST_FOLLOWED = 1_000  # threads a page knows of, those with the newest replies first


class ThreadFollowQuerySet(LiveQuerySet):
    def latest(self) -> Self:
        return self.order_by("-news", "-pk")[:MOST_FOLLOWED]

    def with_news(self) -> Self:
        return self.filter(news__gt=models.F("last_read"))

    def with_unread(self) -> ArraySubquery:
        """Beside rows with `room` and `user`, of the threads with news that the user follows there:
        [{thread, last_read, unread, called}], the last two lists of ids up to MOST_UNREAD."""
        unread = Message.objects.filter(
            room=models.OuterRef("room"),
            strand=models.OuterRef("thread"),
            pk__gt=models.OuterRef("last_read"),
        )
        unread = unread.exclude(author=models.OuterRef("user")).order_by("pk").values("pk")[:MOST_UNREAD]
        theirs = self.with_news().filter(room=models.OuterRef("room"), user=models.OuterRef("user"))
        rows = theirs.order_by("thread").annotate(
            unread=ArraySubquery(unread), called=Mention.objects.unread_of("thread", MOST_UNREAD)
        )
        fields = ("thread", "last_read", "unread", "called")
        return ArraySubquery(rows.values(row=JSONObject(**{field: field for field in fields})))

    # How far one has read stands in no event, so that it may change many rows at once.

    def note(self, reply: Message) -> None:
        """Somebody said something: news for all the others."""
        models.QuerySet.update(
            self.filter(thread=reply.thread_id).exclude(user=reply.author_id), news=reply.pk
        )

    def read(self, reply_id: int) -> int:
        return models.QuerySet.update(self.filter(last_read__lt=reply_id), last_read=reply_id)

    def unread(self, reply_id: int) -> int:
        """Taken back, to before this reply."""
        return models.QuerySet.update(self, last_read=reply_id - 1, news=Greatest("news", reply_id))

    @live.atomic()
    def follow(self, message: Message, *, by: Any) -> int:
        """`by` follows the thread of the message from now on, and is in its room. The id of the root."""
        root, room = message.thread or message, message.room
        root.room = room
        root._lock()  # as whoever answers it does: in two tabs one begins to follow once
        if not room.those_in_it([by.pk], but=0):
            room.join(by=by)
        newest = Message.objects.before(room, strand=root.pk).values_list("pk", flat=True).first()
        self.begin(root, {by.pk: newest or 0}, by=by)
        return root.pk

    @live.atomic()
    def unfollow(self, message: Message, *, by: Any) -> int:
        root_id = message.thread_id or message.pk
        for follow in self.filter(thread=root_id, user=by):
            follow.room = message.room
            follow.done_by(by).delete()
        return root_id

    def told(self, reply: Message, called: list[int], *, by: Any) -> None:
        """A reply was said: news for who follows its thread; who wrote it and whom it calls follow it from now on,
        and with the first one who wrote the root."""
        self.note(reply)
        new = {user: reply.pk - 1 for user in called}
        root = reply.thread
        if root.reply_count == 1 and root.author_id != by.pk:
            new |= dict.fromkeys(reply.room.those_in_it([root.author_id], but=by.pk), reply.pk - 1)
        self.begin(root, new | {by.pk: reply.pk}, news=reply.pk, by=by)

    def begin(self, root: Message, users: dict[int, int], *, news: int = 0, by: Any) -> None:
        """Each of the users, id -> id of the last reply they know, follows it unless they do."""
        known = set(self.filter(thread=root, user__in=users).values_list("user", flat=True))
        for user_id, last_read in users.items():
            if user_id not in known:
                follow = self.model(
                    thread=root, room=root.room, user_id=user_id, last_read=last_read, news=news
                )
                follow.done_by(by).save()


class ThreadFollow(Live):
    noun = "follow"
    project_path = "room__project"
    wire: ClassVar = {"id": "id", "thread": "thread_id", "room": "room_id"}

    thread = models.ForeignKey("chat.Message", models.CASCADE, related_name="follows", db_index=False)
    room = models.ForeignKey("chat.Room", models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    last_read = models.BigIntegerField(default=0, help_text="id of the last reply read")
    news = models.BigIntegerField(default=0, help_text="id of the newest reply of somebody else")

    objects = ThreadFollowQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "user"], name="one_follow_a_thread")]
        indexes = [
            models.Index(fields=["user", "-news"], name="followed_threads"),
            models.Index(
                fields=["user", "room"],
                condition=models.Q(news__gt=models.F("last_read")),
                name="threads_with_news",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} follows {self.thread_id}"

    @property
    def project(self) -> Any:
        return self.room.project

    @property
    def audience(self) -> int:
        return access.audience_of(self.user_id)
