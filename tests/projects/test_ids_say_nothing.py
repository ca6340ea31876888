"""Whoever writes twice learns from the ids nothing of what others wrote in between, in places that are not theirs."""

from typing import Any

import pytest
from django.db import connection

from chat.models import Channel, direct
from projects.models import Project
from tasks.models import View
from tests.conftest import API, add, person, picture

pytestmark = pytest.mark.django_db


def clock() -> int:
    """The database's, in hundredths of a millisecond since 1970."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (extract(epoch FROM clock_timestamp()) * 100000)::bigint")
        return cursor.fetchone()[0]


def make_one_of_each(api: API, project: Project) -> dict[str, tuple[int, int, int]]:
    """What -> the moment before, its id, the moment after."""
    p, room, task = f"/projects/{project.pk}", project.rooms.earliest("pk").pk, project.tasks.first().pk
    known: dict[str, Any] = {}

    def make(what: str, post: Any, key: str = "id") -> None:
        before, answer = clock(), post()
        assert answer.status_code in (200, 201), answer.content
        known[what] = (before, answer.json()[key], clock())

    make("upload", lambda: api.upload(project, "wall.png", picture()))
    make("message", lambda: api.post(f"/rooms/{room}/messages", {"body": "Hello"}))
    make("channel", lambda: api.post(f"{p}/channels", {"name": f"Channel {clock()}"}))
    make("room", lambda: api.post(f"/channels/{known['channel'][1]}/rooms", {"name": f"Room {clock()}"}))
    make("view", lambda: api.post(f"{p}/views", {"name": f"View {clock()}", "query": {}}))
    priority = "high" if project.tasks.filter(priority="none").exists() else "low"
    change = {"tasks": [task], "action": "change", "priority": priority}
    make("batch", lambda: api.post(f"{p}/tasks/bulk", change), "undo")
    make("token", lambda: api.post("/tokens", {"name": "laptop"}))
    make("invitation", lambda: api.post(f"{p}/invitations", {"role": "guest"}))
    return known


def live_in_private(project: Project, ana: Any, gus: Any) -> None:
    channel = Channel.open(project, "Board", private=True, by=ana)
    channel.add(gus.pk, by=ana)
    anas = API(ana)
    room = channel.rooms.get()
    for number in range(20):
        room.post(f"Between us {number}", by=ana)
        channel.open_room(f"Room {number}", by=ana)
        assert anas.upload(project).status_code == 201
    direct.between(project, [gus.pk], by=ana)[0].post("Only you", by=ana)
    View.objects.add_to(project, "Mine", query={}, by=ana)


def test_each_id_says_the_time_of_its_own_request_and_nothing_else(project, ana, gus):
    """Mia, an admin, is not in what is private to Ana and Gus."""
    API(ana).post(f"/projects/{project.pk}/tasks", {"title": "Paint the wall"})
    add(project, mia := person("mia"), "admin")
    api = API(mia)
    first = make_one_of_each(api, project)
    live_in_private(project, ana, gus)
    second = make_one_of_each(api, project)
    for what in first:
        for before, made, after in (first[what], second[what]):
            assert before <= made <= after, what
    entries = [row["id"] for row in api.get(f"/projects/{project.pk}/audit").json()["items"]]
    assert second["invitation"][0] <= entries[0] <= second["invitation"][2]
