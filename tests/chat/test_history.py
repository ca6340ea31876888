"""Reading a room: page by page, from either end or around one message, at one cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat.models import Message


@pytest.fixture
def said(project, room, ana, ben) -> list[int]:
    """A room of thirty messages, beside another one; the ids in order."""
    other = project.channels.get().open_room("noise", by=ana)
    ids = []
    with project.quietly():
        for number in range(30):
            ids.append(
                Message.objects.create(room=room, author=ben, body=f"m{number}", html=f"<p>m{number}</p>").pk
            )
            Message.objects.create(room=other, author=ana, body="noise", html="<p>noise</p>")
    return ids


def ids(answer) -> list[int]:
    return [item["id"] for item in answer.json()["items"]]


def test_the_newest_page_comes_first_and_leads_upward(api, room, said, gus):
    client, seen, before = api(gus), [], None
    while True:
        answer = client.get(f"/rooms/{room.pk}/messages", limit=12, **({"before": before} if before else {}))
        seen = ids(answer) + seen
        before = answer.json()["next"]
        if before is None:
            break
    assert seen == said


def test_after_leads_downward(api, room, said, gus):
    page = api(gus).get(f"/rooms/{room.pk}/messages", after=said[9], limit=15)
    assert ids(page) == said[10:25]
    assert page.json()["newer"] == said[24]
    rest = api(gus).get(f"/rooms/{room.pk}/messages", after=said[24], limit=15)
    assert ids(rest) == said[25:]
    assert rest.json()["newer"] is None


def test_around_shows_both_sides(api, room, said, gus):
    page = api(gus).get(f"/rooms/{room.pk}/messages", around=said[15], limit=10)
    assert ids(page) == said[10:20]
    assert (page.json()["next"], page.json()["newer"]) == (said[10], said[19])
    first = api(gus).get(f"/rooms/{room.pk}/messages", around=said[0], limit=10)
    assert ids(first) == said[:5]
    assert first.json()["next"] is None


def test_an_empty_room_has_an_empty_page(api, room, gus):
    assert api(gus).get(f"/rooms/{room.pk}/messages").json() == {"items": [], "next": None, "newer": None}


@pytest.mark.parametrize(
    "query",
    [{"limit": 0}, {"limit": 101}, {"limit": "x"}, {"before": 0}, {"before": -1}, {"before": 2**63}, {"after": "abc"},
     {"around": "1e3"}, {"before": 1, "after": 1}, {"before": "9" * 500}, {"around": "\x00"}],
)  # fmt: skip
def test_a_page_that_cannot_be_is_refused(api, room, gus, query):
    assert api(gus).get(f"/rooms/{room.pk}/messages", **query).status_code == 422


def test_a_page_costs_the_same_everywhere(api, room, said, gus):
    client = api(gus)
    for query in ({}, {"before": said[15]}, {"after": said[15]}, {"limit": 100}):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/rooms/{room.pk}/messages", **query)
        assert len([each for each in queries if '"chat_message"' in each["sql"]]) == 1


def test_a_page_is_read_from_the_index_wherever_it_is(project, room, ana, ben):
    """Also where the room has most of all messages, but others had the last word: the end of a busy table."""
    other = room.channel.open_room("busy", by=ana)
    with connection.cursor() as cursor:
        for place, count in ((room, 20_000), (other, 600)):
            cursor.execute(
                "INSERT INTO chat_message (room_id, author_id, body, html, created_at)"
                " SELECT %s, %s, 'x', '<p>x</p>', now() FROM generate_series(1, %s)",
                [place.pk, ben.pk, count],
            )
        cursor.execute("ANALYZE chat_message")
    middle = Message.objects.order_by("pk")[10_000].pk
    for messages in (
        Message.objects.before(room),
        Message.objects.before(room, middle),
        Message.objects.after(room, middle),
    ):
        plan = messages[:51].explain(analyze=True, buffers=False)
        assert "message_history" in plan, plan
        assert "Sort" not in plan, plan
        assert "Rows Removed by Filter" not in plan, plan
