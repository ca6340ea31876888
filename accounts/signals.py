"""Facts about sessions, for those who keep connections open."""

import logging
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.signals import password_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import Signal, receiver

logger = logging.getLogger(__name__)

# Sent after the commit with user_id and session_key: that session of this person is over; with None, any of
# theirs may be. Long-lived connections then close, or ask accounts.sessions.still_valid again.
sessions_ended = Signal()


@receiver(user_logged_out, dispatch_uid="accounts.announce_sign_out")
def announce_sign_out(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
    # Django sends this just before it flushes the session, hence the key rather than "look again".
    if user is not None and request is not None:
        sessions_ended.send_robust(sender, user_id=user.pk, session_key=request.session.session_key)


@receiver(post_delete, sender="accounts.APIToken", dispatch_uid="accounts.announce_revocation")
def announce_revocation(sender: Any, instance: Any, **kwargs: Any) -> None:
    user_id = instance.user_id
    transaction.on_commit(
        lambda: sessions_ended.send_robust(sender, user_id=user_id, session_key=None), robust=True
    )


@receiver(password_reset, dispatch_uid="accounts.take_back")
def take_back(sender: Any, user: Any, **kwargs: Any) -> None:
    user.take_back()


# For the log: who, and never with what.


@receiver(user_logged_in, dispatch_uid="accounts.log_sign_in")
def log_sign_in(sender: Any, user: Any, request: Any = None, **kwargs: Any) -> None:
    logger.info("signed in", extra={"fields": {"user": user.pk, "address": _address(request)}})


@receiver(user_logged_out, dispatch_uid="accounts.log_sign_out")
def log_sign_out(sender: Any, user: Any, **kwargs: Any) -> None:
    logger.info("signed out", extra={"fields": {"user": user and user.pk}})


@receiver(user_login_failed, dispatch_uid="accounts.log_refusal")
def log_refusal(sender: Any, request: Any = None, **kwargs: Any) -> None:
    logger.warning("sign-in refused", extra={"fields": {"address": _address(request)}})


@receiver(post_save, sender="admin.LogEntry", dispatch_uid="accounts.log_administration")
def log_administration(sender: Any, instance: Any, **kwargs: Any) -> None:
    fields = {"action": instance.get_action_flag_display(), "kind": str(instance.content_type)}
    by = {"object": instance.object_id, "by": instance.user_id}
    logger.info("administration", extra={"fields": {**fields, **by}})


def _address(request: Any) -> str | None:
    """Where the request comes from, as the limits on tries see it."""
    try:
        return request and get_adapter().get_client_ip(request)
    except PermissionDenied:
        return None
