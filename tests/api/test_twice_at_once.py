"""The same request in two tabs: the second comes before the first has committed. Done once, told once, never a 500."""

from functools import partial

import pytest

from chat.models import Channel
from projects.models import Upload
from tasks.models import ChecklistItem, Task
from tests.conftest import API
from tests.tasks.conftest import make_task
from tests.waiting import meanwhile

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


def twice(anas: API, *request, statuses: set[int]) -> str:
    """What was wrong with the second answer; empty when it is one of these."""
    answer = meanwhile(partial(anas.request, *request), partial(anas.request, *request))
    return "" if answer.status_code in statuses else f"{request}: {answer.status_code}"


def test_what_people_make_together(project, ana, ben, gus):
    anas = API(ana)
    p = f"/projects/{project.pk}"
    secret = Channel.open(project, "Plans", private=True, by=ana)
    room = project.rooms.get(channel__private=False)
    quiet = room.channel.open_room("quiet", by=ben)
    message = room.post("Hello", by=ben)
    task, other = make_task(project, by=ana), make_task(project, by=ana)
    item, _ = ChecklistItem.objects.add_to(task, "Item", by=ana)
    upload = anas.upload(project).json()["id"]
    batch = anas.post(f"{p}/tasks/bulk", {"tasks": [other.pk], "action": "complete"}).json()["undo"]
    m, t = f"/messages/{message.pk}", f"/tasks/{task.pk}"
    wrong = [
        twice(anas, "post", f"{p}/columns", {"name": "Same"}, statuses={422}),
        twice(anas, "post", f"{p}/labels", {"name": "Same"}, statuses={422}),
        twice(anas, "post", f"{p}/views", {"name": "Same", "query": {}}, statuses={422}),
        twice(anas, "post", f"{p}/channels", {"name": "Same"}, statuses={422}),
        twice(anas, "post", f"/channels/{room.channel_id}/rooms", {"name": "Same"}, statuses={422}),
        twice(anas, "post", f"{p}/directs", {"users": [ben.pk]}, statuses={200}),
        twice(anas, "post", f"/channels/{secret.pk}/members", {"user": ben.pk}, statuses={201}),
        twice(anas, "delete", f"/channels/{secret.pk}/members/{ben.pk}", None, statuses={204}),
        twice(anas, "post", f"/rooms/{quiet.pk}/join", {}, statuses={200}),
        twice(anas, "post", f"/rooms/{quiet.pk}/leave", {}, statuses={200}),
        twice(anas, "post", f"{m}/follow", {}, statuses={200}),
        twice(anas, "delete", f"{m}/follow", None, statuses={204}),
        twice(anas, "post", f"{m}/reactions", {"emoji": "👍"}, statuses={200}),
        twice(anas, "delete", f"{m}/reactions/👍", None, statuses={204}),
        twice(anas, "post", f"{m}/pin", {}, statuses={200}),
        twice(anas, "post", f"/channels/{secret.pk}/archive", {}, statuses={200}),
        twice(anas, "post", f"/channels/{secret.pk}/restore", {}, statuses={200}),
        twice(anas, "post", f"{t}/dependencies", {"blocks": other.pk}, statuses={200}),
        twice(anas, "delete", f"{t}/dependencies/{other.pk}", None, statuses={404}),
        twice(anas, "post", f"{t}/attachments", {"upload": upload}, statuses={200}),
        twice(anas, "post", f"{t}/watch", {}, statuses={200}),
        twice(anas, "post", f"{t}/complete", {}, statuses={200}),
        twice(anas, "post", f"{t}/archive", {}, statuses={200}),
        twice(anas, "post", f"{t}/unarchive", {}, statuses={200}),
        twice(anas, "post", f"/checklist_items/{item.pk}/convert", {}, statuses={404}),
        twice(anas, "post", f"/batches/{batch}/undo", {}, statuses={409}),
        twice(anas, "delete", t, None, statuses={404}),
        twice(anas, "post", f"{t}/restore", {}, statuses={200}),
        twice(anas, "patch", f"{p}/members/{gus.pk}", {"role": "member"}, statuses={200}),
        twice(anas, "patch", f"{p}/rights", {"member": {"export": True}}, statuses={200}),
        twice(anas, "post", f"{p}/archive", {}, statuses={200}),
        twice(anas, "post", f"{p}/restore", {}, statuses={200}),
        twice(anas, "delete", f"{p}/members/{gus.pk}", None, statuses={404}),
    ]
    assert not [each for each in wrong if each]
    kinds = list(project.audit_entries.values_list("kind", flat=True))
    once = (
        "task.deleted", "task.restored", "channel.archived", "channel.restored", "channel.invited", "channel.removed",
        "project.archived", "project.restored", "member.removed", "role.changed", "rights.changed",
    )  # fmt: skip
    whats = list(task.activity.values_list("what", flat=True))
    also = ("archived", "unarchived", "deleted", "restored", "item_converted", "files")
    told = {each: [*kinds, *whats].count(each) for each in (*once, *also)}
    assert set(told.values()) == {1}, told
    assert Task.objects.filter(project=project).count() == 3 and Upload.objects.count() == 1


def test_a_room_is_never_over_its_pins(project, ana, ben, monkeypatch):
    monkeypatch.setattr("chat.models.pinning.MOST_PINS", 1)
    room = project.rooms.get()
    one, two = (room.post(body, by=ana) for body in "ab")
    answer = meanwhile(partial(one.pin, by=ana), partial(API(ben).post, f"/messages/{two.pk}/pin"))
    assert answer.status_code == 409
    assert room.messages.exclude(pinned_at=None).count() == 1
