"""Emoji under a message, and messages that a room keeps at hand."""

import threading

import pytest
from django.db import connection

from chat.models.pinning import MOST_PINS
from chat.models.reacting import MOST_KINDS
from tests.conftest import API

GOOD = [
    "👍",
    "👍🏽",
    "❤️",
    "🇺🇦",
    "🏳️‍🌈",
    "👩‍👩‍👧‍👦",
    "👩🏽‍🚀",
    "🏴󠁧󠁢󠁷󠁬󠁳󠁿",
    "1️⃣",
    "☕",
    "🫠",
    "⭐",
    "©️",
    "🧑🏻‍❤️‍💋‍🧑🏿",
    "👁️‍🗨️",
]
BAD = ["", " ", "a", "1", "#", "ok", "👍👍", "👍 ", " 👍", ":+1:", "🇺", "🏽x", "\u200d", "👍\u200d", "\ufe0f", "<b>",
       "é", "漢", "👍\n", "👍" * 30, "\x00", "̈", "🇺🇦🇺🇦", "x👍"]  # fmt: skip


@pytest.mark.parametrize("emoji", GOOD)
def test_any_emoji_stands_under_a_message_and_goes_again(api, message, ana, emoji):
    assert api(ana).post(f"/messages/{message.pk}/reactions", {"emoji": emoji}).json()["reactions"][0][
        "users"
    ] == [ana.pk]
    assert api(ana).delete(f"/messages/{message.pk}/reactions/{emoji}").status_code == 204
    assert api(ana).get(f"/messages/{message.pk}").json()["reactions"] == []


@pytest.mark.parametrize("emoji", BAD, ids=ascii)
def test_other_text_is_no_reaction(api, message, ana, emoji):
    answer = api(ana).post(f"/messages/{message.pk}/reactions", {"emoji": emoji})
    assert answer.status_code == 422 and "emoji" in answer.json()["errors"]
    assert api(ana).get(f"/messages/{message.pk}").json()["reactions"] == []


def test_the_same_heart_is_one(api, message, ana, ben):
    api(ana).post(f"/messages/{message.pk}/reactions", {"emoji": "❤"})
    row = api(ben).post(f"/messages/{message.pk}/reactions", {"emoji": "❤️"}).json()
    assert row["reactions"] == [{"emoji": "❤️", "users": [ana.pk, ben.pk]}]


def test_a_reaction_is_told_once(api, project, message, ana, ben):
    path = f"/messages/{message.pk}/reactions"
    first = api(ana).post(path, {"emoji": "🎉"}).json()
    event = project.events.first()
    assert (event.name, event.by, event.data) == ("message.updated", ana.pk, first)
    before = project.events.count()
    assert api(ana).post(path, {"emoji": "🎉"}).json() == first
    assert api(ben).delete(f"{path}/🎉").status_code == 204
    assert project.events.count() == before


def test_there_are_only_so_many_kinds(api, message, ana, ben):
    for number in range(MOST_KINDS):
        message.react(chr(0x1F600 + number), by=ana)
    path = f"/messages/{message.pk}/reactions"
    assert api(ben).post(path, {"emoji": "🚀"}).status_code == 422
    assert api(ben).post(path, {"emoji": "😀"}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_reactions_at_once_are_all_kept(message, ana, ben, gus):
    clients, start = [API(user) for user in (ana, ben, gus)], threading.Barrier(3)

    def react(client) -> None:
        start.wait()
        for emoji in ("👍", "🎉", "👀"):
            client.post(f"/messages/{message.pk}/reactions", {"emoji": emoji})
        connection.close()

    threads = [threading.Thread(target=react, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    message.refresh_from_db()
    assert {kind["emoji"] for kind in message.reactions} == {"👍", "🎉", "👀"}
    assert all(set(kind["users"]) == {ana.pk, ben.pk, gus.pk} for kind in message.reactions)


def test_pins_are_listed_the_newest_first_until_they_are_taken_away(api, project, room, ana, ben, gus):
    one, two, _ = (room.post(text, by=ben) for text in ("One", "Two", "Three"))
    pinned = api(gus).post(f"/messages/{one.pk}/pin").json()
    assert pinned["pinned_by"] == gus.pk and pinned["pinned_at"]
    event = project.events.first()
    assert (event.name, event.data) == ("message.updated", pinned)
    api(ana).post(f"/messages/{two.pk}/pin")
    assert [row["id"] for row in api(ben).get(f"/rooms/{room.pk}/pins").json()["items"]] == [two.pk, one.pk]
    assert api(ben).post(f"/messages/{one.pk}/pin").json() == pinned, "pinned once"
    assert api(ben).delete(f"/messages/{one.pk}/pin").status_code == 204
    assert [row["id"] for row in api(ben).get(f"/rooms/{room.pk}/pins").json()["items"]] == [two.pk]


def test_a_room_holds_only_so_many_pins(api, project, room, ana):
    with project.quietly():
        for number in range(MOST_PINS):
            room.post(f"m{number}", by=ana).pin(by=ana)
    more = room.post("One more", by=ana)
    assert api(ana).post(f"/messages/{more.pk}/pin").status_code == 409


def test_nobody_reacts_or_pins_in_an_archived_project(api, project, message, ana, ben):
    project.archive(by=ana)
    assert api(ben).post(f"/messages/{message.pk}/reactions", {"emoji": "👍"}).status_code == 403
    assert api(ben).post(f"/messages/{message.pk}/pin").status_code == 403
