"""From synchronous code into the channel layer: what was committed is on its way to every live process.

In the layer's own encoding and group names: going through `async_to_sync(layer.group_send)` would make an event
loop and a connection to Redis a call. A push that fails is only late: the feeds check the log themselves.
"""

from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings

from projects import metrics, nearby, redis_clients, wire

PEOPLE = "people"  # the group of what concerns a person rather than a project


def group_of(project_id: int) -> str:
    return f"project.{project_id}"


def event(project_id: int, *, sequence: int, name: str, audience: int | None, tail: str) -> None:
    _send(
        group_of(project_id),
        {
            "type": "event",
            "project": project_id,
            "sequence": sequence,
            "name": name,
            "audience": audience,
            "tail": tail,
        },
    )


def project_gone(project_id: int) -> None:
    _send(group_of(project_id), {"type": "gone", "project": project_id})


def to_user(user_id: int, frame: dict[str, Any]) -> None:
    """A frame to all of one person's own sockets, in no log: what it says can be read again elsewhere."""
    _send(PEOPLE, {"type": "own", "user": user_id, "text": wire.text(frame)})


def about(news: list[dict[str, Any]]) -> None:
    """What is new of people (each with `user`), to everyone who shares a project with them."""
    _send(PEOPLE, {"type": "about", "news": news})


def me(user_id: int, *, invisible: bool, shares_typing: bool) -> None:
    """How much of them others see, to all of one person's own sockets: the server's side of them acts on it."""
    _send(PEOPLE, {"type": "me", "user": user_id, "invisible": invisible, "shares_typing": shares_typing})


def signed_out(user_id: int, *, session: str | None = None) -> None:
    """Close the sockets of one session (its digest), or all of the person."""
    _send(PEOPLE, {"type": "signed_out", "user": user_id, "session": session})


def _send(group: str, message: dict[str, Any]) -> None:
    name, text = f"{settings.REDIS_PREFIX}__group__{group}", get_channel_layer().serialize(message)
    nearby.ask(
        lambda redis: redis.publish(name, text),
        address=redis_clients.layer_address(name),
        without="the feeds will read the log",
        failed=metrics.PUSH_ERRORS.inc,
    )
