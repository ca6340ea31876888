"""All that can happen in a private channel, and what somebody of the same project who is not in it holds afterwards."""

import orjson
import pytest
from django.test import Client

from chat.models import Channel, Message, direct
from projects.threads import in_database
from tests.conftest import API, add, person
from tests.projects.listening import head_for, level
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

WORD = "zebra"  # in every name and text


def live_in_private(project, ana, ben) -> set[int]:
    """Everything, over the API; the ids of the channels and rooms that there were."""
    anas, bens = API(ana), API(ben)

    def done(answer):
        assert answer.status_code in (200, 201, 204), answer.content
        return answer.json() if answer.content else None

    p = f"/projects/{project.pk}"
    settings = {"name": f"{WORD} board", "topic": WORD, "private": True, "history": "arrival"}
    channel = done(anas.post(f"{p}/channels", settings))["id"]
    room = done(anas.get(f"/channels/{channel}/rooms"))["items"][0]["id"]
    done(anas.patch(f"/rooms/{room}", {"name": f"{WORD} room"}))
    early = done(anas.post(f"/rooms/{room}/messages", {"body": f"{WORD} early"}))["id"]
    done(anas.post(f"/channels/{channel}/members", {"user": ben.pk}))
    message = done(bens.post(f"/rooms/{room}/messages", {"body": f"{WORD} @ana"}))["id"]
    done(bens.patch(f"/messages/{message}", {"body": f"{WORD} edited"}))
    done(anas.patch(f"/messages/{early}", {"body": f"{WORD} early, edited"}))
    done(anas.post(f"/rooms/{room}/messages", {"body": f"{WORD} reply", "thread": message}))
    done(anas.post(f"/messages/{message}/pin"))
    done(anas.post(f"/rooms/{room}/read", {"message": message}))
    other = done(anas.post(f"/channels/{channel}/rooms", {"name": f"{WORD} other"}))["id"]
    done(bens.post(f"/rooms/{other}/join"))
    done(bens.post(f"/rooms/{other}/leave"))
    done(anas.patch(f"/channels/{channel}", {"may_post": "members", "topic": f"{WORD} again"}))
    done(anas.post(f"/channels/{channel}/move", {}))
    done(anas.post(f"/channels/{channel}/archive"))
    done(anas.post(f"/channels/{channel}/restore"))
    done(anas.delete(f"/rooms/{other}"))
    talk = done(anas.post(f"{p}/directs", {"users": [ben.pk]}))
    done(anas.post(f"/rooms/{talk['room']['id']}/messages", {"body": f"{WORD} between us"}))
    passing = done(anas.post(f"{p}/channels", {"name": f"{WORD} passing", "private": True}))["id"]
    done(anas.post(f"/channels/{passing}/members", {"user": ben.pk}))
    done(anas.delete(f"/channels/{passing}/members/{ben.pk}"))
    done(anas.delete(f"/channels/{passing}"))
    return {channel, passing, talk["channel"]["id"]}


@pytest.mark.parametrize("role", ["guest", "member", "admin"])
async def test_nothing_of_it_reaches_an_outsider(project, ana, ben, gus, listen, role):
    def outsider():
        if role == "guest":
            return gus
        add(project, mia := person("mia"), role)
        return mia

    them = await in_database(outsider)
    before = await head_for(project, them)
    page = await listen(them)
    channels = await in_database(live_in_private, project, ana, ben)
    await level(project, ana, page)
    assert page.sequences == [before + 1]
    assert [event["name"] for event in page.events] == ["project.updated"]
    assert not page.of("reset")
    assert WORD not in str(page.frames)
    replayed = await listen(them, after=before)
    await until(lambda: replayed.of("caught_up") or replayed.of("reset"))
    assert [event["name"] for event in replayed.events] == ["project.updated"]

    def holdings() -> list[str]:
        client = Client()
        client.force_login(them, backend="django.contrib.auth.backends.ModelBackend")
        api, p = API(them), f"/projects/{project.pk}"
        answers = [api.get(f"{p}/{name}") for name in ("snapshot", "events?after=0", "channels", "audit")]
        answers += [client.get(path) for path in ("/", f"{p}/", f"{p}/members/")]
        return [answer.content.decode() for answer in answers]

    for text in await in_database(holdings):
        assert WORD not in text

    def seen() -> tuple:
        state = orjson.loads(API(them).get(f"/projects/{project.pk}/snapshot").content)
        return {row["id"] for row in state["channels"]}, Channel.objects.visible_to(them).count()

    ids, count = await in_database(seen)
    assert not ids & channels and len(ids) == count
    assert (
        await in_database(lambda: Message.objects.visible_to(them).filter(body__contains=WORD).count()) == 0
    )


async def test_who_was_put_out_holds_nothing_more(project, ana, ben, listen):
    room, _ = await in_database(direct.between, project, [ben.pk], by=ana)
    channel = await in_database(lambda: Channel.open(project, f"{WORD} board", private=True, by=ana))
    await in_database(channel.add, ben.pk, by=ana)
    before = await head_for(project, ben)
    await in_database(lambda: channel.rooms.get().post(f"{WORD} while Ben was in it", by=ana))
    await in_database(channel.dismiss, ben.pk, by=ana)
    page = await listen(ben, after=before)
    await until(lambda: page.of("reset"))
    assert WORD not in str(page.frames)
    assert room is not None
