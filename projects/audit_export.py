"""The audit log of a project as a file."""

from typing import Any

from django.http import StreamingHttpResponse

from projects import exporting, wire
from projects.models import AuditEntry, Project

COLUMNS = ("id", "at", "kind", "by", "about", "words", "details")


def export(project: Project, kind: str, *, by: Any) -> StreamingHttpResponse:
    """A file of all that `by` may see of it; `kind`: "csv" or "json"."""
    newest = project.audit_entries.order_by("-id").values_list("id", flat=True).first() or 0
    seen = AuditEntry.objects.visible_to(by).filter(project=project, pk__lte=newest)
    seen = seen.select_related("by", "about").order_by("id")
    entries = exporting.in_pages(
        lambda last: list(seen.filter(pk__gt=last)[: exporting.TOGETHER]), lambda entry: entry.pk
    )
    return exporting.download(
        project, "audit", kind, entries, columns=COLUMNS, cells=_cells, row=AuditEntry.row, by=by
    )


def _cells(entry: AuditEntry) -> tuple[Any, ...]:
    handles = (f"@{person.handle}" if person else "" for person in (entry.by, entry.about))
    details = wire.text(entry.details) if entry.details else ""
    return (entry.pk, entry.at.isoformat(), entry.kind, *handles, entry.words, details)
