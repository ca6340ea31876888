"""Edit and delete: who, how long, and what is left of the old words."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from chat.models import Message, Revision
from tests.conftest import API, add, person


def test_the_author_edits_and_the_old_words_are_kept(api, project, message, ben, gus):
    answer = api(ben).patch(f"/messages/{message.pk}", {"body": "Hello *everyone*"})
    assert answer.status_code == 200
    edited = answer.json()
    assert edited["html"] == "<p>Hello <em>everyone</em></p>"
    assert edited["edited_at"] is not None
    event = project.events.first()
    assert (event.name, event.by, event.data) == ("message.updated", ben.pk, edited)
    texts = api(gus).get(f"/messages/{message.pk}/history").json()["items"]
    assert [text["body"] for text in texts] == ["Hello **all**", "Hello *everyone*"]
    assert texts[0]["html"] == "<p>Hello <strong>all</strong></p>"
    assert texts[0]["at"] == edited["created_at"]
    assert texts[1]["at"] == edited["edited_at"]


def test_only_the_author_edits(api, message, ana, gus, cleo):
    for user, code in ((ana, 403), (gus, 403), (cleo, 404)):
        assert api(user).patch(f"/messages/{message.pk}", {"body": "Other words"}).status_code == code
    assert api(cleo).get(f"/messages/{message.pk}/history").status_code == 404
    message.refresh_from_db()
    assert message.body == "Hello **all**"
    assert not Revision.objects.exists()


def test_the_same_words_are_no_edit(api, project, message, ben):
    before = project.events.count()
    answer = api(ben).patch(f"/messages/{message.pk}", {"body": "Hello **all**"})
    assert answer.json()["edited_at"] is None
    assert project.events.count() == before
    assert not Revision.objects.exists()


def age(message: Message, **ago: float) -> None:
    message.created_at = timezone.now() - timedelta(**ago)
    message.save(update_fields=["created_at"])


def test_after_a_day_it_stands(api, message, ben, settings):
    age(message, hours=24, seconds=10)  # begun in time: 20 seconds of grace
    assert api(ben).patch(f"/messages/{message.pk}", {"body": "Just in time"}).status_code == 200
    age(message, hours=24, seconds=30)
    assert api(ben).patch(f"/messages/{message.pk}", {"body": "Too late"}).status_code == 403
    settings.MESSAGE_EDIT_WINDOW = None
    assert api(ben).patch(f"/messages/{message.pk}", {"body": "Never too late"}).status_code == 200


def test_editing_can_be_switched_off(api, message, ben, settings):
    settings.MESSAGE_EDIT_WINDOW = 0
    assert api(ben).patch(f"/messages/{message.pk}", {"body": "No"}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_edits_at_once_lose_no_words(message, ben):
    client, start = API(ben), threading.Barrier(4)

    def edit(words: str) -> None:
        start.wait()
        client.patch(f"/messages/{message.pk}", {"body": words})
        connection.close()

    threads = [threading.Thread(target=edit, args=[f"Words {number}"]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bodies = {text["body"] for text in Message.objects.get().history()}
    assert bodies == {"Hello **all**", "Words 0", "Words 1", "Words 2", "Words 3"}


def test_the_author_deletes_and_no_word_stays(api, project, message, ben):
    api(ben).patch(f"/messages/{message.pk}", {"body": "Something secret"})
    assert api(ben).delete(f"/messages/{message.pk}").status_code == 204
    assert not Message.objects.exists()
    assert not Revision.objects.exists()
    log = "".join(project.events.values_list("tail", flat=True))
    assert "Hello" not in log
    assert "secret" not in log
    event = project.events.first()
    assert (event.name, event.by, event.data) == ("message.deleted", ben.pk, {"id": message.pk})
    assert api(ben).delete(f"/messages/{message.pk}").status_code == 404


def test_an_admin_deletes_what_others_said(api, project, room, message, ana, ben, gus, cleo):
    for user, code in ((gus, 403), (cleo, 404)):
        assert api(user).delete(f"/messages/{message.pk}").status_code == code
    ada = person("ada")
    add(project, ada, "admin")
    assert api(ada).delete(f"/messages/{message.pk}").status_code == 204
    anas = room.post("By Ana", by=ana)
    assert api(ben).delete(f"/messages/{anas.pk}").status_code == 403
    assert api(ada).delete(f"/messages/{anas.pk}").status_code == 204


def test_editing_what_is_deleted_meanwhile_is_not_found(message, ben):
    from django.http import Http404

    stale = Message.objects.get(pk=message.pk)
    message.remove(by=ben)
    with pytest.raises(Http404):
        stale.edit("Too late", by=ben)
    with pytest.raises(Http404):
        stale.remove(by=ben)
