"""The data that is measured: people with sessions and projects of fixed sizes, made once and kept.

`python -m bench.data NAME` with arguments as JSON on its input runs one of the functions below in Taskroom's own
settings, and prints what it returns, as JSON.
"""

import json
import random
import sys
import threading
import time
from datetime import timedelta
from typing import Any

VERSION = 2  # another one where `prepare` makes something else
PEOPLE = 1000
WRITERS = 40  # members of every project of the writers


def prepare(messages: int, board: int, page: int) -> dict[str, Any]:
    """Ids of everything, sessions included. `messages` in one room, `board` tasks, `page` cards."""
    from accounts.models import User
    from projects.management.sample import cafe, large

    User.objects.bulk_create(
        [User(email=f"bench{n}@example.com", handle=f"bench{n}", name=f"Bench {n}", password=f"!{n}")
         for n in range(PEOPLE)]
    )  # fmt: skip
    people = list(User.objects.filter(handle__startswith="bench").order_by("pk"))
    writers = people[:WRITERS]
    password = "only the bench's"
    say = lambda line: print(line, file=sys.stderr)  # noqa: E731
    history = large.make(tasks=board, members=3, rooms=1, messages=messages, password=password, say=say)
    shown = large.make(tasks=page, members=12, rooms=3, messages=2000, seed=2, password=password, say=say)
    return {
        "people": sessions(people),
        "ana": sessions([cafe.people(password)["ana"]])[0],
        "fan": project("Fan", people[:200]),
        "real": project("Real", people[:200], tasks=100),
        "others": project("Others", people[:500], tasks=500),
        "fifty": [
            project(f"Fifty {n}", [*writers, *people[n * 20 : n * 20 + 20]], tasks=20) for n in range(50)
        ],
        "history": described(history),
        "shown": described(shown),
    }


def project(name: str, people: list[Any], tasks: int = 0) -> dict[str, Any]:
    from projects.models import Membership, Project
    from projects.positions import spread
    from tasks.models import Task

    owner, *others = dict.fromkeys(people)
    made = Project.objects.open(name, key="BEN", by=owner)
    column = made.columns.default()
    with made.quietly(by=owner):
        Membership.objects.bulk_create(
            [Membership(project=made, user=each, role="member") for each in others]
        )
        Task.objects.bulk_create(
            Task(project=made, number=n, title=f"Task {n}", column=column, position=position, created_by=owner,
                 updated_by=owner)
            for n, position in enumerate(spread(tasks), 1)
        )  # fmt: skip
        Project.objects.filter(pk=made.pk).update(last_task_number=tasks)
    return described(made)


def described(project: Any) -> dict[str, Any]:
    """Its ids: project, room, columns, some tasks, and the people's places in `people`."""
    from chat.models import Message

    rooms = project.rooms.order_by("pk").values_list("pk", flat=True)
    oldest = Message.objects.filter(room=rooms[0]).order_by("pk").values_list("pk", flat=True).first()
    newest = Message.objects.filter(room=rooms[0]).order_by("-pk").values_list("pk", flat=True).first()
    return {
        "id": project.pk,
        "room": rooms[0],
        "columns": list(project.columns.order_by("position").values_list("pk", flat=True)),
        "tasks": list(project.tasks.order_by("pk").values_list("pk", flat=True)[:500]),
        "members": list(project.memberships.order_by("user_id").values_list("user_id", flat=True)),
        "messages": [oldest, newest],
    }


def sessions(people: list[Any]) -> list[dict[str, Any]]:
    """A session each, as signing in makes it: `{"id", "session", "csrf"}`."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session
    from django.utils import timezone
    from django.utils.crypto import get_random_string

    store, rows, found = SessionStore(), [], []
    for each in people:
        key = get_random_string(32, "abcdefghijklmnopqrstuvwxyz0123456789")
        data = {
            SESSION_KEY: str(each.pk), BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: each.get_session_auth_hash(),
        }  # fmt: skip
        expires = timezone.now() + timedelta(days=365)
        rows.append(Session(session_key=key, session_data=store.encode(data), expire_date=expires))
        found.append({"id": each.pk, "session": key, "csrf": get_random_string(32)})
    Session.objects.bulk_create(rows)
    return found


def burst(project: int, count: int) -> dict[str, int]:
    """`count` events in one transaction, and so all their pushes at once, right after its commit."""
    from django.db import transaction

    from bench import events
    from projects.models import Counter, Project

    found = Project.objects.get(pk=project)
    first = Counter.objects.get(project=project).sequence + 1
    with transaction.atomic():
        for _ in range(count):
            found.record(events.NAME, {"body": events.BODY}, by=None)
    return {"first": first}


def order(project: int, room: int, writers: int, posts: int, rolled_back: float, seed: int) -> dict[str, Any]:
    """`posts` messages by so many threads, a share of them rolled back; how the log looks afterwards.

    gaps: numbers missing between the first and the last; disordered: neighbours of which the later number was
    committed first, by PostgreSQL's own commit times.
    """
    from django.db import connection, transaction

    from accounts.models import User
    from bench import events
    from chat.models import Message, Room
    from projects.models import Counter, Event, Membership

    people = User.objects.filter(pk__in=Membership.objects.filter(project=project).values("user"))[:writers]
    kept: list[int] = []
    messages_before = Message.objects.filter(room=room).count()
    failures: list[BaseException] = []

    def write(author: Any, dice: random.Random, count: int) -> None:
        try:
            for _ in range(count):
                with transaction.atomic():
                    Room.objects.get(pk=room).post(events.BODY, by=author)
                    if dice.random() < rolled_back:
                        transaction.set_rollback(True)
                    else:
                        kept.append(1)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    # Whoever speaks for the first time joins the room, an event more: here, not below.
    for each in people:
        Room.objects.get(pk=room).join(by=each)
    before = Counter.objects.get(project=project).sequence
    threads = [
        threading.Thread(target=write, args=(each, random.Random(f"{seed}/{n}"), posts // len(people)))
        for n, each in enumerate(people)
    ]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - begun
    if failures:
        raise failures[0]
    numbers = list(
        Event.objects.filter(project=project, sequence__gt=before)
        .order_by("sequence")
        .values_list("sequence", flat=True)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT pg_xact_commit_timestamp(xmin) AS at, lag(pg_xact_commit_timestamp(xmin))"
            " OVER (ORDER BY sequence) AS earlier FROM projects_event WHERE project_id = %s AND sequence > %s) AS log"
            " WHERE at < earlier",
            [project, before],
        )
        disordered = cursor.fetchone()[0]
    whole = list(range(before + 1, before + 1 + len(kept)))
    return {
        "kept": len(kept), "rolled_back": len(people) * (posts // len(people)) - len(kept),
        "gaps": len(set(whole).symmetric_difference(numbers)), "disordered": disordered,
        "lost": len(kept) - (Message.objects.filter(room=room).count() - messages_before),
        "rate": len(kept) / elapsed,
    }  # fmt: skip


def main() -> None:
    import django

    django.setup()
    print(json.dumps(globals()[sys.argv[1]](**json.load(sys.stdin))))


if __name__ == "__main__":
    main()
