"""What was done in a project that somebody may have to answer for. Entries are written by verbs, and never changed."""

from collections.abc import Callable
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from projects.auditing import Known, facts, sentence_of


class AuditEntryQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """With `my_role`; access.find asks for see_audit. What happened in private is seen by those who were there."""
        mine = self.filter(
            Q(only_for=None) | Q(only_for__contains=[user.pk]), project__memberships__user=user
        )
        return mine.annotate(my_role=F("project__memberships__role")).select_related("project")

    def concerning(self, person: int | None) -> Self:
        """What this person did, and what was done to them."""
        return self if person is None else self.filter(Q(by=person) | Q(about=person))

    def of_kind(self, kind: str) -> Self:
        """One kind ("member.removed"), or all about a noun ("member")."""
        if not kind:
            return self
        return self.filter(kind=kind) if "." in kind else self.filter(kind__startswith=f"{kind}.")

    def rows(self) -> list[dict[str, Any]]:
        return [entry.row() for entry in self.select_related("by", "about")]


class AuditEntry(models.Model):
    project = models.ForeignKey("projects.Project", models.CASCADE, related_name="audit_entries")
    kind = models.CharField(max_length=40)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    about = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    details = models.JSONField(default=dict)
    only_for = ArrayField(
        models.BigIntegerField(), null=True, help_text="ids of the people of a private channel, back then"
    )

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["project", "-id"], name="audit_of_a_project"),
            models.Index(fields=["project", "kind", "-id"], name="audit_of_a_kind"),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """A sentence in the reader's language: who did what to whom."""
        return self._sentence(str, str)

    @property
    def html(self) -> SafeString:
        return mark_safe(self._sentence(conditional_escape, lambda name: format_html("<bdi>{}</bdi>", name)))

    @property
    def face(self) -> Any:
        """Of whom the sentence is: whoever joins does so themselves, whoever let them in."""
        return self.about if self.kind == "member.joined" else self.by

    @property
    def url(self) -> str:
        """Where one finds what it is about, as far as that is still there; else empty."""
        here = f"/projects/{self.project_id}/"
        if self.kind == "task.restored" and "number" in self.details:
            return f"{here}tasks/{self.details['number']}/"
        pages = {"rights": "rights/", "role": "members/", "member": "members/", "invitation": "members/"}
        pages |= {"ownership": "members/", "project": "settings/"}
        page = pages.get(self.kind.partition(".")[0])
        return here + page if page else ""

    def row(self) -> dict[str, Any]:
        names = ("id", "kind", "at", "details", "words")
        return {**{name: getattr(self, name) for name in names}, "by": self.by_id, "about": self.about_id}

    def _sentence(self, text: Callable[[str], str], name: Callable[[str], str]) -> str:
        people = {"by": self.by, "about": self.about}
        known = facts(self.kind, self.details)
        known |= {key: person.name if person else _("Somebody") for key, person in people.items()}
        return text(sentence_of(self.kind)) % Known((key, name(value)) for key, value in known.items())
