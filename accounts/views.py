from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from .forms import ProfileForm, TokenForm
from .models import APIToken, User

WAIT_SECONDS = 300


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    # A copy: the page around a refused form still shows who one is, not what one tried to become.
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("accounts:profile")
    context = {"form": form, "tokens": request.user.api_tokens.newest_first()}
    return render(request, "accounts/profile.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The tokens of one's own; a new one's text stands on the answer to its making and nowhere else."""
    form, text = TokenForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            _token, text = APIToken.issue(request.user, form.cleaned_data["name"])
            form = TokenForm()
        except ValidationError as error:
            form.add_error(None, error)
    context = {"form": form, "text": text, "tokens": request.user.api_tokens.newest_first()}
    return render(request, "accounts/tokens.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    token = get_object_or_404(request.user.api_tokens, pk=token_id)
    token.revoke(by=request.user)
    messages.success(request, _("“%(name)s” no longer works.") % {"name": token.name})
    return redirect("accounts:tokens")


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """What allauth answers with when somebody tries too often."""
    response = render(request, "429.html", {"minutes": WAIT_SECONDS // 60}, status=429)
    response.headers["Retry-After"] = str(WAIT_SECONDS)
    return response
