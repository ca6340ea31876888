"""The labels of a project."""

from django.http import HttpRequest
from ninja import Router, Status

from projects import access
from projects.schemas import PathId
from tasks.models import Label
from tasks.schemas import LabelIn, LabelOut, LabelPatch, LabelsOut

router = Router(tags=["tasks"])


@router.get("/projects/{project_id}/labels", response=LabelsOut)
def labels(request: HttpRequest, project_id: PathId):
    return {"items": access.project(request.user, project_id).labels.order_by("name", "id").rows()}


@router.post("/projects/{project_id}/labels", response={201: LabelOut})
def add_label(request: HttpRequest, project_id: PathId, payload: LabelIn):
    project = access.project(request.user, project_id, to="manage_labels")
    return Status(201, Label.objects.add_to(project, by=request.user, **payload.dict()).row())


@router.patch("/labels/{label_id}", response=LabelOut)
def change_label(request: HttpRequest, label_id: PathId, payload: LabelPatch):
    label = access.find(request.user, Label, label_id, to="manage_labels")
    label.change(by=request.user, **payload.dict(exclude_unset=True))
    return label.row()


@router.delete("/labels/{label_id}", response={204: None})
def remove_label(request: HttpRequest, label_id: PathId):
    access.find(request.user, Label, label_id, to="manage_labels").remove(by=request.user)
    return Status(204, None)
