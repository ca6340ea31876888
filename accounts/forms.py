"""What people fill in about themselves. Sign-in, sign-up and passwords are allauth's, in plainer words."""

from typing import Any

from allauth.account import forms as allauth
from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.models import EmailAddress
from django import forms
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from .models import APIToken, User
from .validators import time_zones, validate_handle, validate_line

PASSWORD_HELP = _("At least 8 characters, and not what everybody would try first.")


class HandleField(forms.CharField):
    """Takes `@Ana` for `ana`."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Handle"))
        kwargs.setdefault("max_length", 30)
        kwargs.setdefault("validators", [validate_handle])
        kwargs.setdefault("help_text", User._meta.get_field("handle").help_text)
        super().__init__(**kwargs)
        self.widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}

    def to_python(self, value: Any) -> str:
        return super().to_python(value).lower().removeprefix("@")


class WithoutPlaceholders:
    """The label stands above its field; a second one inside would only vanish."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class SignupForm(WithoutPlaceholders, allauth.SignupForm):
    """E-mail, name, handle, password: once each."""

    field_order = ["email", "name", "username", "password1", "time_zone"]

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        validators=[validate_line],
        help_text=_("How others see you."),
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )
    username = HandleField(widget=forms.TextInput(attrs={"autocomplete": "username"}))
    time_zone = forms.CharField(
        required=False, max_length=64, widget=forms.HiddenInput(attrs={"data-browser-zone": ""})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail")
        self.fields["email"].max_length = User._meta.get_field("email").max_length
        self.fields["username"].label = _("Handle")
        self.fields["password1"].help_text = PASSWORD_HELP
        for name in ("email", "password1"):
            self.fields[name].widget.attrs["maxlength"] = 254

    def clean_time_zone(self) -> str:
        """Whatever the browser says; nobody could mend an error in a field they do not see."""
        zone = self.cleaned_data["time_zone"]
        return zone if zone in time_zones() else "UTC"

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            # The same form a second time, sent while the first was being saved: a double click.
            return None, redirect("account_login")


class LoginForm(WithoutPlaceholders, allauth.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail or handle")
        self.fields["login"].max_length = 254
        self.fields["login"].widget.attrs |= {"autocomplete": "username", "autocapitalize": "none"}
        self.fields["password"].help_text = ""

    def clean_login(self) -> str:
        return super().clean_login().removeprefix("@")


class ResetPasswordForm(WithoutPlaceholders, allauth.ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail")


class NewPassword(WithoutPlaceholders):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("New password")
        self.fields["password1"].help_text = PASSWORD_HELP
        self.fields["password2"].label = _("New password, once more")


class ResetPasswordKeyForm(NewPassword, allauth.ResetPasswordKeyForm):
    pass


class ChangePasswordForm(NewPassword, allauth.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Present password")


class AddEmailForm(WithoutPlaceholders, allauth.AddEmailForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New e-mail")
        self.fields["email"].max_length = User._meta.get_field("email").max_length

    def save(self, request: HttpRequest) -> EmailAddress:
        """The address in use stays until the new one is confirmed, whether it ever was confirmed itself or not."""
        EmailAddress.objects.filter(user=self.user).exclude(email=self.user.email).delete()
        address = EmailAddress.objects.create(user=self.user, email=self.cleaned_data["email"])
        send_verification_email_to_address(request, address)
        return address


class ReauthenticateForm(WithoutPlaceholders, allauth.ReauthenticateForm):
    pass


class ProfileForm(forms.ModelForm):
    handle = HandleField()

    class Meta:
        model = User
        fields = ["name", "handle", "time_zone", "invisible", "shares_typing"]
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
            "time_zone": forms.Select,
        }
        labels = {
            "name": _("Name"),
            "time_zone": _("Time zone"),
            "invisible": _("Invisible"),
            "shares_typing": _("Share typing"),
        }
        help_texts = {
            "name": _("How others see you."),
            "time_zone": _("Dates and times are shown in it."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A zone from before an update of the time zone database stays choosable for whoever has it.
        names = sorted({*time_zones(), self.instance.time_zone})
        self.fields["time_zone"].widget.choices = [(name, name.replace("_", " ")) for name in names]

    def save(self, commit: bool = True) -> User:
        # What was left as it was is no news to anybody: else each save would be an event of every project.
        self.instance.change(
            by=self.instance, **{name: self.cleaned_data[name] for name in self.changed_data}
        )
        return self.instance


class TokenForm(forms.ModelForm):
    class Meta:
        model = APIToken
        fields = ["name"]
        labels = {"name": _("Name of a new token")}
