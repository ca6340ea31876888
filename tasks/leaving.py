"""What somebody who leaves a project leaves to the others: tasks, lines of checklists, what they watched."""

from typing import Any

from django.db.models import Q

from projects import live
from tasks.bulk.several import Several
from tasks.models import ChecklistItem, Task
from tasks.placing import announce_together


@live.atomic()
def give_back(project: Any, person: Any, *, by: Any) -> None:
    """Take them off everything: nobody's now, until somebody takes it. In as many statements for many as for one."""
    assigned, watched = (
        through.objects.filter(task__project=project, user=person)
        for through in (Task.assignees.through, Task.watchers.through)
    )
    items = ChecklistItem.everything.filter(task__project=project, assignee=person)
    theirs = Q()
    for rows in (assigned, watched, items):
        theirs |= Q(pk__in=rows.values("task"))
    # All at once, for whoever locks several tasks does so in the order of their ids.
    tasks = {task.pk: task for task in Task.objects.filter(theirs, project=project).active().held()}
    watching = [tasks[pk] for pk in watched.filter(task__in=tasks).values_list("task", flat=True)]
    watched.delete()
    _unassign(project, list(assigned.filter(task__in=tasks).values_list("task", flat=True)), person, by)
    assigned.delete()  # off deleted tasks as well, which may come back
    ChecklistItem.objects.give_back(project, person, by=by)
    announce_together(project, watching, by=by.pk)


def _unassign(project: Any, ids: list[int], person: Any, by: Any) -> None:
    if ids:
        several = Several(project, ids, by=by, columns=set(), among=Task.everything)  # archived ones too
        several.assign(remove=[person.pk])
        several.save()
