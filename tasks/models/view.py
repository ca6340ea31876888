"""A way to look at the board, kept under a name: what is filtered, how it is grouped, and as what it is laid out."""

from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from projects import access, live
from projects.live import Live, LiveQuerySet
from tasks.locking import lock_project, read_again

MOST_VIEWS = 100  # of one person in a project: they stand in every snapshot
NAME_TAKEN = _("You have a view of this name already.")


class ViewQuerySet(LiveQuerySet):
    def visible_to(self, user: Any) -> Self:
        return super().visible_to(user).seen_by(user)

    def seen_by(self, user: Any) -> Self:
        """Those that are shared, and one's own."""
        return self.filter(Q(shared=True) | Q(owner=user))

    @live.atomic()
    def add_to(
        self, project: Any, name: str, *, query: dict[str, Any], shared: bool = False, by: Any
    ) -> "View":
        lock_project(project)
        if project.views.filter(owner=by).count() >= MOST_VIEWS:
            raise ValidationError({"name": [_("You can keep %d views in a project at most.") % MOST_VIEWS]})
        view = self.model(project=project, owner=by, name=name, query=query, shared=shared)
        view.check_name()
        view.check_query()
        view.done_by(by).save()
        return view


class View(Live):
    """`query`: {assignee?, label?, priority?: [...], due?, q?, lanes?, layout?, sort?}, as schemas.ViewQuery has it."""

    noun = "view"
    wire = {
        "id": "id",
        "name": "name",
        "query": "query",
        "shared": "shared",
        "owner": "owner_id",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }

    project = models.ForeignKey("projects.Project", models.CASCADE, related_name="views", db_index=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("owner")
    )
    name = models.CharField(_("name"), max_length=80)
    query = models.JSONField(default=dict)
    shared = models.BooleanField(_("shared"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ViewQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("view"), _("views")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                "project", "owner", Lower("name"), name="one_view_a_name", violation_error_message=NAME_TAKEN
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def audience(self) -> int | None:
        """A private one is heard of by its owner alone."""
        return None if self.shared else access.audience_of(self.owner_id)

    @live.atomic()
    def change(self, *, by: Any, **values: Any) -> None:
        """`name`, `query`, `shared`."""
        lock_project(self.project)
        read_again(self, View.objects.select_related("project"))
        turned = values.get("shared", self.shared) != self.shared
        for name, value in values.items():
            setattr(self, name, value)
        self.check_name()
        if "query" in values:
            self.check_query()
        if turned:
            self._change_hands(by)
        self.done_by(by).save(update_fields=[*values, "updated_at"])

    @live.atomic()
    def remove(self, *, by: Any) -> None:
        read_again(self, View.objects.select_related("project"))
        self.done_by(by).delete()

    def check_name(self) -> None:
        """ValidationError when its owner has another of this name: those of others may be nobody else's to know."""
        others = View.objects.filter(project=self.project_id, owner=self.owner_id).exclude(pk=self.pk)
        if others.alias(folded=Lower("name")).filter(folded=Lower(Value(self.name))).exists():
            raise ValidationError({"name": [NAME_TAKEN]})

    def check_query(self) -> None:
        """ValidationError when it names what is not in this project."""
        for field, rows, key in (
            ("assignee", self.project.memberships, "user"),
            ("label", self.project.labels, "pk"),
        ):
            ids = {each for each in self.query.get(field, ()) if isinstance(each, int)}
            if ids and rows.filter(**{f"{key}__in": ids}).count() < len(ids):
                raise ValidationError(
                    {"query": [_("This filters by somebody or something that is not here.")]}
                )

    def _change_hands(self, by: Any) -> None:
        """Who hears of it from now on hears of it as of something new; for all others it is gone, with its words."""
        if not self.shared:
            self.project.record(
                f"{self.noun}.deleted", {"id": self.pk}, by=by.pk, object_id=self.pk, forget=True
            )
        self.was_gone = True
