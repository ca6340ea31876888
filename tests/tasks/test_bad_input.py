"""What people (and others) send that they should not: a clear 4xx, and nothing half-written."""

import json

import pytest

from tasks.models import Column, Comment, Label, Task
from tests.tasks.conftest import head

LONG = "x" * 100_000
DEEP = "[" * 20_000 + "]" * 20_000
NUL, SURROGATE = "a\x00b", "\ud800"

FINE_WORDS = [
    "שלום עולם",
    "👩‍👩‍👧‍👦 🏳️‍🌈",
    "<script>alert(1)</script>",
    "'; DROP TABLE tasks_task; --",
    "\u202eevil",
    "[[[[" * 40,
]
BAD_WORDS = ["", "   ", "\n\t", LONG, NUL, SURROGATE, None, 7, True, [], {}, "\x1b[31m", "\x7f"]
BAD_IDS = [0, -1, 2**63, 10**30, 1.5, "1", True, None, [], {}, "1; DROP"]
BAD_MOMENTS = [
    "2026-12-24T18:00:00", "2026-12-24", "tomorrow", "", 0, "1790000000", True, [], "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z", "2026-02-30T00:00:00Z", "1969-12-31T23:59:59Z",
]  # fmt: skip


BAD_TASKS = [
    *({"title": words} for words in BAD_WORDS),
    *({"title": "x", "description": words} for words in (LONG, NUL, SURROGATE, None, 7, [])),
    *({"title": "x", "column": pk} for pk in BAD_IDS if pk is not None),
    *({"title": "x", "assignees": [pk]} for pk in BAD_IDS),
    *({"title": "x", "labels": [pk]} for pk in BAD_IDS),
    {"title": "x", "assignees": list(range(1, 5000))},
    {"title": "x", "assignees": None},
    {"title": "x", "labels": "1"},
    *({"title": "x", "due_at": moment} for moment in BAD_MOMENTS),
    *({"title": "x", "priority": word} for word in ("", "HIGH", None, 1, LONG)),
    *({"title": "x", "client_id": word} for word in ("", "a b", "ä", NUL, "x" * 65, 7, [])),
    *({"title": "x", name: 1} for name in ("id", "number", "project", "project_id", "position", "version", "created_by",
                                           "completed_at", "deleted_at", "description_html", "__class__", "")),
]  # fmt: skip
BAD_BODIES = [
    "", "null", "[]", "1", '"x"', "{", '{"title": NaN}', '{"title": "\\ud800"}', '{"title": "x", "x": Infinity}', DEEP,
    '{"title": ' + DEEP + "}", '{"title": ' + "1" * 5_000 + "}", "\xff", '{"a": 1, "a": 2}', "{'title': 'x'}",
]  # fmt: skip


def sent(caller, method, path, body):
    text = body if isinstance(body, str) else json.dumps(body)
    return caller.request(method, path, text.encode("utf-8", "surrogatepass"))


@pytest.fixture
def everything(project, board, task, ana):
    """Counts and texts of all that a request could have changed; equal to itself while nothing was written."""
    Comment.objects.add_to(task, "Hello", by=ana)
    Label.objects.add_to(project, "Bug", by=ana)

    def read():
        return [list(model.objects.order_by("pk").rows()) for model in (Task, Column, Label, Comment)], head(
            project
        )

    return read


def assert_refused(answer, why):
    assert 400 <= answer.status_code < 500, (answer.status_code, str(why)[:200])
    assert isinstance(answer.json()["detail"], str) and isinstance(answer.json()["errors"], dict)


def test_no_bad_task_is_made_or_changed(project, task, everything, ben, api):
    caller, before = api(ben), everything()
    for body in BAD_TASKS:
        assert_refused(sent(caller, "post", f"/projects/{project.pk}/tasks", body), body)
        if "column" not in body and "client_id" not in body and "version" not in body:
            assert_refused(sent(caller, "patch", f"/tasks/{task.pk}", body), body)
    assert everything() == before


def test_no_body_that_is_not_an_object_is_taken(project, board, task, everything, ana, api):
    caller, before = api(ana), everything()
    label, comment = project.labels.get(), task.comments.get()
    routes = [
        ("post", f"/projects/{project.pk}/tasks"),
        ("patch", f"/tasks/{task.pk}"),
        ("post", f"/tasks/{task.pk}/move"),
        ("post", f"/projects/{project.pk}/columns"),
        ("patch", f"/columns/{board.todo.pk}"),
        ("post", f"/columns/{board.todo.pk}/move"),
        ("post", f"/projects/{project.pk}/labels"),
        ("patch", f"/labels/{label.pk}"),
        ("post", f"/tasks/{task.pk}/comments"),
        ("patch", f"/comments/{comment.pk}"),
    ]
    for method, path in routes:
        for body in BAD_BODIES:
            assert_refused(sent(caller, method, path, body), (method, path, body))
        assert_refused(sent(caller, method, path, {"unknown": 1}), (method, path))
    assert everything() == before


def test_no_bad_name_or_text_is_taken(project, board, task, everything, ana, api):
    caller, before = api(ana), everything()
    label, comment = project.labels.get(), task.comments.get()
    for words in [*BAD_WORDS, "x" * 81]:
        for method, path in (
            ("post", f"/projects/{project.pk}/columns"),
            ("patch", f"/columns/{board.todo.pk}"),
            ("post", f"/projects/{project.pk}/labels"),
            ("patch", f"/labels/{label.pk}"),
        ):
            assert_refused(sent(caller, method, path, {"name": words}), words)
    for words in BAD_WORDS:
        assert_refused(sent(caller, "post", f"/tasks/{task.pk}/comments", {"body": words}), words)
        assert_refused(sent(caller, "patch", f"/comments/{comment.pk}", {"body": words}), words)
    for value in (None, "perhaps", 7, [], ""):
        assert_refused(
            sent(caller, "post", f"/projects/{project.pk}/columns", {"name": "x", "done": value}), value
        )
    assert everything() == before


def test_no_bad_id_leads_anywhere(project, board, task, everything, ana, api):
    caller, before = api(ana), everything()
    for pk in BAD_IDS:
        if pk is not None:
            assert_refused(sent(caller, "post", f"/tasks/{task.pk}/move", {"column": pk}), pk)
        for side in ("before", "after"):
            if pk is not None:
                body = {"column": board.doing.pk, side: pk}
                assert_refused(sent(caller, "post", f"/tasks/{task.pk}/move", body), body)
                assert_refused(sent(caller, "post", f"/columns/{board.done.pk}/move", {side: pk}), pk)
    for pk in ("0", "-1", str(2**63), "9" * 40, "abc", "1%00", "%ED%A0%80", "1.5", "١"):
        for path in (
            f"/tasks/{pk}",
            f"/projects/{pk}/tasks",
            f"/tasks/{pk}/comments",
            f"/projects/{pk}/columns",
        ):
            assert_refused(caller.get(path), path)
        for path in (
            f"/columns/{pk}",
            f"/labels/{pk}",
            f"/comments/{pk}",
            f"/columns/{board.done.pk}?move_to={pk}",
        ):
            assert_refused(caller.delete(path), path)
    assert everything() == before


@pytest.mark.parametrize("words", FINE_WORDS)
def test_strange_words_are_kept_as_they_are_and_rendered_safely(project, task, ana, api, words):
    caller = api(ana)
    row = sent(caller, "post", f"/projects/{project.pk}/tasks", {"title": words, "description": words}).json()
    assert row["title"] == row["description"] == words and "<script" not in row["description_html"]
    comment = sent(caller, "post", f"/tasks/{task.pk}/comments", {"body": words}).json()
    assert comment["body"] == words and "<script" not in comment["html"]
    label = sent(caller, "post", f"/projects/{project.pk}/labels", {"name": words[:80]})
    assert label.json()["name"] == words[:80]


def test_a_body_of_many_megabytes_is_too_large(project, everything, ben, api):
    before = everything()
    answer = sent(
        api(ben), "post", f"/projects/{project.pk}/tasks", {"title": "x", "description": "x" * 3_000_000}
    )
    assert answer.status_code in (413, 422)
    assert everything() == before
