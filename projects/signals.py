"""Saves and deletions of Live models become announcements; and what other apps hear of a project's life."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import Signal, receiver

from accounts.signals import sessions_ended
from projects import push
from projects.live import Live, announce, atomic

project_created = Signal()  # project, by (a User): its first columns and rooms are made now
member_joined = Signal()  # project, user
polled = (
    Signal()
)  # project, user, connection (of the asking page), state (of its person): no socket reaches it
member_left = Signal()  # project, user, by: left or was removed


@receiver(post_save)
def announce_save(sender: type, instance: Any, created: bool, raw: bool = False, **_: Any) -> None:
    if not issubclass(sender, Live) or raw:
        return
    if instance.gone:
        announce(instance, "deleted")
    else:
        announce(instance, "created" if created or instance.was_gone else "updated")
    instance.was_gone = instance.gone


@receiver(post_delete)
def announce_deletion(sender: type, instance: Any, **_: Any) -> None:
    if issubclass(sender, Live):
        announce(instance, "deleted", for_good=True)


@receiver(m2m_changed)
def note_cleared(sender: type, instance: Any, action: str, reverse: bool, model: type, **_: Any) -> None:
    if reverse and action == "pre_clear" and issubclass(model, Live):
        # Django says no word afterwards of whom it concerned.
        relation = next(each for each in model._meta.many_to_many if each.remote_field.through is sender)
        instance.cleared = set(model.objects.filter(**{relation.name: instance}).values_list("pk", flat=True))


@receiver(m2m_changed)
def announce_relation(
    instance: Any, action: str, reverse: bool, model: type, pk_set: set | None, **_: Any
) -> None:
    if action not in ("post_add", "post_remove", "post_clear"):
        return
    if not reverse and isinstance(instance, Live):
        announce(instance)
    elif reverse and issubclass(model, Live):
        for each in model.objects.filter(pk__in=instance.cleared if pk_set is None else pk_set):
            announce(each)


@receiver(post_save, sender=settings.AUTH_USER_MODEL)
def announce_person(instance: Any, created: bool, update_fields: frozenset | None = None, **_: Any) -> None:
    shown = {"handle", "name"}
    if not created and (update_fields is None or shown & set(update_fields)):
        with atomic():
            for membership in instance.memberships.select_related("project", "user"):
                announce(membership)


@receiver(post_save, sender=settings.AUTH_USER_MODEL)
def tell_discretion(instance: Any, created: bool, update_fields: frozenset | None = None, **_: Any) -> None:
    # To their own pages alone: an event would tell everyone that somebody turned invisible just now.
    shown = {"invisible", "shares_typing"}
    if not created and (update_fields is None or shown & set(update_fields)):
        news = {name: getattr(instance, name) for name in shown}
        transaction.on_commit(lambda: push.me(instance.pk, **news), robust=True)


@receiver(post_save, sender="projects.Project")
def begin_log(instance: Any, created: bool, raw: bool = False, **_: Any) -> None:
    if created and not raw:
        instance.counter = apps.get_model("projects.Counter").objects.create(project=instance)


@receiver(post_delete, sender="projects.Upload")
def remove_files(instance: Any, **_: Any) -> None:
    transaction.on_commit(instance.remove_files, robust=True)


@receiver(sessions_ended)
def close_sockets(user_id: int, session_key: str | None, **_: Any) -> None:
    push.signed_out(user_id, session=session_key)
