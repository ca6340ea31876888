"""A project of any size, with the same rows for the same seed; a million messages in a minute or two."""

import random
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from chat.models import Channel, ChannelMembership, Room, RoomMembership
from projects import markdown
from projects.management.sample import cafe
from projects.models import Membership, Project
from projects.positions import spread
from tasks.models import Column, Comment, Label, Task

DAYS = 400  # how long it has been going on
TEXTS = 4_000  # different messages
CHUNK = 100_000  # messages a statement
COLUMNS = [45, 12, 35, 8]  # of a hundred tasks: to do, in progress, done, and in review
STEP = 20  # and in each column beyond these

WORDS = tomllib.loads(Path(__file__).with_name("large.toml").read_text())

MESSAGES = """
WITH drawn AS (
    SELECT g, floor(%(rooms)s * power((hashint8extended(g, %(seed)s) & 1048575) / 1048576.0, 2))::int AS room_number,
           ((hashint8extended(g, %(seed)s + 1) & 1048575) %% %(texts)s)::int AS text_number,
           hashint8extended(g, %(seed)s + 2) & 1048575 AS author_number
    FROM generate_series(%(start)s::bigint, %(end)s::bigint) AS g
)
INSERT INTO chat_message (room_id, author_id, body, html, created_at)
SELECT room.id, room.people[1 + author_number %% cardinality(room.people)], body, html,
       %(begun)s::timestamptz + drawn.g * %(step)s::interval
FROM drawn JOIN sample_room AS room ON room.number = room_number JOIN sample_text ON sample_text.number = text_number
ORDER BY drawn.g
"""

# Most have read most of it: up to one of the newest forty messages of the room.
READ = """
UPDATE chat_roommembership AS place SET last_read = coalesce((
    SELECT id FROM chat_message WHERE room_id = place.room_id
    ORDER BY id DESC OFFSET (hashint8extended(place.id, %s) & 1023) %% 40 LIMIT 1
), 0) WHERE room_id = ANY(%s)
"""

Say = Callable[[str], object]


def make(
    *,
    tasks: int = 0,
    columns: int = len(COLUMNS),
    members: int = 3,
    rooms: int = 1,
    channels: int = 0,
    messages: int = 0,
    seed: int = 1,
    password: str,
    say: Say,
) -> Project:
    """The project, Ana's. All or nothing: it is one transaction. No `channels`: one for every ten rooms."""
    dice = random.Random(seed)
    with timed(say, "all of it"), transaction.atomic():
        cast = cafe.people(password)
        project = Project.objects.open("Large sample", key="BIG", by=cast["ana"])
        with project.quietly(by=cast["ana"]), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            Project.objects.filter(pk=project.pk).update(is_sample=True)
            with timed(say, f"{members:,} members"):
                people = make_members(project, members, cast, dice)
            with timed(say, f"{tasks:,} tasks"):
                make_tasks(project, tasks, people, dice, columns=columns)
            with timed(say, f"{rooms:,} rooms"):
                make_rooms(project, rooms, people, dice, channels=channels or -(-rooms // 10))
            with timed(say, f"{messages:,} messages"):
                make_messages(project, messages, dice, seed)
        with timed(say, "statistics"), connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    say(
        f"Project {project.pk}; its people are ana@example.com, person1@example.com ..., with the password of Ana."
    )
    return project


def make_members(project: Project, count: int, cast: dict[str, User], dice: random.Random) -> list[User]:
    """Ana first. The people of an earlier large project are taken again."""
    made = []
    for number in range(1, count - len(cast) + 1):
        name = f"{dice.choice(WORDS['first'])} {dice.choice(WORDS['last'])}"
        handle = f"person{number}"
        made.append(
            User(email=f"{handle}@example.com", handle=handle, name=name, password=cast["ana"].password)
        )
    User.objects.bulk_create(made, ignore_conflicts=True, batch_size=1000)
    others = User.objects.filter(handle__in=[each.handle for each in made]).order_by("pk")
    people = [*cast.values(), *others][: max(count, 1)]
    roles = dice.choices(["admin", "member", "guest"], [1, 8, 2], k=len(people))
    Membership.objects.bulk_create(
        Membership(project=project, user=each, role=role)
        for each, role in zip(people[1:], roles, strict=False)
    )
    return people


def make_tasks(
    project: Project, count: int, people: list[User], dice: random.Random, *, columns: int = len(COLUMNS)
) -> None:
    ana = people[0]
    more = ["Review", *(f"Step {number}" for number in range(len(COLUMNS) + 1, columns + 1))]
    made = [Column.objects.add_to(project, name, by=ana) for name in more]
    columns = [*project.columns.exclude(pk__in=[each.pk for each in made]), *made]
    shares = COLUMNS + [STEP] * (len(columns) - len(COLUMNS))
    labels = [
        Label.objects.add_to(project, name, colour=colour, by=ana) for name, colour in WORDS["labels"].items()
    ]
    texts = [(text, markdown.render(text, project)) for text in _texts(200, dice)]
    begun, now = timezone.now() - timedelta(days=DAYS), timezone.now()
    places = dice.choices(columns, shares, k=count)
    ranks = {column.pk: iter(spread(places.count(column))) for column in columns}
    rows = []
    for number, column in enumerate(places, 1):
        body, html = dice.choice(texts) if dice.random() < 0.5 else ("", "")
        created = begun + (now - begun) * number / (count + 1)
        due = now + timedelta(days=dice.randint(-30, 60)) if dice.random() < 0.4 else None
        rows.append(Task(
            project=project, number=number, title=_title(dice), description=body, description_html=html,
            column=column, position=next(ranks[column.pk]), due_at=due, completed_at=created if column.done else None,
            priority=dice.choices(["none", "low", "medium", "high", "urgent"], [6, 2, 3, 2, 1])[0],
            created_by=dice.choice(people), updated_by=dice.choice(people), created_at=created, updated_at=created,
        ))  # fmt: skip
    Task.objects.bulk_create(rows, batch_size=2000)
    Project.objects.filter(pk=project.pk).update(last_task_number=count)
    _relate(Task.assignees.through, "user_id", rows, people, dice)
    _relate(Task.labels.through, "label_id", rows, labels, dice)
    Comment.objects.bulk_create(
        (
            Comment(task=task, author=dice.choice(people), body=body, html=html)
            for task in rows
            for body, html in dice.sample(texts, dice.choices([0, 1, 2, 5], [5, 2, 2, 1])[0])
        ),
        batch_size=2000,
    )


def make_rooms(
    project: Project, count: int, people: list[User], dice: random.Random, *, channels: int = 1
) -> None:
    """As many rooms in each channel, the last one private where there are several; everybody is in the first room."""
    ana, first = people[0], project.channels.first()
    ranks = spread(channels - 1, after=first.position)
    more = [
        Channel(project=project, name=f"Channel {number}", position=rank, host=ana, created_by=ana)
        for number, rank in enumerate(ranks, 2)
    ]
    if more:
        more[-1].private = True
    all_of_them = [first, *Channel.objects.bulk_create(more)]
    if more:
        ChannelMembership.objects.bulk_create([ChannelMembership(channel=more[-1], user=ana)])
    homes = [all_of_them[number * channels // count] for number in range(count)]
    rooms = [
        Room(
            project=project,
            channel=home,
            created_by=ana,
            name="general" if home != before else f"room {number}",
        )
        for number, (before, home) in enumerate(pairwise(homes), 1)
    ]
    made = Room.objects.bulk_create(rooms, batch_size=2000)
    RoomMembership.objects.bulk_create(
        [RoomMembership(room=each, user=ana) for each in made], batch_size=2000
    )
    places = []
    for number, room in enumerate(
        Room.objects.filter(project=project).select_related("channel").order_by("pk")
    ):
        share = len(people) - 1 if number == 0 else dice.randint(1, max(len(people) // 2, 1))
        inside = [] if room.channel.private else dice.sample(people[1:], min(share, len(people) - 1))
        places += [RoomMembership(room=room, user=each) for each in inside]
    RoomMembership.objects.bulk_create(places, ignore_conflicts=True, batch_size=2000)


def make_messages(project: Project, count: int, dice: random.Random, seed: int) -> None:
    """Written by PostgreSQL itself out of a few thousand texts; the first rooms get most of them."""
    rooms = list(
        Room.objects.filter(project=project).with_members().order_by("pk").values_list("pk", "member_ids")
    )
    texts = [(text, markdown.render(text, project)) for text in _texts(min(TEXTS, max(count, 1)), dice)]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE sample_room (number int, id bigint, people bigint[])")
        cursor.execute("CREATE TEMPORARY TABLE sample_text (number int, body text, html text)")
        with cursor.copy("COPY sample_room FROM STDIN") as copy:
            for number, room in enumerate(rooms):
                copy.write_row((number, *room))
        with cursor.copy("COPY sample_text FROM STDIN") as copy:
            for number, (body, html) in enumerate(texts):
                copy.write_row((number, body, html))
        cursor.execute("ANALYZE sample_room")
        cursor.execute("ANALYZE sample_text")
        span = timedelta(days=DAYS)
        values = {"rooms": len(rooms), "texts": len(texts), "seed": seed, "step": span / max(count + 1, 1)}
        for start in range(1, count + 1, CHUNK):
            end = min(start + CHUNK - 1, count)
            cursor.execute(MESSAGES, {**values, "start": start, "end": end, "begun": timezone.now() - span})
        cursor.execute("DROP TABLE sample_room, sample_text")
        cursor.execute(READ, [seed, [room for room, _ in rooms]])


@contextmanager
def timed(say: Say, what: str) -> Iterator[None]:
    begun = time.monotonic()
    yield
    say(f"{time.monotonic() - begun:7.1f} s  {what}")


def _relate(through: type, name: str, tasks: list[Task], others: list, dice: random.Random) -> None:
    """None, one or two of `others` on every task."""
    through.objects.bulk_create(
        (
            through(task_id=task.pk, **{name: other.pk})
            for task in tasks
            for other in dice.sample(others, min(dice.choices([0, 1, 2], [3, 5, 2])[0], len(others)))
        ),
        batch_size=5000,
    )


def _title(dice: random.Random) -> str:
    return " ".join(dice.choice(WORDS[kind]) for kind in ("verbs", "things", "whys"))


def _texts(count: int, dice: random.Random) -> list[str]:
    sayings = dice.choices(WORDS["sayings"], [each["weight"] for each in WORDS["sayings"]], k=count)
    return [_fill(each["text"], dice) for each in sayings]


def _fill(text: str, dice: random.Random) -> str:
    verb, other = dice.choice(WORDS["verbs"]), dice.choice(WORDS["verbs"])
    thing, otherthing = dice.sample(WORDS["things"], 2)
    return text.format(
        verb=verb,
        lower=verb.lower(),
        thing=thing,
        otherthing=otherthing,
        other=f"{other.lower()} {otherthing}",
        why=dice.choice(WORDS["whys"]),
        first=dice.choice(WORDS["first"]),
        number=dice.randint(1, 5000),
    )
