"""How often one person may send: counted in Redis for all processes, said in words, and nobody else's business."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis

from projects import nearby, rates
from tests.machine import clock
from tests.servers import database_url
from tests.waiting import eventually


@pytest.fixture
def limited(settings, monkeypatch):
    """Two at once, then one in ten seconds; two invitations an hour."""
    settings.REDIS_PREFIX += f"-rates-{time.monotonic_ns()}"
    settings.RATE_SENDS_PER_SECOND, settings.RATE_SENDS_BURST = 0.1, 2
    settings.RATE_INVITATIONS_PER_HOUR = 2
    monkeypatch.setattr(nearby, "_paused_until", {})


def test_beyond_the_burst_is_429_with_the_time_to_wait_and_others_go_on(api, project, ben, gus, limited):
    bens, guss = api(ben), api(gus)
    room = f"/rooms/{project.rooms.get().pk}/messages"
    assert [bens.post(room, {"body": "one"}).status_code for _ in range(2)] == [201, 201]
    refused = bens.post(f"/projects/{project.pk}/tasks", {"title": "Too much"})
    assert refused.status_code == 429
    assert refused.json() == {
        "detail": "That was a little fast. Wait a moment, then try again.",
        "errors": {},
    }
    assert 1 <= int(refused.headers["Retry-After"]) <= 10
    assert bens.get(f"/projects/{project.pk}/snapshot").status_code == 200, "reading is no sending"
    last = project.rooms.get().messages.latest("pk").pk
    assert bens.post(f"/rooms/{project.rooms.get().pk}/read", {"message": last}).status_code == 200
    assert guss.post(room, {"body": "others go on"}).status_code == 201
    assert not project.tasks.exists()


def test_what_was_used_comes_back(settings, limited):
    settings.RATE_SENDS_PER_SECOND, settings.RATE_SENDS_BURST = 5, 1

    def refusal() -> rates.TooFast | None:
        try:
            rates.send(7)
        except rates.TooFast as refusal:
            return refusal

    assert eventually(refusal).retry_after == 1  # the second, or a later one if that took its time
    eventually(lambda: not refusal())


def test_no_rate_is_no_limit(settings, limited):
    settings.RATE_SENDS_PER_SECOND = 0
    for _ in range(5):
        rates.send(7)


def test_a_bucket_full_again_leaves_nothing_behind(settings, limited):
    rates.send(7)
    key = f"{settings.REDIS_PREFIX}:rate:sends:7"
    assert 0 < nearby.client().pttl(key) <= 10_000


def test_two_processes_share_a_bucket(settings, limited):
    settings.RATE_SENDS_PER_SECOND = 0.001  # none comes back while the other process starts
    code = (
        "import django; django.setup()\n"
        "from django.conf import settings; from projects import rates\n"
        f"settings.REDIS_URL, settings.REDIS_PREFIX = {settings.REDIS_URL!r}, {settings.REDIS_PREFIX!r}\n"
        "settings.RATE_SENDS_PER_SECOND, settings.RATE_SENDS_BURST = 0.001, 2\n"
        "rates.send(7)"
    )
    rates.send(7)
    environment = {"DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": database_url()}
    here = Path(settings.BASE_DIR)
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=here, capture_output=True, text=True,
        env={**environment, "REDIS_URL": settings.REDIS_URL},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    with pytest.raises(rates.TooFast):
        rates.send(7)
    rates.send(8)


def test_with_a_redis_that_does_not_answer_everything_passes_and_quickly(settings, limited, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"redis://127.0.0.1:{silent.getsockname()[1]}"
        client = redis.Redis.from_url(address, socket_timeout=nearby.LIMIT, retry=None)
        script = client.register_script(rates.SCRIPT)
        monkeypatch.setattr(nearby, "client", lambda: client)
        monkeypatch.setattr(rates, "_script", lambda: script)
        monkeypatch.setattr(nearby, "PAUSE", 3600)  # nobody tries again, however long these take
        begun = time.monotonic()
        for _ in range(50):
            rates.send(7)
        assert time.monotonic() - begun >= nearby.LIMIT
        assert clock.since(begun) < 1
        silent.setblocking(False)
        silent.accept()[0].close()
        with pytest.raises(BlockingIOError):  # one waited, and the others did not ask
            silent.accept()


def test_invitations_are_counted_by_api_and_page_together(api, client, project, ana, limited, settings):
    settings.RATE_SENDS_PER_SECOND = 0
    address = f"/projects/{project.pk}/invitations"
    assert api(ana).post(address, {"role": "guest"}).status_code == 201
    client.force_login(ana)
    form = {"role": "guest", "expires_in_days": "7"}
    assert client.post(f"{address}/", form).status_code == 200
    page = client.post(f"{address}/", form)
    assert page.status_code == 429 and 1 <= int(page.headers["Retry-After"]) <= 1800
    assert "That was a little fast" in page.content.decode()
    refused = api(ana).post(address, {"role": "guest"})
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 1
    assert project.invitations.filter(revoked_at=None, role="guest", uses=0).count() == 2
