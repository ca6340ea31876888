"""What open pages hear of a talk: everyone what is open, the insiders of a private channel what is not."""

import pytest

from projects.feed import feed
from projects.threads import in_database
from tests.projects.conftest import listen  # noqa: F401 - a fixture
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


def names(page) -> list[str]:
    return [event["name"] for event in page.events]


def texts(page) -> str:
    return str(page.frames)


async def test_a_message_its_edit_and_its_end_reach_the_others(room, ana, ben, listen):  # noqa: F811
    page = await listen(ben)
    await until(lambda: feed()._channel)
    message = await in_database(lambda: room.post("Hello", by=ana))
    await in_database(lambda: message.edit("Hello all", by=ana))
    await in_database(lambda: message.remove(by=ana))
    await until(lambda: len(page.events) == 3)
    assert names(page) == ["message.created", "message.updated", "message.deleted"]
    assert page.events[1]["data"]["html"] == "<p>Hello all</p>"
    assert page.events[2]["data"] == {"id": page.events[0]["data"]["id"]}


async def test_a_private_talk_reaches_its_own_people_only(room, secret, ana, ben, listen):  # noqa: F811
    anas, bens = await listen(ana), await listen(ben)
    await in_database(lambda: secret.post("Psst", by=ana))
    await in_database(lambda: room.post("Aloud", by=ana))
    await until(lambda: "Aloud" in texts(bens) and "Aloud" in texts(anas))
    assert "Psst" in texts(anas)
    assert names(bens) == ["message.created"]
    assert "Psst" not in texts(bens)


async def test_who_is_let_in_and_taken_out_starts_afresh(room, secret, ana, ben, listen):  # noqa: F811
    bens = await listen(ben)
    await in_database(lambda: secret.channel.add(ben.pk, by=ana))
    await until(lambda: len(bens.of("reset")) == 1)
    await in_database(lambda: secret.post("Welcome", by=ana))
    await until(lambda: "Welcome" in texts(bens))
    await in_database(lambda: secret.channel.dismiss(ben.pk, by=ana))
    await until(lambda: len(bens.of("reset")) == 2)
    await in_database(lambda: secret.post("He is gone", by=ana))
    await in_database(lambda: room.post("Aloud", by=ana))
    await until(lambda: "Aloud" in texts(bens))
    assert "He is gone" not in texts(bens)


async def test_reading_shows_on_ones_own_other_pages_only(room, ana, ben, listen):  # noqa: F811
    message = await in_database(lambda: room.post("Hello", by=ana))
    first, second, anas = await listen(ben), await listen(ben), await listen(ana)
    await until(lambda: feed()._channel)
    await in_database(lambda: room.read(message.pk, by=ben))
    for page in (first, second):
        frame = (await until(lambda page=page: page.of("read")))[0]
        assert (frame["room"], frame["message"], frame["unread"]) == (room.pk, message.pk, 0)
    await in_database(lambda: room.post("After", by=ana))
    await until(lambda: "After" in texts(anas))
    assert not anas.of("read")
