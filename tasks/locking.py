"""Locks, always taken in this order: project, columns, tasks (each kind by id), labels, the head of the log.

All are FOR NO KEY UPDATE: a plain FOR UPDATE would get in the way of foreign keys that point at the row.
"""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.http import Http404

from projects.models import Project


def lock_project(project: Any) -> None:
    """Whoever adds, renames, moves or removes columns and labels of a project does so one after the other.

    Http404 when it was deleted.
    """
    if Project.objects.select_for_update(no_key=True).filter(pk=project.pk).first() is None:
        raise Http404


def read_again(instance: Any, rows: QuerySet) -> None:
    """The instance as it stands now, under its row's lock. Http404 when it is no longer among `rows`."""
    try:
        instance.refresh_from_db(from_queryset=rows.select_for_update(no_key=True, of=("self",)))
    except ObjectDoesNotExist:
        raise Http404 from None


def become(instance: Any, held: Any) -> None:
    """What `held`, the same row just read under its lock, is. The project stays, which no row ever changes."""
    for field in instance._meta.concrete_fields:
        setattr(instance, field.attname, getattr(held, field.attname))
        if field.is_relation and field.name != "project" and field.is_cached(instance):
            field.delete_cached_value(instance)
