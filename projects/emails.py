"""Mail about projects: one function a message. Sent by jobs, which try again when the mail server is away."""

from django.core.mail import send_mail
from django.template.loader import render_to_string

from projects.models import Invitation


def send_invitation(invitation: Invitation, url: str) -> None:
    context = {"invitation": invitation, "project": invitation.project, "url": url}
    send_mail(
        " ".join(render_to_string("projects/emails/invitation_subject.txt", context).split()),
        render_to_string("projects/emails/invitation.txt", context),
        None,
        [invitation.email],
        html_message=render_to_string("projects/emails/invitation.html", context),
    )
