"""What channels and rooms share when they are written."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from projects.live import Live


def save_named(instance: Live, **options: Any) -> None:
    """Save; ValidationError when another has the name, even one that was given at the same moment."""
    try:
        instance.validate_constraints()
        instance.save(**options)
    except ValidationError as error:
        raise ValidationError({"name": error.messages}) from None
    except IntegrityError:
        raise ValidationError({"name": [_("This name is taken.")]}) from None


def lock(*kinds: QuerySet, doomed: bool = False) -> None:
    """Lock rows, each kind by id. The order everywhere: project, channel, room, message, and the log's head last.

    `doomed`: they are about to be deleted, so that nothing may point at them any more. Http404 when the first kind is
    gone already.
    """
    for rows in kinds:
        held = list(rows.select_for_update(no_key=not doomed, of=("self",)).order_by("pk").values_list("pk"))
        if rows is kinds[0] and not held:
            raise Http404
