"""Projects, their members and invitations, the snapshot and the log, over HTTP."""

import hashlib
from typing import Any, Literal

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from ninja import File, Query, Router, Status
from ninja.errors import HttpError
from ninja.files import UploadedFile

from projects import access, audit_export, log, rights, uploading, wire
from projects.models import AuditEntry, Invitation, Membership, Project, Upload
from projects.schemas import (
    AcceptedOut,
    AuditEntriesOut,
    AuditFilter,
    EventsOut,
    ExportIn,
    InvitationIn,
    IssuedInvitationOut,
    MemberOut,
    MemberPatch,
    Page,
    PathId,
    ProjectIn,
    ProjectOut,
    ProjectPatch,
    RightsOut,
    RightsPatch,
    UploadOut,
    page,
)
from projects.signals import polled
from projects.snapshot import snapshot

router = Router(tags=["projects"])

Activity = Literal["active", "idle", "inactive", "hidden"]


@router.get("/projects", response=dict[str, Any])
def projects(request: HttpRequest, query: Query[Page]):
    mine = Project.objects.visible_to(request.user).order_by("-id")
    if query.before:
        mine = mine.filter(pk__lt=query.before)
    return page([project.row() for project in mine[: query.limit + 1]], query.limit)


@router.post("/projects", response={201: ProjectOut})
def open_project(request: HttpRequest, payload: ProjectIn):
    project = Project.objects.open(
        payload.name, key=payload.key or "", description=payload.description, by=request.user
    )
    return Status(201, project.row())


@router.get("/projects/{project_id}", response=ProjectOut)
def project(request: HttpRequest, project_id: PathId):
    return access.project(request.user, project_id).row()


@router.patch("/projects/{project_id}", response=ProjectOut)
def change_project(request: HttpRequest, project_id: PathId, payload: ProjectPatch):
    project = access.project(request.user, project_id, to="change_project")
    project.change(by=request.user, **payload.dict(exclude_unset=True))
    return project.row()


@router.delete("/projects/{project_id}", response={204: None})
def delete_project(request: HttpRequest, project_id: PathId):
    access.project(request.user, project_id, to="delete_project").delete()
    return Status(204, None)


@router.post("/projects/{project_id}/archive", response=ProjectOut)
def archive(request: HttpRequest, project_id: PathId):
    project = access.project(request.user, project_id, to="change_project")
    project.archive(by=request.user)
    return project.row()


@router.post("/projects/{project_id}/restore", response=ProjectOut)
def restore(request: HttpRequest, project_id: PathId):
    project = access.project(request.user, project_id, to="change_project")
    project.restore(by=request.user)
    return project.row()


@router.post("/projects/{project_id}/leave", response={204: None})
def leave(request: HttpRequest, project_id: PathId):
    _member(request, project_id, request.user.pk, to="see").remove(by=request.user)
    return Status(204, None)


# What one may do ------------------------------------------------------------------------------------------


@router.get("/projects/{project_id}/rights", response=RightsOut)
def project_rights(request: HttpRequest, project_id: PathId):
    return _table(access.project(request.user, project_id))


@router.patch("/projects/{project_id}/rights", response=RightsOut)
def change_rights(request: HttpRequest, project_id: PathId, payload: RightsPatch):
    project = access.project(request.user, project_id, to="change_rights")
    project.change_rights(payload.dict(exclude_unset=True), by=request.user)
    return _table(project)


@router.delete("/projects/{project_id}/rights", response=RightsOut)
def reset_rights(request: HttpRequest, project_id: PathId):
    """Everything as it was on the first day."""
    project = access.project(request.user, project_id, to="change_rights")
    project.reset_rights(by=request.user)
    return _table(project)


def _table(project: Project) -> dict[str, Any]:
    lines = rights.table(project.rights)
    return {
        "items": [
            {"name": name, "words": str(rights.WORDS[name]), **{cell.role: cell._asdict() for cell in cells}}
            for name, cells in lines
        ]
    }


# The audit log --------------------------------------------------------------------------------------------


@router.get("/projects/{project_id}/audit", response=AuditEntriesOut)
def audit(request: HttpRequest, project_id: PathId, query: Query[AuditFilter]):
    access.project(request.user, project_id, to="see_audit")
    entries = AuditEntry.objects.visible_to(request.user).filter(project=project_id)
    entries = entries.concerning(query.person).of_kind(query.kind)
    if query.before:
        entries = entries.filter(pk__lt=query.before)
    return page(entries[: query.limit + 1].rows(), query.limit)


@router.post("/projects/{project_id}/audit/export", response={200: Any})
def export_audit(request: HttpRequest, project_id: PathId, payload: ExportIn):
    """A file; and an entry of its own, for whoever takes data along should be seen to."""
    project = access.project(request.user, project_id, to="see_audit")
    access.check(project, "export")
    return audit_export.export(project, payload.format, by=request.user)


# The live part --------------------------------------------------------------------------------------------


@router.get("/projects/{project_id}/snapshot", response=dict[str, Any])
def project_snapshot(request: HttpRequest, project_id: PathId):
    """{sequence, epoch, project, me, members, former, columns, labels, tasks, channels, rooms, readings, presence}"""
    state = snapshot(access.project(request.user, project_id), request.user)
    return HttpResponse(wire.encode(state), content_type="application/json")


@router.get("/projects/{project_id}/events", response=EventsOut)
def events(request: HttpRequest, project_id: PathId, after: int, state: Activity | None = None):
    """The socket's events, by HTTP. `reset`, or another `epoch`: the log does not lead from there to here, fetch a
    snapshot.

    Numbers only grow, and each person counts on their own: what they may not hear leaves no gap. They take a great
    step where somebody begins to hear more, or less, than before.

    With `state`, what the person does at this page, to ask counts as being present for a minute, and the answer has
    `presence`, how everybody stands.
    """
    project = access.project(request.user, project_id)
    more = {"presence": _polled(request, project, state)} if state else {}
    reading = log.read(project_id, after=after, user_id=request.user.pk)
    return HttpResponse(reading.encode(**more), content_type="application/json")


def _polled(request: HttpRequest, project: Project, state: str) -> Any:
    # The session's key itself is nobody's to know, not even Redis'.
    key = (request.session.session_key or "") if hasattr(request, "session") else ""
    connection = hashlib.blake2b(key.encode(), digest_size=8).hexdigest()
    answers = polled.send(Project, project=project, user=request.user, connection=connection, state=state)
    return next((answer for _, answer in answers), [])


# Members --------------------------------------------------------------------------------------------------


def _member(request: HttpRequest, project_id: int, user_id: int, *, to: str) -> Membership:
    project = access.project(request.user, project_id, to=to)
    return access.find(request.user, Membership.objects.filter(project=project), user_id, to=to, by="user_id")


@router.get("/projects/{project_id}/members", response=dict[str, Any])
def members(request: HttpRequest, project_id: PathId):
    return {"items": access.project(request.user, project_id).memberships.rows(), "next": None}


@router.patch("/projects/{project_id}/members/{user_id}", response=MemberOut)
def change_member(request: HttpRequest, project_id: PathId, user_id: PathId, payload: MemberPatch):
    member = _member(request, project_id, user_id, to="manage_members")
    member.change_role(payload.role, by=request.user)
    return member.row()


@router.delete("/projects/{project_id}/members/{user_id}", response={204: None})
def remove_member(request: HttpRequest, project_id: PathId, user_id: PathId):
    to = "see" if user_id == request.user.pk else "manage_members"
    _member(request, project_id, user_id, to=to).remove(by=request.user)
    return Status(204, None)


@router.post("/projects/{project_id}/members/{user_id}/transfer", response=MemberOut)
def transfer_ownership(request: HttpRequest, project_id: PathId, user_id: PathId):
    """The person becomes an owner, and whoever asks an admin."""
    member = _member(request, project_id, user_id, to="transfer_ownership")
    member.receive_ownership(by=request.user)
    return member.row()


# Invitations ----------------------------------------------------------------------------------------------


@router.get("/projects/{project_id}/invitations", response=dict[str, Any])
def invitations(request: HttpRequest, project_id: PathId, query: Query[Page]):
    project = access.project(request.user, project_id, to="manage_invitations")
    rows = project.invitations.all()
    if query.before:
        rows = rows.filter(pk__lt=query.before)
    return page([invitation.row() for invitation in rows[: query.limit + 1]], query.limit)


@router.post("/projects/{project_id}/invitations", response={201: IssuedInvitationOut})
def invite(request: HttpRequest, project_id: PathId, payload: InvitationIn):
    project = access.project(request.user, project_id, to="manage_invitations")
    with transaction.atomic():
        invitation, token = Invitation.issue(project, by=request.user, **payload.dict())
        if invitation.email:
            invitation.mail(site=request.build_absolute_uri("/"))
    url = request.build_absolute_uri(reverse("projects:invitation", args=[token]))
    return Status(201, {**invitation.row(), "token": token, "url": url})


@router.delete("/invitations/{invitation_id}", response={204: None})
def revoke(request: HttpRequest, invitation_id: PathId):
    access.find(request.user, Invitation, invitation_id, to="manage_invitations").revoke(by=request.user)
    return Status(204, None)


@router.post("/invitations/{token}/accept", response=AcceptedOut)
def accept(request: HttpRequest, token: str):
    invitation = Invitation.objects.by_token(token).first()
    if invitation is None:
        raise HttpError(404, "This invitation does not exist.")
    member = invitation.accept(by=request.user)
    return {"project": member.project_id, "role": member.role}


# Files ----------------------------------------------------------------------------------------------------


@router.post(
    "/projects/{project_id}/uploads",
    response={201: UploadOut},
    url_name="upload",
    throttle=[uploading.Uploads()],
)
def upload(request: HttpRequest, project_id: PathId, file: File[UploadedFile]):
    """One `file`, as multipart/form-data. Until it is attached to something, it is its uploader's only."""
    project = access.project(request.user, project_id, to="chat")
    return Status(201, uploading.receive(project, file, by=request.user).row())


@router.delete("/uploads/{upload_id}", response={204: None})
def drop_upload(request: HttpRequest, upload_id: PathId):
    """Of one's own, and attached to nothing."""
    access.find(request.user, Upload.objects.loose(), upload_id, to="chat").delete()
    return Status(204, None)


@router.get("/uploads/{upload_id}/file", response={200: Any})
def download(request: HttpRequest, upload_id: PathId):
    return uploading.serve(access.find(request.user, Upload, upload_id))


@router.get("/uploads/{upload_id}/preview", response={200: Any})
def preview(request: HttpRequest, upload_id: PathId):
    upload = access.find(request.user, Upload, upload_id)
    if not upload.has_preview:
        raise Http404
    return uploading.serve(upload, preview=True)
