"""What is said of several tasks that changed together: to the audit log, in their activity, and to every page."""

from typing import Any

from tasks.models import Task
from tasks.models.activity import Activity, News, What, entered
from tasks.placing import MOST_EVENTS

Changes = dict[int, dict[str, Any]]  # as a Batch keeps them


def tell(several: Any, changes: Changes) -> None:
    _audit(several, changes)
    _note(several, changes)
    _watch(changes)
    _announce(several, [several.tasks[pk] for pk in changes])


def _audit(several: Any, changes: Changes) -> None:
    turned = [several.tasks[pk] for pk, change in changes.items() if "deleted_at" in change["was"]]
    for kind, gone in (("task.deleted", True), ("task.restored", False)):
        details = [task.audited() for task in turned if task.gone == gone]
        if details:
            several.project.audit_all(kind, details, by=several.by)


def _note(several: Any, changes: Changes) -> None:
    ids = {pk for change in changes.values() for pks in change.get("labels", ()) for pk in pks}
    names = dict(several.project.labels.filter(pk__in=ids).values_list("pk", "name")) if ids else {}
    news = {pk: _news_of(several, pk, change, names) for pk, change in changes.items()}
    Activity.objects.note_together(news, by=several.by)


def _news_of(several: Any, pk: int, change: dict[str, Any], names: dict[int, str]) -> list[News]:
    task, before, was = several.tasks[pk], several.before[pk], change["was"]
    news = entered(several.columns[before["column_id"]], before["completed_at"], task)
    news += [News(name, was[name], change["is"][name]) for name in (What.DUE, What.PRIORITY) if name in was]
    if "archived_at" in was:
        news.append(News(What.ARCHIVED if task.archived_at else What.UNARCHIVED))
    if "deleted_at" in was:
        news.append(News(What.DELETED if task.deleted_at else What.RESTORED))
    if "assignees" in change:
        added, removed = change["assignees"]
        news.append(News(What.ASSIGNEES, removed, added))
    if "labels" in change:
        added, removed = ([names[pk] for pk in pks if pk in names] for pks in change["labels"])
        news.append(News(What.LABELS, removed, added))
    return news


def _watch(changes: Changes) -> None:
    """Who was put on a task watches it from now on."""
    through = Task.watchers.through
    people = {pk: change["assignees"][0] for pk, change in changes.items() if "assignees" in change}
    rows = [through(task_id=pk, user_id=user) for pk, users in people.items() for user in users]
    if rows:
        through.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)


def _announce(several: Any, tasks: list[Task]) -> None:
    if len(tasks) > MOST_EVENTS:
        several.project.record("project.reset", {}, by=several.by.pk)
        return
    pks = [task.pk for task in tasks if not task.deleted_at]
    rows = {row["id"]: row for row in Task.objects.filter(pk__in=pks).rows()}
    several.project.record_together([_event(several, task, rows) for task in tasks], by=several.by.pk)


def _event(several: Any, task: Task, rows: dict[int, dict[str, Any]]) -> tuple[str, int, dict[str, Any]]:
    if task.deleted_at:
        return "task.deleted", task.pk, {"id": task.pk}
    restored = several.before[task.pk]["deleted_at"] is not None
    return ("task.created" if restored else "task.updated"), task.pk, rows[task.pk]
