"""Mail about projects: one function a message."""

import logging
from smtplib import SMTPException

from django.core.mail import send_mail
from django.template.loader import render_to_string

from projects.models import Invitation

logger = logging.getLogger(__name__)


def send_invitation(invitation: Invitation, url: str) -> bool:
    """Mail the link to the invitation's address; whether that worked. The link is good either way."""
    context = {"invitation": invitation, "project": invitation.project, "url": url}
    try:
        send_mail(
            " ".join(render_to_string("projects/emails/invitation_subject.txt", context).split()),
            render_to_string("projects/emails/invitation.txt", context),
            None,
            [invitation.email],
            html_message=render_to_string("projects/emails/invitation.html", context),
        )
    except (SMTPException, OSError):
        logger.exception("an invitation could not be mailed")
        return False
    return True
