"""Numbers that a person can see move only by what that person may hear, and lead back from wherever one was."""

import random
from typing import Any

import orjson
import pytest

from chat.models import Channel, direct
from projects import numbers
from projects.models import Audience, Counter, Membership
from projects.threads import in_database
from tasks.models import View
from tests.conftest import API, add, person
from tests.projects.listening import head_for, level, write
from tests.waiting import until

SECTIONS = {"member": "members", "task": "tasks", "channel": "channels", "room": "rooms", "view": "views"}


def figures(project, api: API) -> list[str]:
    """All that an outsider may ask for, as it came over the line."""
    p = f"/projects/{project.pk}"
    paths = ("snapshot", "channels", "members", "events?after=0", "activity", "views", "search?q=the")
    return [api.get(f"{p}/{path}").content.decode() for path in paths]


def speak_in_private(project, channel, ana, ben) -> None:
    """Twenty messages, an edit, a reaction, a pin, a file, a direct conversation, a view for oneself."""
    api = API(ana)
    room = channel.rooms.get().pk
    said = [api.post(f"/rooms/{room}/messages", {"body": f"Between us {n}"}) for n in range(20)]
    assert {answer.status_code for answer in said} == {201}
    last = said[-1].json()["id"]
    assert api.patch(f"/messages/{last}", {"body": "Between us, edited"}).status_code == 200
    assert api.post(f"/messages/{last}/pin").status_code == 200
    upload = api.upload(project, "plan.txt", b"For us alone")
    assert upload.status_code == 201
    answer = api.post(f"/rooms/{room}/messages", {"body": "The plan", "attachments": [upload.json()["id"]]})
    assert answer.status_code == 201, answer.content
    direct.between(project, [ben.pk], by=ana)[0].post("Only you", by=ana)
    View.objects.add_to(project, "Mine", query={}, by=ana)


@pytest.mark.django_db(transaction=True)
async def test_nothing_moves_for_who_hears_nothing(project, ana, ben, gus, listen, settings):
    settings.FEED_HEARTBEAT_SECONDS = 0.2
    secret = await in_database(lambda: Channel.open(project, "Board", private=True, by=ana))
    await in_database(secret.add, ben.pk, by=ana)
    page, inside, api = await listen(gus), await listen(ben), await in_database(API, gus)
    before, asked = await head_for(project, gus), await in_database(figures, project, api)
    early = await listen(gus, before)
    await until(lambda: early.of("caught_up"))
    await in_database(speak_in_private, project, secret, ana, ben)
    last = await head_for(project, ben)
    await until(lambda: inside.of("heartbeat") and inside.of("heartbeat")[-1]["sequence"] == last)
    beats = len(page.of("heartbeat"))
    await until(lambda: len(page.of("heartbeat")) > beats + 1)
    assert {frame["type"] for frame in page.frames} == {"hello", "heartbeat"}
    assert {frame["sequence"] for frame in page.frames} == {before}
    assert await in_database(figures, project, api) == asked
    again = await listen(gus, before)
    await until(lambda: again.of("caught_up"))
    assert again.frames[:2] == early.frames[:2]
    assert again.frames[1] == {"type": "caught_up", "sequence": before}
    # And the next thing that everyone hears comes right after, for whoever heard the rest and whoever did not.
    await write(project, ana)
    await until(lambda: page.events and inside.events[-1]["name"] == "project.updated")
    assert page.sequences == [before + 1]
    assert inside.sequences[-1] == last + 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("from_memory", [True, False])
async def test_from_every_number_one_is_brought_exactly_what_was_missed(
    project, ana, ben, gus, listen, from_memory
):
    secret = await in_database(lambda: Channel.open(project, "Board", private=True, by=ana))
    pages = {user: await listen(user) for user in (ana, ben, gus)}
    first = {user: await head_for(project, user) for user in pages}
    for turn in range(6):
        await in_database(lambda turn=turn: secret.rooms.get().post(f"Between us {turn}", by=ana))
        await write(project, ana)
    await level(project, ana, *pages.values())
    for user, page in pages.items():
        api = await in_database(API, user)
        assert page.sequences == list(range(first[user] + 1, first[user] + len(page.events) + 1))
        assert len(page.events) == (13 if user == ana else 7)
        if not from_memory:
            page.socket.project._ring.clear()
        for back in range(len(page.events) + 1):
            number = page.sequences[-1] - back
            late = await listen(user, number)
            await until(lambda late=late: late.of("caught_up"))
            assert late.events == page.events[len(page.events) - back :]
            answer = await in_database(api.get, f"/projects/{project.pk}/events?after={number}")
            assert answer.json()["events"] == late.events
            assert answer.json()["last"] == page.sequences[-1]
        ahead = await listen(user, page.sequences[-1] + 1)
        await until(lambda ahead=ahead: ahead.of("reset"))


@pytest.mark.django_db(transaction=True)
async def test_whoever_is_let_in_or_put_out_loads_afresh_and_goes_on(project, ana, ben, gus, listen):
    secret = await in_database(lambda: Channel.open(project, "Board", private=True, by=ana))
    await in_database(lambda: [secret.rooms.get().post(f"{n}", by=ana) for n in range(9)])
    page, other, api = await listen(ben), await listen(gus), await in_database(API, ben)
    for change in (secret.add, secret.dismiss):
        was, resets = page.socket.number, len(page.of("reset"))
        await in_database(change, ben.pk, by=ana)
        await until(lambda resets=resets: len(page.of("reset")) > resets)
        await level(project, ana, page, other)
        assert page.of("reset")[-1]["sequence"] > was
        stale = await listen(ben, was)
        await until(lambda stale=stale: stale.of("reset"))
        fresh = await in_database(api.get, f"/projects/{project.pk}/snapshot")
        assert fresh.json()["sequence"] == page.sequences[-1]
    assert page.sequences == sorted(set(page.sequences))
    assert not other.of("reset")


class Reader:
    """Somebody who asks now and then, and holds what the answers make."""

    def __init__(self, project, user) -> None:
        self.project, self.user, self.api = project, user, API(user)
        self.resets = self.heard = 0
        self.number, self.rows = -1, {}

    def ask(self) -> None:
        answer = self.api.get(f"/projects/{self.project.pk}/events?after={self.number}")
        if answer.status_code == 404:
            return
        said = orjson.loads(answer.content)
        if said.get("reset"):
            self.resets += 1
            self.number, self.rows = self.fresh()
            return
        assert [event["sequence"] for event in said["events"]] == list(
            range(self.number + 1, said["last"] + 1)
        )
        for event in said["events"]:
            self.heard += 1
            noun, _, change = event["name"].partition(".")
            if noun in SECTIONS and change == "deleted":
                self.rows[SECTIONS[noun]].pop(event["data"]["id"], None)
            elif noun in SECTIONS:
                self.rows[SECTIONS[noun]][event["data"]["id"]] = event["data"]
        self.number = said["last"]

    def fresh(self) -> tuple[int, dict[str, Any]]:
        state = orjson.loads(self.api.get(f"/projects/{self.project.pk}/snapshot").content)
        return state["sequence"], {
            name: {row["id"]: row for row in state[name]} for name in SECTIONS.values()
        }


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_to_channels_and_people_each_counts_on_rightly(project, ana, ben, gus, seed):
    """Anybody who asks at any time ends with what a fresh page shows, and never saw a number twice or too few."""
    dice = random.Random(seed)
    for name in ("mia", "tom"):
        add(project, person(name), "member")
    people = list(project.members.order_by("pk"))
    movable = [user for user in people if user != ana]
    readers = [Reader(project, user) for user in people]
    room = project.rooms.first()

    def channel(**wanted: Any) -> Channel | None:
        found = list(Channel.objects.filter(project=project, **wanted).exclude(name="General"))
        return dice.choice(found) if found else None

    def speak() -> None:
        for _ in range(dice.randrange(1, 4)):
            at = channel()
            (dice.choice(list(at.rooms.all())) if at else room).post(f"{dice.random()}", by=ana)

    def opens() -> None:
        private, guests = dice.choice([(True, False), (False, False), (False, True)])
        Channel.open(project, f"{dice.random()}", private=private, guests=guests, by=ana)

    def moves_in() -> None:
        user = dice.choice(movable)
        at = channel(private=True)
        if at and Membership.objects.filter(project=project, user=user).exists():
            inside = at.memberships.filter(user=user).exists()
            (at.dismiss if inside else at.add)(user.pk, by=ana)

    def changes_role() -> None:
        if place := Membership.objects.filter(project=project, user=dice.choice(movable)).first():
            place.take_role("member" if place.role == "guest" else "guest", by=ana)

    def comes_or_goes() -> None:
        user = dice.choice(movable)
        if place := Membership.objects.filter(project=project, user=user).first():
            place.remove(by=ana)
        else:
            Membership(project=project, user=user, role=dice.choice(["guest", "member"])).begin(by=ana)

    def closes() -> None:
        if at := channel(private=False):
            at.change(by=ana, **dice.choice([{"private": True}, {"guests": not at.guests}]))

    def deletes() -> None:
        if at := channel():
            at.remove(by=ana)

    def keeps_a_view() -> None:
        member = Membership.objects.filter(project=project).exclude(role="guest").order_by("?").first()
        View.objects.add_to(project, f"{dice.random()}", query={}, by=member.user)

    acts = [speak] * 8 + [
        opens,
        moves_in,
        moves_in,
        changes_role,
        comes_or_goes,
        closes,
        deletes,
        keeps_a_view,
    ]
    for _ in range(90):
        dice.choice(acts)()
        for reader in dice.sample(readers, 2):
            reader.ask()
    for reader in readers:
        reader.ask()
        if Membership.objects.filter(project=project, user=reader.user).exists():
            assert (reader.number, reader.rows) == reader.fresh(), reader.user
    assert all(reader.resets for reader in readers) and sum(reader.heard for reader in readers) > 50


@pytest.mark.django_db
def test_what_is_counted_is_what_the_log_holds(project, ana, ben):
    secret = Channel.open(project, "Board", private=True, by=ana)
    secret.add(ben.pk, by=ana)
    with project.quietly(by=ana):
        pass
    counted = dict(Audience.objects.filter(project=project).values_list("audience", "said"))
    held = list(project.events.exclude(audience=None).values_list("audience", flat=True))
    assert counted == {audience: held.count(audience) for audience in held}
    assert numbers.of(project.pk).head == Counter.objects.get(project=project).sequence
    assert numbers.of(project.pk).last_for({-ben.pk, secret.pk}) // numbers.TURN == 1
    assert numbers.of(project.pk).last_for(set()) < numbers.TURN
