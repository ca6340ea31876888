"""Names that are unique in a project, however they are capitalised."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

NAME_TAKEN = _("This name is taken in this project.")


def check_name(thing: Any) -> None:
    """ValidationError on `name` when another of its kind in the project has it. Call it under the project's lock."""
    thing.clean_fields(exclude=["project", "position"])
    others = type(thing).objects.filter(project=thing.project_id).exclude(pk=thing.pk)
    # Lower() as the constraint has it: PostgreSQL's UPPER(), which iexact uses, folds other letters.
    if others.alias(folded=Lower("name")).filter(folded=Lower(Value(thing.name))).exists():
        raise ValidationError({"name": [NAME_TAKEN]})
