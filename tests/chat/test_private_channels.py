"""A private channel: for those outside, in the same project, there is nothing there."""

import pytest

from chat.models import Channel, ChannelMembership, RoomMembership
from projects import access, log, numbers
from projects.snapshot import snapshot
from tests.conftest import add, person


@pytest.fixture
def ada(project):
    """An admin of the project who is not in the private channel."""
    ada = person("ada")
    add(project, ada, "admin")
    return ada


def test_an_outsider_in_the_project_sees_no_trace(api, project, secret, ana, ben, ada):
    message = secret.post("Nobody else knows", by=ana)
    message.edit("Nobody else knows this", by=ana)
    secret.rename("inner circle", by=ana)
    for user in (ben, ada):
        client = api(user)
        state = client.get(f"/projects/{project.pk}/snapshot").content.decode()
        events = client.get(f"/projects/{project.pk}/events?after=0").content.decode()
        channels = client.get(f"/projects/{project.pk}/channels").content.decode()
        for text in (state, events, channels):
            for word in ("directors", "who knows", "inner circle", "Nobody else"):
                assert word not in text
        for path in (f"/channels/{secret.channel_id}/rooms", f"/channels/{secret.channel_id}/members",
                     f"/rooms/{secret.pk}/messages", f"/messages/{message.pk}",
                     f"/messages/{message.pk}/history"):  # fmt: skip
            assert client.get(path).status_code == 404, path
        for path, body in ((f"/rooms/{secret.pk}/messages", {"body": "x"}), (f"/rooms/{secret.pk}/join", {}),
                           (f"/rooms/{secret.pk}/leave", {}), (f"/rooms/{secret.pk}/read", {"message": message.pk}),
                           (f"/channels/{secret.channel_id}/rooms", {"name": "x"}),
                           (f"/channels/{secret.channel_id}/members", {"user": user.pk})):  # fmt: skip
            assert client.post(path, body).status_code == 404, path
        for path in (f"/messages/{message.pk}", f"/rooms/{secret.pk}", f"/channels/{secret.channel_id}",
                     f"/channels/{secret.channel_id}/members/{ana.pk}"):  # fmt: skip
            assert client.delete(path).status_code == 404, path
        for path, body in ((f"/messages/{message.pk}", {"body": "x"}), (f"/rooms/{secret.pk}", {"name": "x"}),
                           (f"/channels/{secret.channel_id}", {"name": "x"})):  # fmt: skip
            assert client.patch(path, body).status_code == 404, path
    assert RoomMembership.objects.filter(room=secret).count() == 1


def test_even_the_name_of_a_private_channel_tells_nothing(api, project, secret, ada):
    answer = api(ada).post(f"/projects/{project.pk}/channels", {"name": "Board of directors"})
    assert answer.status_code == 201


def test_events_of_it_carry_its_audience(project, secret, ana, ben):
    anas = numbers.of(project.pk).last_for(access.audiences_of(ana.pk, project.pk))
    bens = numbers.of(project.pk).last_for(access.audiences_of(ben.pk, project.pk))
    secret.post("Psst", by=ana)
    about = project.events.filter(name__in=["channel.created", "channel_member.created", "message.created"])
    own = [event for event in about if "Psst" in event.tail or str(secret.channel_id) in event.tail]
    assert own
    assert {event.audience for event in project.events.filter(audience__gt=0)} == {secret.channel_id}
    heard = log.read(project.pk, after=anas, user_id=ana.pk)
    assert f'"sequence":{anas + 1},"name":"message.created"' in heard.encode().decode()
    assert "Psst" in heard.encode().decode()
    heard = log.read(project.pk, after=bens, user_id=ben.pk)
    assert (heard.last, heard.lines, heard.reset) == (bens, [], False)


def test_the_feed_learns_who_hears_what(project, room, secret, ana):
    assert access.private_audiences(project.pk) == {ana.pk: {secret.channel_id}}
    assert access.room_audiences(project.pk) == {room.pk: None, secret.pk: secret.channel_id}


def test_one_person_hears_the_same_when_asked_for_alone(project, secret, ana, ben, gus, ada, cleo):
    for name, guests in (("For all", True), ("For members", False), ("With Gus", False)):
        channel = Channel.open(project, name, guests=guests, by=ana)
    channel.let_in(gus.pk, by=ana)
    together = access.private_audiences(project.pk)
    for user in (ana, ben, gus, ada, cleo):
        assert access.private_audiences_of(user.pk, project.pk) == together.get(user.pk, set())
    assert access.private_audiences_of(gus.pk, project.pk) == {channel.pk}


def test_ana_lets_ben_in(api, project, secret, ana, ben):
    answer = api(ana).post(f"/channels/{secret.channel_id}/members", {"user": ben.pk})
    assert answer.status_code == 201
    assert (answer.json()["channel"], answer.json()["user"]) == (secret.channel_id, ben.pk)
    event = project.events.filter(name="channel_member.created").first()
    assert (event.audience, event.by, event.data) == (secret.channel_id, ana.pk, answer.json())
    assert secret.row()["members"] == [ana.pk, ben.pk]
    state = snapshot(access.project(ben, project.pk), ben)
    assert secret.channel_id in [channel["id"] for channel in state["channels"]]
    assert secret.pk in [room["id"] for room in state["rooms"]]
    assert api(ben).post(f"/rooms/{secret.pk}/messages", {"body": "Thanks"}).status_code == 201
    again = api(ana).post(f"/channels/{secret.channel_id}/members", {"user": ben.pk})
    assert again.json() == answer.json()
    people = api(ben).get(f"/channels/{secret.channel_id}/members").json()["items"]
    assert [each["user"] for each in people] == [ana.pk, ben.pk]


def test_only_its_maker_and_admins_in_it_choose_its_people(api, secret, ana, ben, gus, ada):
    channel = secret.channel
    channel.add(ben.pk, by=ana)
    assert api(ben).post(f"/channels/{channel.pk}/members", {"user": gus.pk}).status_code == 403
    assert api(ben).delete(f"/channels/{channel.pk}/members/{ana.pk}").status_code == 403
    channel.add(ada.pk, by=ana)
    assert api(ada).post(f"/channels/{channel.pk}/members", {"user": gus.pk}).status_code == 201
    assert api(ada).delete(f"/channels/{channel.pk}/members/{gus.pk}").status_code == 204


def test_nobody_from_elsewhere_is_let_in(api, secret, room, ana, ben, cleo):
    for stranger in (cleo.pk, 10**15, 2**63 - 1):
        answer = api(ana).post(f"/channels/{secret.channel_id}/members", {"user": stranger})
        assert answer.status_code == 422
        assert "user" in answer.json()["errors"]
    assert api(ana).post(f"/channels/{room.channel_id}/members", {"user": ben.pk}).status_code == 422


def test_who_is_taken_out_hears_nothing_more(api, project, secret, ana, ben):
    secret.channel.add(ben.pk, by=ana)
    assert api(ana).delete(f"/channels/{secret.channel_id}/members/{ben.pk}").status_code == 204
    assert api(ben).get(f"/rooms/{secret.pk}/messages").status_code == 404
    assert secret.row()["members"] == [ana.pk]
    assert access.private_audiences(project.pk) == {ana.pk: {secret.channel_id}}
    assert project.events.filter(
        name="channel_member.deleted", audience=secret.channel_id, by=ana.pk
    ).exists()


def test_one_may_leave_and_the_last_one_stays(api, secret, ana, ben):
    secret.channel.add(ben.pk, by=ana)
    assert api(ben).delete(f"/channels/{secret.channel_id}/members/{ben.pk}").status_code == 204
    assert api(ana).delete(f"/channels/{secret.channel_id}/members/{ana.pk}").status_code == 409
    assert ChannelMembership.objects.filter(channel=secret.channel_id).count() == 1


def test_who_leaves_the_project_leaves_its_private_channels(project, room, secret, ana, ben):
    secret.channel.add(ben.pk, by=ana)
    project.memberships.get(user=ben).remove(by=ben)
    assert not ChannelMembership.objects.filter(user=ben).exists()
    assert not RoomMembership.objects.filter(user=ben).exists()
    assert project.events.filter(name="channel_member.deleted", by=ben.pk).count() == 1
    for each in (room, secret):
        assert (
            ben.pk
            not in project.events.filter(name="room.updated", object_id=each.pk).first().data["members"]
        )


def test_two_private_channels_are_two_secrets(project, secret, ana, ben):
    other = Channel.open(project, "Gifts", private=True, by=ana)
    other.add(ben.pk, by=ana)
    assert access.audiences_of(ben.pk, project.pk) == {other.pk, access.audience_of(ben.pk)}
    own = access.audience_of(ana.pk)
    assert access.audiences_of(ana.pk, project.pk) == {other.pk, secret.channel_id, own}
