"""300 channels with 1,000 rooms cost as many queries as three with ten."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chat.models import Channel, direct
from tests.conftest import API, add, person


def grow(project, ana, people, count: int) -> None:
    for number in range(count):
        name = f"{count} {number}"
        channel = Channel.open(project, name, private=number % 3 == 0, guests=number % 3 == 1, by=ana)
        channel.open_room("another", by=ana)
        direct.between(project, [people[number % len(people)].pk], by=ana)


def test_queries_do_not_grow_with_channels(project, ana, ben, gus):
    people = [person(f"p{number}") for number in range(8)]
    for each in people:
        add(project, each, "member")
    client = Client()
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    anas, guests = API(ana), API(gus)
    asked = {
        "snapshot": lambda: anas.get(f"/projects/{project.pk}/snapshot"),
        "a guest's snapshot": lambda: guests.get(f"/projects/{project.pk}/snapshot"),
        "channels": lambda: anas.get(f"/projects/{project.pk}/channels"),
        "events": lambda: anas.get(f"/projects/{project.pk}/events?after=0"),
        "page": lambda: client.get(f"/projects/{project.pk}/"),
    }

    def count() -> dict[str, int]:
        found = {}
        for name, ask in asked.items():
            with CaptureQueriesContext(connection) as queries:
                assert ask().status_code == 200, name
            found[name] = len(queries)
        return found

    grow(project, ana, people, 3)
    count()
    few = count()
    grow(project, ana, people, 24)
    assert count() == few
