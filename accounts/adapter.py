"""Where Taskroom departs from allauth's defaults."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.ratelimit import respond_429
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .models import User


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_taken": _("Somebody already signed up with this e-mail."),
        "username_taken": _("This handle is taken."),
        "email_password_mismatch": _("This e-mail and password do not belong together."),
        "username_password_mismatch": _("This handle and password do not belong together."),
        "incorrect_password": _("This is not your password."),
        "enter_current_password": _("This is not your password."),
        "duplicate_email": _("This is your e-mail already."),
    }

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.name = form.cleaned_data["name"]
        user.time_zone = form.cleaned_data["time_zone"]
        return super().save_user(request, user, form, commit)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        # Between asking for the address and confirming it somebody else may have signed up with it.
        others = User.objects.exclude(pk=email_address.user_id)
        if others.filter(email=email_address.email).exists():
            words = "account/messages/email_confirmation_failed.txt"
            self.add_message(request, messages.ERROR, words, {"email": email_address.email})
            return False
        return super().confirm_email(request, email_address)

    def can_delete_email(self, email_address: EmailAddress) -> bool:
        # allauth would let an address go that was never confirmed, and leave its person without one.
        return email_address.email != email_address.user.email

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            # Refused by status too, for those who count tries by machine.
            raise ImmediateHttpResponse(respond_429(request)) from None

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # Per account and address: by account alone anybody could lock anybody out.
        return (
            f"{self.get_client_ip(request)}:{super()._get_login_attempts_cache_key(request, **credentials)}"
        )
