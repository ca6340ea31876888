import pytest

from tasks.models import Comment
from tests.tasks.conftest import events, head


@pytest.fixture
def comment(task, gus):
    return Comment.objects.add_to(task, "What about the *paint*?", by=gus)[0]


def test_a_guest_comments_and_the_card_counts_it(project, task, gus, ben, api):
    before = head(project)
    made = api(gus).post(f"/tasks/{task.pk}/comments", {"body": "Looks **good**, @ben\n"})
    row = made.json()
    assert made.status_code == 201 and (row["task"], row["author"], row["edited_at"]) == (
        task.pk,
        gus.pk,
        None,
    )
    assert "<strong>good</strong>" in row["html"] and f'data-user="{ben.pk}"' in row["html"]
    assert sorted(events(project, before)) == [("comment.created", gus.pk), ("task.updated", gus.pk)]
    assert project.events.get(name="task.updated").data["comment_count"] == 1
    assert project.events.get(name="comment.created").data == row
    assert api(ben).get(f"/tasks/{task.pk}/comments").json() == {"items": [row], "next": None}


def test_a_repeated_comment_stands_once(project, task, gus, api):
    path, body = f"/tasks/{task.pk}/comments", {"body": "Hello", "client_id": "c1"}
    first = api(gus).post(path, body)
    before = head(project)
    again = api(gus).post(path, body)
    assert (again.status_code, again.json()) == (200, first.json())
    assert head(project) == before and Comment.objects.count() == 1


def test_a_comment_repeated_after_its_deletion_is_not_made_again(task, gus, ana, api):
    path, body = f"/tasks/{task.pk}/comments", {"body": "Hello", "client_id": "c1"}
    first = api(gus).post(path, body).json()
    assert api(ana).delete(f"/comments/{first['id']}").status_code == 204
    assert api(gus).post(path, body).status_code == 409
    assert not Comment.objects.exists()


def test_comments_come_in_pages_the_newest_first(task, gus, api):
    for number in range(5):
        Comment.objects.add_to(task, str(number), by=gus)
    path = f"/tasks/{task.pk}/comments"
    newest = api(gus).get(path, limit=2).json()
    assert [item["body"] for item in newest["items"]] == ["3", "4"]
    middle = api(gus).get(path, limit=2, before=newest["next"]).json()
    assert [item["body"] for item in middle["items"]] == ["1", "2"]
    last = api(gus).get(path, limit=2, before=middle["next"]).json()
    assert [item["body"] for item in last["items"]] == ["0"] and last["next"] is None


def test_only_its_author_edits_a_comment(project, comment, ana, gus, cleo, api):
    path = f"/comments/{comment.pk}"
    before = head(project)
    edited = api(gus).patch(path, {"body": "`code`"}).json()
    assert "<code>code</code>" in edited["html"] and edited["edited_at"]
    assert events(project, before) == [("comment.updated", gus.pk)]
    assert api(ana).patch(path, {"body": "x"}).status_code == 403
    assert api(cleo).patch(path, {"body": "x"}).status_code == 404


def test_its_author_or_an_admin_deletes_a_comment(project, task, comment, ana, ben, gus, cleo, api):
    path = f"/comments/{comment.pk}"
    assert api(ben).delete(path).status_code == 403
    assert api(cleo).delete(path).status_code == 404
    before = head(project)
    assert api(ana).delete(path).status_code == 204
    assert sorted(events(project, before)) == [("comment.deleted", ana.pk), ("task.updated", ana.pk)]
    own = api(gus).post(f"/tasks/{task.pk}/comments", {"body": "mine"}).json()
    assert api(gus).delete(f"/comments/{own['id']}").status_code == 204


def test_of_a_deleted_comment_no_word_stays(project, comment, ana):
    comment.remove(by=ana)
    assert not Comment.objects.exists()
    assert not project.events.filter(tail__contains="paint").exists()


def test_a_comment_saved_past_the_verbs_is_counted_too(project, task, gus):
    before = head(project)
    Comment.objects.create(task=task, author=gus, body="Hello", html="<p>Hello</p>").delete()
    assert [name for name, _ in events(project, before)].count("task.updated") == 2
    assert task.row()["comment_count"] == 0


def test_comments_of_a_deleted_task_are_not_there(task, comment, ana, gus, api):
    task.discard(by=ana)
    assert api(gus).patch(f"/comments/{comment.pk}", {"body": "x"}).status_code == 404
    assert api(gus).delete(f"/comments/{comment.pk}").status_code == 404
    assert api(gus).post(f"/tasks/{task.pk}/comments", {"body": "x"}).status_code == 404


def test_a_stranger_neither_reads_nor_writes(task, comment, cleo, api):
    assert api(cleo).get(f"/tasks/{task.pk}/comments").status_code == 404
    assert api(cleo).post(f"/tasks/{task.pk}/comments", {"body": "x"}).status_code == 404
