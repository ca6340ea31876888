"""The pages by which a project is overseen: who may do what, and what was done."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from projects import access, audit_export, rights, wire
from projects.forms import AuditFilterForm
from projects.models import AuditEntry, Project
from projects.roles import Role
from projects.snapshot import snapshot

TOGETHER = 50  # entries on a page


@login_required
@never_cache
def table(request: HttpRequest, project_id: int) -> HttpResponse:
    """Who may do what: for everyone to read, for an owner to change."""
    if request.method != "POST":
        return _table(request, access.project(request.user, project_id))
    project = access.project(request.user, project_id, to="change_rights")
    changes = _changes(request.POST)
    try:
        project.change_rights(changes, by=request.user)
    except ValidationError as error:
        return _table(request, project, changes, error.message_dict)
    messages.success(request, _("Saved. It holds from this moment, on every open page."))
    return redirect("projects:rights", project_id)


@login_required
@require_POST
def reset(request: HttpRequest, project_id: int) -> HttpResponse:
    access.project(request.user, project_id, to="change_rights").reset_rights(by=request.user)
    messages.success(request, _("Everything is as it was on the first day."))
    return redirect("projects:rights", project_id)


@login_required
@never_cache
def audit(request: HttpRequest, project_id: int) -> HttpResponse:
    """What was done, newest first, in pages by the last entry seen."""
    project = access.project(request.user, project_id, to="see_audit")
    form = AuditFilterForm(request.GET, project=project)
    wanted = form.cleaned_data if form.is_valid() else {}
    entries = (
        AuditEntry.objects.visible_to(request.user).filter(project=project).select_related("by", "about")
    )
    entries = entries.concerning(wanted.get("person")).of_kind(wanted.get("kind", ""))
    if before := wanted.get("before"):
        entries = entries.filter(pk__lt=before)
    found = list(entries[: TOGETHER + 1])
    context = {
        "project": project,
        "form": form,
        "entries": found[:TOGETHER],
        "older": _older(request, found),
        "filtered": any(wanted.values()),
        "may_export": access.may(project.my_role, "export", project),
        "snapshot_json": _json(project, request.user),
    }
    return render(request, "projects/audit.html", context, status=200 if form.is_valid() else 422)


@login_required
@require_POST
def export(request: HttpRequest, project_id: int) -> HttpResponse:
    project = access.project(request.user, project_id, to="see_audit")
    access.check(project, "export")
    kind = "csv" if request.POST.get("format") == "csv" else "json"
    return audit_export.export(project, kind, by=request.user)


def _older(request: HttpRequest, found: list[AuditEntry]) -> str:
    """The address of the next page; empty on the last one."""
    if len(found) <= TOGETHER:
        return ""
    query = request.GET.copy()
    query["before"] = str(found[TOGETHER - 1].pk)
    return f"?{query.urlencode()}"


def _changes(posted: QueryDict) -> dict[str, dict[str, bool]]:
    """What is ticked and was not when the page was drawn, and the other way round: the rest stays as others left it."""
    ticked, shown = set(posted.getlist("may")), set(posted.getlist("shown"))
    changes: dict[str, dict[str, bool]] = {}
    for place in ticked ^ shown:
        role, _dot, capability = place.partition(".")
        changes.setdefault(role, {})[capability] = place in ticked
    return changes


def _table(
    request: HttpRequest,
    project: Project,
    changes: dict[str, dict[str, bool]] | None = None,
    errors: Any = None,
) -> HttpResponse:
    mine = access.may(project.my_role, "change_rights", project) and not project.archived_at
    context = {
        "project": project,
        "groups": list(_groups(project.rights, changes or {}, errors or {})),
        "roles": list(Role),
        "changeable": mine,
        "changed": bool(project.rights),
        "errors": errors,
        "snapshot_json": _json(project, request.user),
    }
    return render(request, "projects/rights.html", context, status=422 if errors else 200)


def _groups(
    held: rights.Rights, changes: dict[str, dict[str, bool]], errors: dict[str, list[str]]
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    lines = dict(rights.table(held))
    for words, names in rights.GROUPS:
        yield str(words), [_line(name, lines[name], changes, errors) for name in names]


def _line(
    name: str, cells: list[rights.Cell], changes: dict[str, dict[str, bool]], errors: dict[str, list[str]]
) -> dict[str, Any]:
    drawn = [
        {
            **cell._asdict(),
            "words": Role(cell.role).label,
            "place": f"{cell.role}.{name}",
            "ticked": changes.get(cell.role, {}).get(name, cell.allowed),
        }
        for cell in cells
    ]
    wrong = [word for cell in drawn for word in errors.get(cell["place"], ())]
    return {"name": name, "words": rights.WORDS[name], "cells": drawn, "errors": wrong}


def _json(project: Project, user: Any) -> str:
    state = snapshot(project, user, only={"project", "me", "members", "presence"})
    return wire.for_script(state)
