"""Defences that can be switched off one at a time, in the processes under test only: hooks.py does it at their start.

`script/faults --prove` runs the tests that should miss each; a defence that nothing misses is not tested.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


def no_periodic_check() -> None:
    """The feed never looks at the log by itself."""
    from projects.feed import Feed

    Feed._check = _nothing_for_ever


def no_gap_read() -> None:
    """A push that skips a number is handed on like any other."""
    from projects.project_feed import ProjectFeed

    def pushed(self: Any, line: Any) -> None:
        if line.sequence > self.head >= 0:
            self._hand_on([line])

    ProjectFeed.pushed = pushed


def no_robust_push() -> None:
    """A push that fails fails the request, whose change is committed."""
    import redis
    from channels.layers import get_channel_layer
    from django.conf import settings
    from django.db import transaction

    from projects import push

    on_commit = transaction.on_commit

    def send(group: str, message: dict[str, Any]) -> None:
        name, text = f"{settings.REDIS_PREFIX}__group__{group}", get_channel_layer().serialize(message)
        with redis.Redis.from_url(settings.REDIS_URL) as client:
            client.publish(name, text)

    def fragile(function: Callable[[], Any], using: str | None = None, robust: bool = False) -> None:
        on_commit(function, using)

    push._send, transaction.on_commit = send, fragile


def no_idempotency() -> None:
    """A client_id is forgotten at once: the same request again is another message."""
    from chat.models import Room

    post = Room.post

    def post_again(self: Any, body: str, *, client_id: str | None = None, **how: Any) -> Any:
        return post(self, body, **how)

    Room.post = post_again


def no_recheck_of_rights() -> None:
    """Sessions, accounts and memberships of open sockets are looked at never again."""
    from projects.feed import Feed

    Feed._check_rights = _nothing_for_ever


def no_rights_from_the_log() -> None:
    """An event that changes who may hear what changes nothing in the feed."""
    from projects.project_feed import ProjectFeed

    async def refresh(self: Any, *, silent: bool = False) -> None:
        self._flush()

    ProjectFeed._refresh = refresh


def no_snapshot_after_a_change_of_circle() -> None:
    """Who was let into a private channel while away gets only what happened there since."""
    import importlib

    for name in ("projects.log", "projects.ring", "projects.models.project"):
        importlib.import_module(name).TURNS = "nothing.is.called.so"


def no_following_of_the_log_by_the_kept_board() -> None:
    """The text of the board stays as it was first read, and only its number is brought up to date."""
    from projects.kept import KeptRows

    def unchanged(self: Any, state: Any, project: Any, head: int) -> Any:
        return state._replace(sequence=head)

    KeptRows._applied = unchanged


def no_snapshot_number_first() -> None:
    """A snapshot's number is read after its state: what happens in between is in neither."""
    from projects import api, snapshot, views
    from projects.models import Counter

    read = snapshot.snapshot

    def late(project: Any, user: Any, **how: Any) -> dict[str, Any]:
        state = read(project, user, **how)
        return {**state, "sequence": Counter.objects.get(project=project).sequence}

    snapshot.snapshot = late
    for module in (api, views):
        module.snapshot = late


def no_pings() -> None:
    """Whoever fell silent is never asked whether they are still there."""
    from config.websocket import Protocol

    Protocol.send_keepalive_ping = lambda self: None


def no_letting_go() -> None:
    """A connection that can't say goodbye stands for as long as its peer likes."""
    from config.websocket import Protocol

    for name in ("send", "keepalive_timeout", "handle_close", "eof_received"):
        delattr(Protocol, name)


async def _nothing_for_ever(self: Any) -> None:
    await asyncio.Event().wait()


@dataclass(frozen=True)
class Mutation:
    switch_off: Callable[[], None]
    missed_by: str  # what pytest's -k selects


MUTATIONS = {
    "the periodic check": Mutation(no_periodic_check, "death_before_the_push_of_the_last_word"),
    "the gap read": Mutation(no_gap_read, "redis_restarted_empty or death_between_commit_and_push"),
    "the robust push": Mutation(no_robust_push, "redis_absent"),
    "the idempotency": Mutation(no_idempotency, "lost_answer or double_submit"),
    "the re-check of rights": Mutation(
        no_recheck_of_rights, "session_ends_during_a_burst and without and deactivated"
    ),
    "rights from the log": Mutation(no_rights_from_the_log, "removal_during_a_burst or private_channel"),
    "the snapshot after a change of circle": Mutation(
        no_snapshot_after_a_change_of_circle, "rights_that_changed_while_away"
    ),
    "the kept board's following of the log": Mutation(
        no_following_of_the_log_by_the_kept_board, "page_loads_during_writes"
    ),
    "the snapshot's number first": Mutation(no_snapshot_number_first, "page_loads_during_writes"),
    "the pings": Mutation(no_pings, "dead_peer"),
    "letting go": Mutation(no_letting_go, "clients_that_never_read"),
}
