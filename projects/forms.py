"""What people fill in on a project's pages."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.validators import validate_line
from projects import auditing
from projects.models import Project
from projects.roles import Role, roles_below


class LineField(forms.CharField):
    """One line of text; white space of any length becomes one space."""

    default_validators = [validate_line]

    def to_python(self, value: Any) -> str:
        return " ".join(super().to_python(value).split())


class ProjectForm(forms.ModelForm):
    name = LineField(label=_("Name"), max_length=100)
    key = forms.CharField(
        label=_("Key"),
        max_length=10,
        help_text=_("Two to ten letters or digits. Stands before the number of each task: WEB-12."),
        widget=forms.TextInput(
            attrs={"autocapitalize": "characters", "spellcheck": "false", "class": "mono"}
        ),
    )
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A line or two for those who come new."),
    )

    class Meta:
        model = Project
        fields = ["name", "key", "description"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("name", "key"):
            self.fields[name].widget.attrs |= {"autocomplete": "off", "dir": "auto"}

    def clean_key(self) -> str:
        return self.cleaned_data["key"].upper()

    @property
    def changes(self) -> dict[str, Any]:
        """Only what is another than the page showed: what somebody else changed meanwhile stays."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


class NewProjectForm(ProjectForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].required = False  # left empty: made from the name
        self.fields["name"].widget.attrs["autofocus"] = True


class DeleteForm(forms.Form):
    """A project goes only when its name was typed; the sample at once."""

    confirmation = forms.CharField(
        label=_("Name of the project"),
        required=False,
        max_length=1000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "auto"}),
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        self.project = project
        super().__init__(*args, **kwargs)

    def clean_confirmation(self) -> str:
        typed = " ".join(self.cleaned_data["confirmation"].split())
        if not self.project.is_sample and typed != " ".join(self.project.name.split()):
            raise forms.ValidationError(_("This is not the project's name. Nothing was deleted."))
        return typed


class RoleForm(forms.Form):
    """A role for somebody else, among those the person may give."""

    role = forms.ChoiceField(choices=Role.choices)


class AuditFilterForm(forms.Form):
    """Whose entries, and which: for the address of the page."""

    person = forms.TypedChoiceField(label=_("Person"), coerce=int, empty_value=None, required=False)
    kind = forms.ChoiceField(label=_("What"), required=False)
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(Q(memberships__project=project) | Q(pk__in=_former(project))).distinct()
        self.fields["person"].choices = [
            ("", _("Everyone")),
            *((user.pk, f"{user.name} (@{user.handle})") for user in people.order_by("name", "pk")),
        ]
        kinds = [(kind, each.label) for kind, each in auditing.KINDS.items()]
        self.fields["kind"].choices = [("", _("Everything")), *kinds]


def _former(project: Project) -> Any:
    return project.former_members.values("user")


class InvitationForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        max_length=254,
        error_messages={"max_length": _("At most 254 characters.")},
        help_text=_(
            "We mail the link, and only this address can use it. Leave it empty for a link to pass on."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "placeholder": _("name@example.com")}),
    )
    role = forms.ChoiceField(label=_("Role"), initial=Role.MEMBER)
    expires_in_days = forms.TypedChoiceField(
        label=_("Works for"),
        coerce=int,
        empty_value=None,
        required=False,
        initial=7,
        choices=[(1, _("1 day")), (7, _("7 days")), (30, _("30 days")), ("", _("ever, until revoked"))],
    )
    max_uses = forms.IntegerField(
        label=_("Number of uses"),
        required=False,
        min_value=1,
        max_value=10_000,
        error_messages={
            "invalid": _("Write a whole number, or leave it empty for any number of uses."),
            "min_value": _("At least one use; leave it empty for any number."),
            "max_value": _("At most 10,000 uses; leave it empty for any number."),
        },
        widget=forms.NumberInput(attrs={"placeholder": _("any"), "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, role: str, **kwargs: Any) -> None:
        """`role`: the inviter's own. Owners are named by an owner once they are here, not by a link."""
        super().__init__(*args, **kwargs)
        own = Role(role)
        self.fields["role"].choices = [
            (each.value, each.label) for each in Role if each == own or each in roles_below(own)
            if each != Role.OWNER
        ]  # fmt: skip

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()
