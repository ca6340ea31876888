"""What is said in a private channel is heard by its people alone: live, in replays, and only while they are in it."""

import pytest

from chat.models import Channel
from projects.feed import feed
from projects.threads import in_database
from tests.projects.listening import Listener, head, head_for, level, write
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def secret(project, ana) -> Channel:
    return Channel.open(project, "Board of directors", private=True, by=ana)


def about(page: Listener, secret: Channel) -> list[str]:
    """What the page heard of the channel."""
    return [event["name"] for event in page.events if "directors" in str(event) or "Psst" in str(event)]


async def say(secret: Channel, ana) -> None:
    await in_database(lambda: secret.rooms.get().post("Psst", by=ana))


async def test_live(project, ana, ben, listen, secret):
    anas, bens = await listen(ana), await listen(ben)
    await say(secret, ana)
    await level(project, ana, anas, bens)
    assert "message.created" in about(anas, secret)
    assert about(bens, secret) == []


@pytest.mark.parametrize("from_memory", [True, False])
async def test_in_a_replay(project, ana, ben, listen, secret, from_memory):
    before = {user: await head_for(project, user) for user in (ana, ben)}
    if from_memory:
        await listen(ana)
    await say(secret, ana)
    await write(project, ana)
    if from_memory:
        last = await head(project)
        await until(lambda: feed().projects[project.pk].head == last)
    anas, bens = await listen(ana, before[ana]), await listen(ben, before[ben])
    await until(lambda: anas.of("caught_up") and bens.of("caught_up"))
    assert "message.created" in about(anas, secret)
    assert about(bens, secret) == []
    assert [event["name"] for event in bens.events] == ["project.updated"]


async def test_whoever_is_let_in_loads_afresh_and_hears_from_then_on(project, ana, ben, listen, secret):
    anas, bens = await listen(ana), await listen(ben)
    await in_database(secret.add, ben.pk, by=ana)
    await until(lambda: bens.of("reset"))
    await say(secret, ana)
    await until(lambda: "message.created" in about(bens, secret))
    assert not anas.of("reset")


async def test_whoever_is_taken_out_hears_nothing_from_then_on(project, ana, ben, listen, secret):
    await in_database(secret.add, ben.pk, by=ana)
    bens = await listen(ben)
    await in_database(secret.dismiss, ben.pk, by=ana)
    await say(secret, ana)
    await level(project, ana, bens)
    assert bens.of("reset")
    assert "message.created" not in about(bens, secret)
