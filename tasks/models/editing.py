"""What somebody writes into a task: its texts, its dates, its people and its labels."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from projects.markdown import render
from tasks.models.activity import News, What, pair

RELATED = ("assignees", "labels")


class Edit:
    """New values for a task that is held, or is not saved yet; of which only those that differ are kept."""

    def __init__(self, task: Any, values: dict[str, Any]) -> None:
        self.task = task
        # Assignees and labels by their ids, before and after.
        self._named: dict[str, dict[int, str]] = {
            name: self._read(name) for name in RELATED if name in values
        }
        self._new_labels: dict[int, str] = {}
        self._relations: dict[str, set[int]] = {}
        self.values = {name: value for name, value in values.items() if not self._stands(name, value)}
        self._was = {name: getattr(task, name) for name in self.values if name not in RELATED}

    @property
    def columns(self) -> list[str]:
        """Those of the task's row that `apply` writes."""
        return [*self._was, "description_html"] if "description" in self._was else list(self._was)

    @property
    def newcomers(self) -> set[int]:
        """Who was not assigned before."""
        return self._relations.get("assignees", set()) - self._named.get("assignees", {}).keys()

    def apply(self) -> None:
        """Set what has a column of its own; check people and labels, for `relate`. ValidationError by name."""
        for name in self._was:
            setattr(self.task, name, self.values[name])
        if "description" in self._was:
            self.task.description_html = render(self.task.description, self.task.project)
        for name, check in (("assignees", self._check_people), ("labels", self._check_labels)):
            if name in self.values:
                self._relations[name] = check(set(self.values[name]))

    def relate(self) -> None:
        """Write assignees and labels, once the task has its row."""
        for name, ids in self._relations.items():
            getattr(self.task, name).set(ids)

    def news(self) -> list[News]:
        news = [
            News(name) if name == What.DESCRIPTION else News(name, before, getattr(self.task, name))
            for name, before in self._was.items()
        ]
        if "assignees" in self._relations:
            news.append(News(What.ASSIGNEES, **pair(self._named["assignees"], self._relations["assignees"])))
        if "labels" in self._relations:
            names = self._named["labels"].values(), self._new_labels.values()
            news.append(News(What.LABELS, **pair(*names)))
        return news

    def _read(self, name: str) -> dict[int, str]:
        return dict(getattr(self.task, name).values_list("pk", "name")) if self.task.pk else {}

    def _stands(self, name: str, value: Any) -> bool:
        return set(self._named[name]) == set(value) if name in RELATED else getattr(self.task, name) == value

    def _check_people(self, ids: set[int]) -> set[int]:
        """Anyone in the project, and whoever is on the task already.

        Of these some may have left: as somebody was put on it in that very moment, or before leaving gave tasks back.
        """
        if not ids:
            return ids
        members = self.task.project.memberships.filter(user__in=ids).values_list("user", flat=True)
        if ids - set(members) - self._named["assignees"].keys():
            raise ValidationError({"assignees": [_("Not everybody here is in this project.")]})
        return ids

    def _check_labels(self, ids: set[int]) -> set[int]:
        if not ids:
            return ids
        self._new_labels = {label.pk: label.name for label in self.task.project.labels.locked(ids)}
        if ids - self._new_labels.keys():
            raise ValidationError({"labels": [_("Not all of these are labels of this project.")]})
        return ids
