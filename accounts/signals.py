"""Facts about sessions, for those who keep connections open."""

from functools import partial
from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import Signal, receiver

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
    end = partial(sessions_ended.send_robust, sender, user_id=instance.user_id, session_key=None)
    transaction.on_commit(end, robust=True)
