"""What channels and rooms share when they are written."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from projects.live import Live
from projects.models import Counter


def save_named(instance: Live, **options: Any) -> None:
    """Save; ValidationError when another has the name, even one that was given at the same moment."""
    try:
        instance.validate_constraints()
        instance.save(**options)
    except ValidationError as error:
        raise ValidationError({"name": error.messages}) from None
    except IntegrityError:
        raise ValidationError({"name": [_("This name is taken.")]}) from None


def lock_log(project_id: int) -> None:
    """Take the log's lock before deleting what others may be writing into.

    A message takes it just before its commit and needs its room at the commit; a deletion that took the room first
    and the log last would meet it halfway, and the database would have to kill one of the two.
    """
    Counter.objects.select_for_update(no_key=True).get(project_id=project_id)
