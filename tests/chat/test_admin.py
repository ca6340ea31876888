"""Django's admin of what is said: live, without a trace of what was deleted, quick in a large table."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from chat.models import Channel, ChannelMembership, Message, Revision, Room, RoomMembership
from chat.models.direct import between
from tests.conftest import person


@pytest.fixture
def root(db):
    return person("root", is_staff=True, is_superuser=True)


@pytest.fixture
def office(root) -> Client:
    client = Client()
    client.force_login(root, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(model, name: str, *args) -> str:
    return reverse(f"admin:chat_{model._meta.model_name}_{name}", args=args)


def delete(office, obj):
    return office.post(page(type(obj), "delete", obj.pk), {"post": "yes"})


def test_rewording_a_message_is_an_edit_by_who_is_signed_in(office, project, message, root):
    answer = office.post(page(Message, "change", message.pk), {"body": "In *other* words"})
    assert answer.status_code == 302
    event = project.events.first()
    assert (event.name, event.by) == ("message.updated", root.pk)
    assert event.data["html"] == "<p>In <em>other</em> words</p>"
    assert event.data["edited_at"]
    assert Revision.objects.get().body == "Hello **all**"


def test_a_blank_message_is_refused_in_words(office, message):
    answer = office.post(page(Message, "change", message.pk), {"body": "  "})
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()


def test_deleting_a_message_leaves_no_word(office, project, room, message, root):
    assert delete(office, message).status_code == 302
    event = project.events.first()
    assert (event.name, event.by, event.data) == ("message.deleted", root.pk, {"id": message.pk})
    assert "Hello" not in "".join(project.events.values_list("tail", flat=True))


def test_the_action_deletes_many_one_by_one(office, project, room, ben):
    pks = [room.post(f"m{number}", by=ben).pk for number in range(3)]
    answer = office.post(
        page(Message, "changelist"), {"action": "delete_selected", "_selected_action": pks, "post": "yes"}
    )
    assert answer.status_code == 302
    assert not Message.objects.exists()
    assert project.events.filter(name="message.deleted").values("object_id").distinct().count() == 3


def test_renaming_and_deleting_a_room_is_live(office, project, room, root, ben):
    other = project.channels.get().open_room("other", by=ben)
    other.post("A secret", by=ben)
    assert office.post(page(Room, "change", other.pk), {"name": "renamed"}).status_code == 302
    event = project.events.first()
    assert (event.name, event.by, event.data["name"]) == ("room.updated", root.pk, "renamed")
    taken = office.post(page(Room, "change", other.pk), {"name": "General"}, follow=True)
    assert "There is a room of this name" in taken.content.decode()
    assert project.events.first() == event
    assert delete(office, other).status_code == 302
    event = project.events.first()
    assert (event.name, event.by) == ("room.deleted", root.pk)
    assert "A secret" not in "".join(project.events.values_list("tail", flat=True))


def test_the_last_room_and_the_last_channel_stay_here_too(office, room):
    delete(office, room)
    delete(office, room.channel)
    assert Room.objects.filter(pk=room.pk).exists()
    assert Channel.objects.filter(pk=room.channel_id).exists()


def test_people_of_a_private_channel_are_let_in_and_taken_out(office, project, secret, root, ben, cleo):
    answer = office.post(page(ChannelMembership, "add"), {"channel": secret.channel_id, "user": ben.pk})
    assert answer.status_code == 302
    place = ChannelMembership.objects.get(user=ben)
    assert project.events.filter(
        name="channel_member.created", by=root.pk, audience=secret.channel_id
    ).exists()
    office.post(page(ChannelMembership, "add"), {"channel": secret.channel_id, "user": cleo.pk})
    assert not ChannelMembership.objects.filter(user=cleo).exists()
    assert delete(office, place).status_code == 302
    assert not RoomMembership.objects.filter(user=ben, room=secret).exists()


def test_a_direct_conversation_is_shown_and_stays_as_it_is(office, project, ana, ben):
    room, _ = between(project, [ben.pk], by=ana)
    address = page(Channel, "change", room.channel_id)
    shown = office.get(address).content.decode()
    assert "Direct conversation" in shown and 'name="name"' not in shown
    answer = office.post(
        address, {"name": "Ours now", "topic": "x", "may_post": "admins", "history": "arrival"}
    )
    assert answer.status_code == 302
    channel = Channel.objects.get(pk=room.channel_id)
    assert (channel.name, channel.topic, channel.may_post, channel.history) == ("", "", "everyone", "start")


def test_taking_somebody_out_of_a_room_shows(office, project, room, ben):
    assert delete(office, RoomMembership.objects.get(room=room, user=ben)).status_code == 302
    assert ben.pk not in project.events.filter(name="room.updated").first().data["members"]


@pytest.mark.parametrize(
    ("model", "term", "found"),
    [(Message, "@ben", 1), (Message, "@BEN", 1), (Message, "hello", 1), (Message, "@nobody", 0),
     (Message, "99999999", 0), (Message, "\x00", None), (Message, "9" * 40, 0),
     (Revision, "hello", 0), (Revision, "@ben", 1), (Room, "gener", 1),
     (Channel, "gener", 1), (RoomMembership, "ben", 1)],
)  # fmt: skip
def test_what_is_looked_for_is_found(office, message, ben, model, term, found):
    message.edit("hello again", by=ben)
    answer = office.get(page(model, "changelist"), {"q": term})
    assert answer.status_code == 200
    if found is not None:
        assert answer.context["cl"].result_count == found


def test_a_message_is_found_by_its_number(office, message, room, ben):
    room.post("another", by=ben)
    answer = office.get(page(Message, "changelist"), {"q": str(message.pk)})
    assert [each.pk for each in answer.context["cl"].result_list] == [message.pk]


def test_a_list_of_many_counts_none_of_them_and_asks_for_no_author_each(office, room, ben, gus):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO chat_message (room_id, author_id, body, html, created_at)"
            " SELECT %s, %s, 'words', '<p>words</p>', now() FROM generate_series(1, 12000)",
            [room.pk, ben.pk],
        )
    with CaptureQueriesContext(connection) as queries:
        office.get(page(Message, "changelist"))
    about = [each["sql"] for each in queries if "chat_message" in each["sql"]]
    assert len(about) <= 3
    assert all("LIMIT" in sql for sql in about)
