import pytest
from django.urls import reverse

from tasks.models import ChecklistItem, Column, Comment, Label, Task
from tests.tasks.conftest import events, head, make_task, titles


@pytest.fixture
def root(ana, client):
    ana.is_staff = ana.is_superuser = True
    ana.save()
    client.force_login(ana)
    return client


def url(model, page, *args):
    return reverse(f"admin:tasks_{model}_{page}", args=args)


def task_form(task, **changed):
    row = task.row()
    return {
        "column": row["column"], "title": row["title"], "description": row["description"], "priority": row["priority"],
        "assignees": row["assignees"], "labels": row["labels"], "due_at_0": "", "due_at_1": "", **changed,
    }  # fmt: skip


def act(root, model, action, *rows):
    return root.post(
        url(model, "changelist"), {"action": action, "_selected_action": [row.pk for row in rows]}
    )


def test_a_task_changed_in_the_admin_appears_live(project, board, task, root, ana, ben):
    bug, before = Label.objects.add_to(project, "Bug", by=ana), head(project)
    form = task_form(task, title="Changed", column=board.done.pk, labels=[bug.pk], assignees=[ben.pk])
    assert root.post(url("task", "change", task.pk), form).status_code == 302
    assert events(project, before) == [("task.updated", ana.pk)]
    data = project.events.first().data
    assert (data["title"], data["column"], data["labels"], data["version"]) == (
        "Changed",
        board.done.pk,
        [bug.pk],
        2,
    )
    assert data["completed_at"] and data["assignees"] == [ben.pk]


def test_an_item_changed_in_the_admin_appears_live(project, task, root, ana, ben):
    item, _ = ChecklistItem.objects.add_to(task, "Buy paint", by=ben)
    before = head(project)
    assert (
        root.post(
            url("checklistitem", "change", item.pk), {"text": "Buy much paint", "assignee": ben.pk}
        ).status_code
        == 302
    )
    assert sorted(events(project, before)) == [("checklist_item.updated", ana.pk), ("task.updated", ana.pk)]
    assert root.post(url("checklistitem", "delete", item.pk), {"post": "yes"}).status_code == 302
    assert not task.checklist.active().exists() and task.checklist.get().assignee == ben
    assert root.get(url("activity", "changelist")).status_code == 200
    assert root.post(url("activity", "delete", task.activity.first().pk), {"post": "yes"}).status_code == 403


def test_a_task_saved_unchanged_tells_nobody(project, task, root):
    before = head(project)
    assert root.post(url("task", "change", task.pk), task_form(task)).status_code == 302
    assert head(project) == before


def test_a_task_is_added_in_the_admin(project, board, root, ana):
    form = {"column": board.doing.pk, "title": "New", "description": "*x*", "priority": "low", "due_at_0": "",
            "due_at_1": "", "assignees": [ana.pk]}  # fmt: skip
    before = head(project)
    assert root.post(url("task", "add"), form).status_code == 302
    assert events(project, before) == [("task.created", ana.pk)]
    assert titles(board.doing) == ["New"] and "<em>x</em>" in Task.objects.get().description_html


def test_what_does_not_belong_to_the_project_is_refused(project, task, elsewhere, root, cleo):
    before, row = head(project), task.row()
    for changed in (
        {"column": elsewhere.column.pk},
        {"labels": [elsewhere.label.pk]},
        {"assignees": [cleo.pk]},
    ):
        answer = root.post(url("task", "change", task.pk), task_form(task, title="x", **changed))
        assert answer.status_code == 302 and answer["Location"] == url("task", "change", task.pk)
    assert head(project) == before and task.row() == row


def test_the_actions_are_the_verbs(project, board, root, ana, ben):
    tasks = [make_task(project, title, by=ben) for title in "AB"]
    before = head(project)
    for action in ("complete", "reopen", "move_to_done", "delete_selected", "restore"):
        extra = {"post": "yes"} if action == "delete_selected" else {}
        data = {"action": action, "_selected_action": [row.pk for row in tasks], **extra}
        assert root.post(url("task", "changelist"), data).status_code == 302
    assert events(project, before) == [
        *[("task.updated", ana.pk)] * 6,
        *[("task.deleted", ana.pk)] * 2,
        *[("task.created", ana.pk)] * 2,
    ]
    assert sorted(titles(board.done)) == ["A", "B"]


def test_a_deleted_task_can_be_looked_at_and_restored_but_not_changed(task, root, ben):
    task.discard(by=ben)
    assert root.get(url("task", "change", task.pk)).status_code == 200
    assert root.post(url("task", "change", task.pk), task_form(task, title="x")).status_code == 403
    for action in ("complete", "reopen", "move_to_done"):
        assert act(root, "task", action, task).status_code == 302
    act(root, "task", "restore", task)
    assert Task.objects.active().get() == task


def test_columns_and_labels_are_managed_in_the_admin(project, board, task, root, ana):
    def heard(model, page, form, *args):
        before = head(project)
        assert root.post(url(model, page, *args), form).status_code == 302
        return events(project, before)

    assert heard("column", "add", {"project": project.pk, "name": "Later", "colour": "teal"}) == [
        ("column.created", ana.pk)
    ]
    assert heard("column", "change", {"colour": "teal", "name": "Doing"}, board.doing.pk) == [
        ("column.updated", ana.pk)
    ]
    assert heard("column", "delete", {"post": "yes"}, board.doing.pk) == [("column.deleted", ana.pk)]
    assert heard("label", "add", {"project": project.pk, "name": "Bug", "colour": "red"}) == [
        ("label.created", ana.pk)
    ]
    bug = project.labels.get()
    assert heard("label", "change", {"name": "Defect", "colour": "red"}, bug.pk) == [
        ("label.updated", ana.pk)
    ]
    assert heard("label", "delete", {"post": "yes"}, bug.pk) == [("label.deleted", ana.pk)]
    refused = root.post(url("column", "delete", board.todo.pk), {"post": "yes"}, follow=True)
    assert "There are tasks in this column" in refused.content.decode()
    assert Column.objects.filter(pk=board.todo.pk).exists()


def test_a_name_that_is_taken_is_said_on_the_form(project, board, root):
    answer = root.post(url("column", "add"), {"project": project.pk, "name": "TO DO"})
    assert answer.status_code == 200 and "This name is taken in this project." in answer.content.decode()


def test_a_comment_is_edited_and_deleted_in_the_admin(project, task, root, ana, gus):
    comment, _ = Comment.objects.add_to(task, "Rude", by=gus)
    root.post(url("comment", "change", comment.pk), {"body": "**Kind**"})
    comment.refresh_from_db()
    assert "<strong>Kind</strong>" in comment.html and comment.edited_at
    before = head(project)
    root.post(url("comment", "delete", comment.pk), {"post": "yes"})
    assert sorted(events(project, before)) == [("comment.deleted", ana.pk), ("task.updated", ana.pk)]
    assert not Comment.objects.exists()


@pytest.mark.parametrize("term", ["words", "WEB-1", "web-1"])
def test_tasks_are_found_by_words_and_by_reference(task, project, root, ben, term):
    make_task(project, "Another", by=ben)
    page = root.get(url("task", "changelist"), {"q": term}).content.decode()
    assert "Write the words" in page and "Another" not in page


def test_lists_cost_the_same_number_of_queries_for_5_and_for_60(
    project, root, ben, gus, django_assert_max_num_queries
):
    seen = {}
    for count in (5, 55):
        for _ in range(count):
            made = make_task(project, by=ben, assignees=[ben.pk])
            Comment.objects.add_to(made, "Hello", by=gus)
        for model in ("task", "comment", "column", "label"):
            with django_assert_max_num_queries(12) as queries:
                assert root.get(url(model, "changelist")).status_code == 200
            assert seen.setdefault(model, len(queries)) == len(queries)


def test_filters_and_forms_open(task, board, root):
    for query in ({"state": "open"}, {"state": "overdue"}, {"state": "completed"}, {"state": "discarded"}):
        assert root.get(url("task", "changelist"), query).status_code == 200
    for model, pk in (("task", task.pk), ("column", board.todo.pk)):
        assert root.get(url(model, "change", pk)).status_code == 200
        assert root.get(url(model, "add")).status_code == 200
