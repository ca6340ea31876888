"""The page from which the tasks of a project are taken along."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from projects import access, wire
from projects.snapshot import snapshot
from tasks import exporting


@login_required
@never_cache
def export(request: HttpRequest, project_id: int) -> HttpResponse:
    """Says what is in the file on GET, hands it out on POST."""
    project = access.project(request.user, project_id, to="export")
    if request.method == "POST":
        kind = "csv" if request.POST.get("format") == "csv" else "json"
        return exporting.export(project, kind, by=request.user)
    state: dict[str, Any] = snapshot(project, request.user, only={"project", "me", "members", "presence"})
    return render(request, "tasks/export.html", {"project": project, "snapshot_json": wire.for_script(state)})
