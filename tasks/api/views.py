"""Views of the board that people keep."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Status

from projects import access
from projects.schemas import PathId
from tasks.models import View
from tasks.schemas import ViewIn, ViewOut, ViewPatch, ViewsOut

router = Router(tags=["tasks"])


def _view(request: HttpRequest, view_id: int) -> View:
    """A view that the person may change: their own, and as an admin whatever is shared."""
    view = access.find(request.user, View, view_id, to="save_views")
    if view.owner_id != request.user.pk and not access.may(view.my_role, "manage_columns", view.project):
        raise PermissionDenied(_("Only whoever made a view, or an admin, can change it."))
    return view


@router.get("/projects/{project_id}/views", response=ViewsOut)
def views(request: HttpRequest, project_id: PathId):
    """Those that are shared, and one's own."""
    project = access.project(request.user, project_id)
    return {"items": project.views.seen_by(request.user).order_by("name", "id").rows()}


@router.post("/projects/{project_id}/views", response={201: ViewOut})
def add_view(request: HttpRequest, project_id: PathId, payload: ViewIn):
    project = access.project(request.user, project_id, to="save_views")
    if payload.shared:
        access.check(project, "share_views")
    details = payload.dict() | {"query": payload.query.dict(exclude_defaults=True)}
    return Status(201, View.objects.add_to(project, by=request.user, **details).row())


@router.patch("/views/{view_id}", response=ViewOut)
def change_view(request: HttpRequest, view_id: PathId, payload: ViewPatch):
    view = _view(request, view_id)
    values = payload.dict(exclude_unset=True)
    if values.get("shared"):
        access.check(view, "share_views")
    if "query" in values:
        values["query"] = payload.query.dict(exclude_defaults=True)
    view.change(by=request.user, **values)
    return view.row()


@router.delete("/views/{view_id}", response={204: None})
def remove_view(request: HttpRequest, view_id: PathId):
    _view(request, view_id).remove(by=request.user)
    return Status(204, None)
