"""The pages of a project. What happens on them afterwards goes through the API and the socket."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from projects import access, wire
from projects.models import Project
from projects.snapshot import snapshot

# What could end a <script> element, as JSON writes it otherwise.
ESCAPES = str.maketrans({"<": "\\u003C", ">": "\\u003E", "&": "\\u0026"})


@login_required
@never_cache
def page(request: HttpRequest, project_id: int, **address: int) -> HttpResponse:
    """Board, rooms and people on one page; `address` (a task, a room, a message) is the page's own to read."""
    project = access.project(request.user, project_id)
    context = {
        "project": project,
        "projects": Project.objects.visible_to(request.user).active(),
        "snapshot_json": wire.text(snapshot(project, request.user)).translate(ESCAPES),
    }
    return render(request, "projects/page.html", context)
