"""The files of a task."""

from django.http import HttpRequest
from ninja import Router, Status

from projects import access
from projects.schemas import PathId
from tasks.api.finding import find_task
from tasks.models import Attachment
from tasks.schemas import AttachmentIn, AttachmentOut, AttachmentsOut

router = Router(tags=["tasks"])


@router.get("/tasks/{task_id}/attachments", response=AttachmentsOut)
def attachments(request: HttpRequest, task_id: PathId):
    return {"items": find_task(request, task_id, to="see").attachments.active().rows()}


@router.post("/tasks/{task_id}/attachments", response={200: AttachmentOut, 201: AttachmentOut})
def attach(request: HttpRequest, task_id: PathId, payload: AttachmentIn):
    """200 when it is there already."""
    task = find_task(request, task_id, to="edit_tasks")
    attachment, new = Attachment.objects.add_to(task, payload.upload, by=request.user)
    return Status(201 if new else 200, attachment.row())


@router.delete("/attachments/{attachment_id}", response={204: None})
def take_off(request: HttpRequest, attachment_id: PathId):
    """Can be undone for a day: POST /attachments/{id}/restore."""
    access.find(request.user, Attachment, attachment_id, to="edit_tasks").discard(by=request.user)
    return Status(204, None)


@router.post("/attachments/{attachment_id}/restore", response=AttachmentOut)
def restore_attachment(request: HttpRequest, attachment_id: PathId):
    attachment = access.find(request.user, Attachment.everything.all(), attachment_id, to="edit_tasks")
    attachment.restore(by=request.user)
    return attachment.row()
