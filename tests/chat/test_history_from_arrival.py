"""A private channel whose newcomers read it from their arrival on."""

import pytest

from chat.models import Room, RoomMembership
from projects import log


@pytest.fixture
def before(secret, ana):
    """What was said before Ben came; Ana can still edit it."""
    secret.channel.change(history="arrival", by=ana)
    return secret.post("Before Ben", by=ana)


@pytest.fixture
def after(before, secret, ana, ben):
    secret.channel.add(ben.pk, by=ana)
    return secret.post("After Ben", by=ana)


def bodies(answer) -> list[str]:
    return [item["body"] for item in answer.json()["items"]]


def test_newcomers_read_from_their_arrival(api, secret, before, after, ana, ben):
    path = f"/rooms/{secret.pk}/messages"
    assert bodies(api(ana).get(path)) == ["Before Ben", "After Ben"]
    assert bodies(api(ben).get(path)) == ["After Ben"]
    for query in ({"around": before.pk}, {"after": 0}):
        assert bodies(api(ben).get(path, **query)) == ["After Ben"]
    assert bodies(api(ben).get(path, before=after.pk)) == []
    assert api(ben).get(path).json()["next"] is None
    for route in (f"/messages/{before.pk}", f"/messages/{before.pk}/history"):
        assert api(ben).get(route).status_code == 404
        assert api(ana).get(route).status_code == 200
    assert api(ben).get(f"/messages/{after.pk}").status_code == 200


def test_what_they_may_not_read_is_never_unread(api, project, secret, before, after, ben):
    reading = RoomMembership.objects.filter(room=secret, user=ben).readings()[0]
    assert (reading["unread"], reading["first_unread"]) == (1, after.pk)
    assert api(ben).post(f"/rooms/{secret.pk}/read", {"message": before.pk}).status_code == 422
    state = api(ben).get(f"/projects/{project.pk}/snapshot")
    assert "Before Ben" not in state.content.decode()
    events = api(ben).get(f"/projects/{project.pk}/events?after=0")
    assert "Before Ben" not in events.content.decode()


def test_who_does_not_see_a_message_hears_nothing_of_its_edits(project, secret, before, after, ana, ben, gus):
    since = {user: log.read(project.pk, after=0, user_id=user.pk).last for user in (ana, ben, gus)}
    before.edit("Before Ben, edited", by=ana)
    after.edit("After Ben, edited", by=ana)

    def heard(user) -> str:
        reading = log.read(project.pk, after=since[user], user_id=user.pk)
        return reading.encode().decode()

    assert "Before Ben, edited" in heard(ana) and "After Ben, edited" in heard(ana)
    assert "Before Ben, edited" not in heard(ben) and "After Ben, edited" in heard(ben)
    assert "edited" not in heard(gus)
    before.remove(by=ana)
    assert "Before" not in "".join(project.events.values_list("tail", flat=True))


def test_from_the_start_means_all_of_it(api, secret, ana, ben):
    secret.post("Before Ben", by=ana)
    secret.channel.add(ben.pk, by=ana)
    assert bodies(api(ben).get(f"/rooms/{secret.pk}/messages")) == ["Before Ben"]


def test_the_setting_is_for_those_who_come(api, secret, before, after, ana, ben, gus):
    """It takes nothing from who is in it already, and gives nothing to who came under the other."""
    secret.channel.change(history="start", by=ana)
    secret.channel.add(gus.pk, by=ana)
    path = f"/rooms/{secret.pk}/messages"
    assert bodies(api(gus).get(path)) == ["Before Ben", "After Ben"]
    assert bodies(api(ben).get(path)) == ["After Ben"]


def test_other_rooms_of_the_channel_begin_at_the_same_moment(api, secret, before, ana, ben):
    other = secret.channel.open_room("other", by=ana)
    other.post("Before Ben, elsewhere", by=ana)
    secret.channel.add(ben.pk, by=ana)
    Room.objects.get(pk=other.pk).join(by=ben)
    assert bodies(api(ben).get(f"/rooms/{other.pk}/messages")) == []


def test_threads_and_pins_of_before_are_not_theirs(api, secret, before, ana, ben):
    early = secret.post("Answer before Ben", thread=before.pk, by=ana)
    before.pin(by=ana)
    secret.channel.add(ben.pk, by=ana)
    late = secret.post("Answer after Ben", thread=before.pk, by=ana)
    bens = api(ben)
    assert bodies(bens.get(f"/messages/{late.pk}/replies")) == ["Answer after Ben"]
    assert bens.get(f"/messages/{before.pk}/replies").status_code == 404
    assert bens.get(f"/messages/{early.pk}").status_code == 404
    assert bodies(bens.get(f"/rooms/{secret.pk}/pins")) == []
    answer = bens.post(f"/rooms/{secret.pk}/messages", {"body": "Me too", "thread": before.pk})
    assert answer.status_code == 422 and "thread" in answer.json()["errors"]
    assert bens.post(f"/rooms/{secret.pk}/unread", {"message": before.pk}).status_code == 422
