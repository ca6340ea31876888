"""A page that no socket reaches is present as well: each time it asks for events it beats like a connection."""

from typing import Any

from django.dispatch import receiver

from presence import roster
from presence.snapshot import presence
from projects import push
from projects.models import Project
from projects.signals import polled


@receiver(polled)
def beat(project: Project, user: Any, connection: str, state: str, **_: Any) -> list[dict[str, Any]]:
    """Answers how the project's people stand: no frame tells this page."""
    changed = roster.beat_once(user.pk, f"poll:{connection}", "invisible" if user.invisible else state)
    if changed:
        push.about([change._asdict() for change in changed])
    return presence(project, user)
