from types import SimpleNamespace
from typing import Any

import pytest

from projects.models import Project
from tasks.models import Column, Label, Task


@pytest.fixture
def board(project: Project) -> SimpleNamespace:
    """The columns that a new project has, by their names: board.todo, board.doing, board.done."""
    todo, doing, done = project.columns.order_by("position")
    return SimpleNamespace(todo=todo, doing=doing, done=done)


@pytest.fixture
def task(project: Project, ben: Any) -> Task:
    return make_task(project, "Write the words", by=ben)


@pytest.fixture
def elsewhere(cleo: Any) -> SimpleNamespace:
    """Cleo's own project, which nobody of the cast belongs to."""
    project = Project.objects.open("Elsewhere", key="ELSE", by=cleo)
    return SimpleNamespace(
        project=project,
        column=project.columns.first(),
        label=Label.objects.add_to(project, "Theirs", by=cleo),
        task=make_task(project, "Their secret", by=cleo),
    )


def make_task(project: Project, title: str = "A task", *, by: Any, **details: Any) -> Task:
    return Task.objects.add_to(project, title, by=by, **details)[0]


def titles(column: Column) -> list[str]:
    """What stands in the column, from top to bottom."""
    return list(column.tasks.active().order_by("position").values_list("title", flat=True))


def events(project: Project, after: int = 0) -> list[tuple[str, int | None]]:
    """(name, actor) of what the log says since."""
    return [(event.name, event.by) for event in project.events.after(after)]


def head(project: Project) -> int:
    return project.events.count()
