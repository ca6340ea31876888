"""Home: my projects, and what the other apps find worth my eye. For somebody not signed in, what Taskroom is."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from projects.models import Project
from projects.models.membership import Role

Part = Callable[[Any], Any]

_parts: dict[str, Part] = {}


def part(name: str) -> Callable[[Part], Part]:
    """Register a part: `@part("tasks") def mine(user) -> rows`, in a constant number of queries."""

    def register(read: Part) -> Part:
        _parts[name] = read
        return read

    return register


def dashboard(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return render(request, "projects/landing.html")
    mine = list(Project.objects.visible_to(request.user).order_by("name", "pk"))
    for project in mine:
        project.my_role_words = Role(project.my_role).label
    context = {
        "projects": [project for project in mine if not project.archived_at],
        "archived": [project for project in mine if project.archived_at],
        "parts": {name: read(request.user) for name, read in _parts.items()},
    }
    return render(request, "projects/dashboard.html", context)
