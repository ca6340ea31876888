"""A coloured word on tasks."""

from collections.abc import Iterable
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from projects import live
from projects.live import Live, LiveQuerySet
from tasks.locking import lock_project, read_again
from tasks.models.naming import NAME_TAKEN, check_name
from tasks.placing import announce_together

MOST_LABELS = 200  # in a project: they all stand in every snapshot


class Colour(models.TextChoices):
    GREY = "grey", _("Grey")
    RED = "red", _("Red")
    ORANGE = "orange", _("Orange")
    AMBER = "amber", _("Amber")
    GREEN = "green", _("Green")
    TEAL = "teal", _("Teal")
    BLUE = "blue", _("Blue")
    INDIGO = "indigo", _("Indigo")
    PURPLE = "purple", _("Purple")
    PINK = "pink", _("Pink")


class LabelQuerySet(LiveQuerySet):
    def locked(self, ids: Iterable[int]) -> Self:
        """Those of these ids, held for whoever puts them on tasks: one deleted meanwhile would be missed by nobody."""
        return self.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)

    @live.atomic()
    def add_to(self, project: Any, name: str, *, colour: str = Colour.GREY, by: Any) -> "Label":
        lock_project(project)
        if project.labels.count() >= MOST_LABELS:
            raise ValidationError({"name": [_("A project can have %d labels at most.") % MOST_LABELS]})
        label = self.model(project=project, name=name, colour=colour)
        check_name(label)
        label.done_by(by).save()
        return label


class Label(Live):
    noun = "label"
    wire = {"id": "id", "name": "name", "colour": "colour"}

    project = models.ForeignKey(
        "projects.Project", models.CASCADE, related_name="labels", verbose_name=_("project")
    )
    name = models.CharField(_("name"), max_length=80)
    colour = models.CharField(_("colour"), max_length=10, choices=Colour, default=Colour.GREY)

    objects = LabelQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("label"), _("labels")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                "project", Lower("name"), name="one_label_a_name", violation_error_message=NAME_TAKEN
            ),
            models.CheckConstraint(condition=models.Q(colour__in=Colour.values), name="known_colour"),
        ]

    def __str__(self) -> str:
        return self.name

    @live.atomic()
    def change(self, *, by: Any, **values: Any) -> None:
        """`name`, `colour`."""
        lock_project(self.project)
        read_again(self, Label.objects.select_related("project"))
        for name, value in values.items():
            setattr(self, name, value)
        check_name(self)
        self.done_by(by).save(update_fields=list(values))

    @live.atomic()
    def remove(self, *, by: Any) -> None:
        """Delete the label, and take it off its tasks."""
        self.project.audit("label.deleted", by=by, name=self.name)
        self.done_by(by).delete()

    @live.atomic()
    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        project, by = self.project, self.by
        # Tasks are locked before labels. The rows that join the two go without a signal of their own.
        tasks = list(self.tasks.active().select_related("project").held())
        # Nobody can put it on a task from here on; those on which it was put meanwhile are not held.
        if Label.objects.select_for_update().filter(pk=self.pk).first() is None:
            raise Http404
        missed = self.tasks.active().exclude(pk__in=[task.pk for task in tasks]).exists()
        done = super().delete(*args, **kwargs)
        if missed:
            project.record("project.reset", {}, by=by)
        else:
            announce_together(project, tasks, by=by)
        return done
