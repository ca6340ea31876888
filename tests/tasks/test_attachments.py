"""Files of tasks: brought, taken off and put back, counted on the card."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from projects.models import Upload
from tasks.models import Attachment, Task
from tests.conftest import picture


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def task(project, ana) -> Task:
    return Task.objects.add_to(project, "Paint the wall", by=ana)[0]


@pytest.fixture
def bens(api, ben):
    return api(ben)


def put(caller, task, **file):
    upload = caller.upload(task.project, **{"name": "wall.png", "content": picture(), **file}).json()
    return caller.post(f"/tasks/{task.pk}/attachments", {"upload": upload["id"]})


def counted(project, task) -> int:
    event = project.events.filter(name="task.updated", object_id=task.pk).first()
    return event.data["attachment_count"]


def test_a_file_on_a_task_is_told_and_counted(bens, task, project, ben):
    answer = put(bens, task)
    assert answer.status_code == 201
    row = answer.json()
    upload = Upload.objects.get()
    assert row == {
        **upload.row(),
        "id": row["id"],
        "task": task.pk,
        "created_by": ben.pk,
        "created_at": row["created_at"],
    }
    names = list(project.events.values_list("name", flat=True)[:2])
    assert set(names) == {"attachment.created", "task.updated"}
    assert counted(project, task) == bens.get(f"/tasks/{task.pk}").json()["attachment_count"] == 1
    assert bens.get(f"/tasks/{task.pk}/attachments").json() == {"items": [row], "next": None}


def test_again_is_the_same_and_a_file_hangs_in_one_place_only(bens, api, ana, task, project):
    upload = bens.upload(project).json()["id"]
    other, _ = Task.objects.add_to(project, "Another", by=ana)
    address = f"/tasks/{task.pk}/attachments"
    first, second = (bens.post(address, {"upload": upload}) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200) and first.json() == second.json()
    assert bens.post(f"/tasks/{other.pk}/attachments", {"upload": upload}).status_code == 422
    assert api(ana).post(address, {"upload": bens.upload(project).json()["id"]}).status_code == 422
    room = project.rooms.get().pk
    assert bens.post(f"/rooms/{room}/messages", {"attachments": [upload]}).status_code == 422


def test_everybody_in_the_project_has_it_and_guests_may_only_look(bens, api, task, gus, cleo):
    row = put(bens, task).json()
    guss = api(gus)
    assert guss.get(row["url"].removeprefix("/api/v1")).status_code == 200
    assert guss.delete(f"/attachments/{row['id']}").status_code == 403
    assert put(guss, task).status_code == 403
    assert api(cleo).get(f"/tasks/{task.pk}/attachments").status_code == 404
    assert api(cleo).get(row["url"].removeprefix("/api/v1")).status_code == 404


def test_taking_off_can_be_undone(bens, task, project):
    row = put(bens, task).json()
    file = row["url"].removeprefix("/api/v1")
    assert bens.delete(f"/attachments/{row['id']}").status_code == 204
    assert bens.get(file).status_code == 404
    assert counted(project, task) == 0
    assert bens.get(f"/tasks/{task.pk}/attachments").json()["items"] == []
    assert bens.delete(f"/attachments/{row['id']}").status_code == 404
    assert bens.post(f"/attachments/{row['id']}/restore").json() == row
    assert bens.get(file).status_code == 200 and counted(project, task) == 1
    assert bens.post(f"/attachments/{row['id']}/restore").json() == row


def test_files_of_a_deleted_task_are_nobodys_until_it_comes_back(bens, task, ben):
    row = put(bens, task).json()
    task.discard(by=ben)
    assert bens.get(row["url"].removeprefix("/api/v1")).status_code == 404
    assert bens.delete(f"/attachments/{row['id']}").status_code == 404
    task.restore(by=ben)
    assert bens.get(row["url"].removeprefix("/api/v1")).status_code == 200


def test_after_a_day_what_was_taken_off_is_gone_for_good(
    bens, task, project, media, django_capture_on_commit_callbacks
):
    kept, recent, old = (put(bens, task, name=f"{name}.png").json() for name in ("kept", "recent", "old"))
    for row in (recent, old):
        bens.delete(f"/attachments/{row['id']}")
    with project.quietly():
        Attachment.everything.filter(pk=old["id"]).update(deleted_at=timezone.now() - timedelta(hours=25))
    with django_capture_on_commit_callbacks(execute=True):
        call_command("prune")
    assert set(Attachment.everything.values_list("pk", flat=True)) == {kept["id"], recent["id"]}
    assert sum(path.is_file() for path in media.rglob("*")) == 4
    assert "old.png" not in "".join(project.events.values_list("tail", flat=True))


def test_a_task_deleted_for_good_takes_its_files_along(bens, task, media, django_capture_on_commit_callbacks):
    put(bens, task)
    with django_capture_on_commit_callbacks(execute=True):
        task.delete()
    assert not [path for path in media.rglob("*") if path.is_file()] and not Upload.objects.exists()


def test_a_task_holds_so_many_files_and_no_more(bens, task, monkeypatch):
    monkeypatch.setattr("tasks.models.attachment.MOST", 2)
    assert [put(bens, task).status_code for _ in range(3)] == [201, 201, 422]


def test_the_list_takes_as_many_queries_for_many_as_for_one(bens, task, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    put(bens, task)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert bens.get(f"/tasks/{task.pk}/attachments").status_code == 200
        return len(queries)

    few = count()
    for _ in range(3):
        put(bens, task)
    assert count() == few
