"""How a request of the API proves who sends it: a personal token, or the session of the browser."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import AuthenticationError, HttpError
from ninja.security import HttpBearer
from ninja.security import SessionAuth as NinjaSessionAuth

from .models import APIToken, User


class TokenAuth(HttpBearer):
    """`Authorization: Bearer tr_...`; needs no CSRF token, for no browser adds the header by itself."""

    def authenticate(self, request: HttpRequest, token: str) -> User:
        owner = APIToken.objects.owner_of(token.strip())
        if owner is None:
            raise AuthenticationError  # whoever shows a token means it: a session beside it does not count
        request.user = owner
        return owner


class SessionAuth(NinjaSessionAuth):
    """The session cookie, with the CSRF token in `X-CSRFToken` on everything that changes something."""

    def __call__(self, request: HttpRequest) -> User | None:
        # First who, then how: somebody signed out is told 401, not that a CSRF token is missing.
        if not request.user.is_authenticated:
            return None
        try:
            return super().__call__(request)
        except HttpError:
            raise PermissionDenied(_("This page is out of date. Reload it and try again.")) from None
