"""A page begins with how everybody stands, whatever has become of Redis."""

from datetime import UTC, datetime
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import override_settings

from presence import roster
from presence.snapshot import presence
from tests.presence.conftest import forget_everybody


@pytest.fixture
def here() -> Any:
    """Say that somebody is here now, from synchronous code."""

    def say(user: Any, state: str = "active") -> None:
        async def beat() -> None:
            await roster.beat([(user.pk, "tab", state)])
            await roster._async_client().aclose()

        async_to_sync(beat)()

    async def clean() -> None:
        await forget_everybody()
        await roster._async_client().aclose()

    async_to_sync(clean)()
    yield say
    async_to_sync(clean)()


def standing(project: Any, user: Any) -> dict[int, dict[str, Any]]:
    rows = presence(project, user)
    assert all(set(row) == {"user", "status", "last_seen"} for row in rows)
    return {row["user"]: row for row in rows}


def test_the_snapshot_says_how_every_member_stands(project, ana, ben, gus, cleo, api, here) -> None:
    here(ana)
    here(ben, "hidden")
    here(cleo)
    rows = api(ben).get(f"/projects/{project.pk}/snapshot").json()["presence"]
    assert {row["user"]: row["status"] for row in rows} == {
        ana.pk: "active",
        ben.pk: "idle",
        gus.pk: "offline",
    }
    assert [row["last_seen"] for row in rows if row["user"] == gus.pk] == [None]


def test_who_was_forgotten_by_redis_was_seen_when_the_database_says(project, ana, gus) -> None:
    gus.last_seen_at = datetime(2026, 5, 4, 12, tzinfo=UTC)
    gus.save()
    assert standing(project, ana)[gus.pk]["last_seen"] == gus.last_seen_at


def test_it_takes_one_query_for_any_number_of_members(project, ana, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        assert len(standing(project, ana)) == 3


def test_without_redis_everybody_is_offline_and_the_page_still_comes(project, ana, ben, api, here) -> None:
    here(ana)
    roster._client.cache_clear()
    with override_settings(REDIS_URL="unix:///nowhere/redis.sock"):
        answer = api(ben).get(f"/projects/{project.pk}/snapshot")
    roster._client.cache_clear()
    assert answer.status_code == 200
    assert {row["status"] for row in answer.json()["presence"]} == {"offline"}
