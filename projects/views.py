"""The pages of a project. What happens on the board and in the rooms goes through the API and the socket."""

from typing import Any

from django import conf
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from projects import access, people, wire
from projects.errors import Conflict
from projects.forms import DeleteForm, InvitationForm, NewProjectForm, ProjectForm, RoleForm
from projects.models import Invitation, Membership, Project
from projects.rates import TooFast
from projects.snapshot import snapshot


@login_required
def page(request: HttpRequest, project_id: int, **address: int) -> HttpResponse:
    """Board, rooms and people on one page; `address` (a task, a room, a message) is the page's own to read."""
    project = access.project(request.user, project_id)
    if "message_id" in address:  # a link that somebody was given: to a room they may not see, perhaps
        access.find_room(request.user, project, address["room_id"])
    context = {
        "project": project,
        "projects": Project.objects.visible_to(request.user).active(),
        "upload_most": conf.settings.UPLOAD_MAX,
        "snapshot_json": wire.for_script(snapshot(project, request.user)),
    }
    return render(request, "projects/page.html", context)


@login_required
def message(request: HttpRequest, project_id: int, message_id: int) -> HttpResponse:
    """Where a message stands, for who may see it: links that should not tell more than its number lead here."""
    project = access.project(request.user, project_id)
    return redirect(access.address_of_message(request.user, project, message_id))


# The project itself ---------------------------------------------------------------------------------------


@login_required
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    form = NewProjectForm(_posted(request))
    if form.is_valid():
        return redirect(Project.objects.open(**form.cleaned_data, by=request.user))
    return _answer(request, "projects/new.html", form, {"form": form})


@login_required
@never_cache
def settings(request: HttpRequest, project_id: int) -> HttpResponse:
    project = access.project(request.user, project_id, to="change_project")
    form = ProjectForm(_posted(request), initial=_fields(project))
    if form.is_valid():
        project.change(by=request.user, **form.changes)
        messages.success(request, _("Saved."))
        return redirect("projects:settings", project.pk)
    return _settings(request, project, form)


@login_required
@require_POST
def archive(request: HttpRequest, project_id: int) -> HttpResponse:
    access.project(request.user, project_id, to="change_project").archive(by=request.user)
    messages.success(request, _("The project is archived: it can be read, not changed."))
    return redirect("projects:settings", project_id)


@login_required
@require_POST
def restore(request: HttpRequest, project_id: int) -> HttpResponse:
    access.project(request.user, project_id, to="change_project").restore(by=request.user)
    messages.success(request, _("The project is active again."))
    return redirect("projects:settings", project_id)


@login_required
@require_POST
def delete(request: HttpRequest, project_id: int) -> HttpResponse:
    project = access.project(request.user, project_id, to="delete_project")
    form = DeleteForm(request.POST, project=project)
    if not form.is_valid():
        return _settings(request, project, ProjectForm(initial=_fields(project)), form)
    project.delete()
    messages.success(request, _("“%(name)s” is deleted.") % {"name": project.name})
    return redirect("/")


# Its people -----------------------------------------------------------------------------------------------


@login_required
@never_cache
def members(request: HttpRequest, project_id: int) -> HttpResponse:
    return _members(request, access.project(request.user, project_id))


@login_required
@require_POST
def change_role(request: HttpRequest, project_id: int, user_id: int) -> HttpResponse:
    member = _member(request, project_id, user_id, to="manage_members")
    form = RoleForm(request.POST)
    try:
        if form.is_valid():
            member.change_role(form.cleaned_data["role"], by=request.user)
            said = _("%(name)s: %(role)s.") % {"name": member.user.name, "role": member.get_role_display()}
            messages.success(request, said)
        else:
            messages.error(request, _("There is no such role."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("projects:members", project_id)


@login_required
@never_cache
def remove_member(request: HttpRequest, project_id: int, user_id: int) -> HttpResponse:
    """Asks back on GET, removes on POST."""
    member = _member(request, project_id, user_id, to="manage_members")
    if request.method != "POST":
        return render(request, "projects/remove_member.html", {"project": member.project, "member": member})
    return _end(request, member, _("%(name)s is no longer in this project.") % {"name": member.user.name},
                afterwards=reverse("projects:members", args=[project_id]))  # fmt: skip


@login_required
@never_cache
def transfer(request: HttpRequest, project_id: int, user_id: int) -> HttpResponse:
    """Asks back on GET, hands the project over on POST."""
    member = _member(request, project_id, user_id, to="transfer_ownership")
    if request.method != "POST":
        return render(request, "projects/transfer.html", {"project": member.project, "member": member})
    try:
        member.receive_ownership(by=request.user)
        messages.success(request, _("%(name)s owns the project now.") % {"name": member.user.name})
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("projects:members", project_id)


@login_required
@never_cache
def leave(request: HttpRequest, project_id: int) -> HttpResponse:
    """Asks back on GET, leaves on POST. The last owner reads what to do first instead."""
    member = _member(request, project_id, request.user.pk, to="see")
    if request.method != "POST":
        context = {"project": member.project, "last_owner": member.is_last_owner}
        return render(request, "projects/leave.html", context)
    return _end(request, member, _("You left “%(name)s”.") % {"name": member.project.name}, afterwards="/")


# Invitations ----------------------------------------------------------------------------------------------


@login_required
@never_cache
def invite(request: HttpRequest, project_id: int) -> HttpResponse:
    """The answer to the form holds the link, which is shown this once."""
    project = access.project(request.user, project_id, to="manage_invitations")
    if request.method != "POST":
        return redirect("projects:members", project_id)
    form = InvitationForm(request.POST, role=project.my_role)
    if not form.is_valid():
        return _members(request, project, form)
    try:
        with transaction.atomic():
            issued, token = Invitation.issue(project, by=request.user, **form.cleaned_data)
            if issued.email:
                issued.mail(site=request.build_absolute_uri("/"))
    except TooFast as error:
        form.add_error(None, str(error))
        response = _members(request, project, form)
        response.status_code, response.headers["Retry-After"] = 429, str(error.retry_after)
        return response
    url = request.build_absolute_uri(reverse("projects:invitation", args=[token]))
    return _members(request, project, issued=issued, url=url)


@login_required
@require_POST
def revoke(request: HttpRequest, project_id: int, invitation_id: int) -> HttpResponse:
    ours = Invitation.objects.filter(project=project_id)
    access.find(request.user, ours, invitation_id, to="manage_invitations").revoke(by=request.user)
    messages.success(request, _("The invitation is revoked: its link no longer works."))
    return redirect(reverse("projects:members", args=[project_id]) + "#invitations")


@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Who invites to what; for everyone who has the link, signed in or not."""
    found = Invitation.objects.by_token(token).select_related("project", "created_by").first()
    if found is None:
        return render(request, "projects/invitation.html", {"obstacle": "unknown"}, status=404)
    if request.method == "POST":
        return _accept(request, found)
    return _invitation(request, found)


# What several of them share -------------------------------------------------------------------------------


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _answer(request: HttpRequest, template: str, form: Form | None, context: dict[str, Any]) -> HttpResponse:
    """The page with its form: 422 when that was filled in and is to be filled in again."""
    refused = form is not None and form.is_bound and not form.is_valid()
    return render(request, template, context, status=422 if refused else 200)


def _fields(project: Project) -> dict[str, Any]:
    return {name: getattr(project, name) for name in ProjectForm.Meta.fields}


def _settings(
    request: HttpRequest, project: Project, form: ProjectForm, delete_form: DeleteForm | None = None
) -> HttpResponse:
    context = {"project": project, "may_delete": access.may(project.my_role, "delete_project", project)}
    context |= {"form": form, "delete_form": delete_form or DeleteForm(project=project)}
    return _answer(request, "projects/settings.html", delete_form or form, context)


def _member(request: HttpRequest, project_id: int, user_id: int, *, to: str) -> Membership:
    project = access.project(request.user, project_id, to=to)
    places = Membership.objects.filter(project=project).select_related("user", "project")
    return access.find(request.user, places, user_id, to=to, by="user_id")


def _members(
    request: HttpRequest, project: Project, form: InvitationForm | None = None, **issued: Any
) -> HttpResponse:
    state = snapshot(project, request.user, only={"project", "me", "members", "presence"})
    places = people.of(project, request.user, presence=state["presence"])
    context = {
        "project": project,
        "members": places,
        "snapshot_json": wire.for_script(state),
        "form": None,
        **issued,
    }
    context["may_transfer"] = access.may(project.my_role, "transfer_ownership", project)
    if access.may(project.my_role, "manage_invitations", project) and not project.archived_at:
        context["invitations"] = project.invitations.select_related("created_by")[:100]
        context["form"] = form or InvitationForm(role=project.my_role)
    return _answer(request, "projects/members.html", context["form"], context)


def _end(request: HttpRequest, member: Membership, said: str, *, afterwards: str) -> HttpResponse:
    try:
        member.remove(by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("projects:members", member.project_id)
    messages.success(request, said)
    return redirect(afterwards)


def _accept(request: HttpRequest, found: Invitation) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    try:
        return redirect(found.accept(by=request.user).project)
    except (Conflict, PermissionDenied, ValidationError):
        # Somebody was quicker, or it ended meanwhile: the page says what is the matter now.
        found.refresh_from_db()
        return _invitation(request, found)


def _invitation(request: HttpRequest, found: Invitation) -> HttpResponse:
    context = {"invitation": found, "project": found.project, "obstacle": found.obstacle_for(request.user)}
    if request.user.is_authenticated:
        context["member"] = found.project.memberships.filter(user=request.user).first()
    status = 409 if context["obstacle"] and request.method == "POST" else 200
    return render(request, "projects/invitation.html", context, status=status)
