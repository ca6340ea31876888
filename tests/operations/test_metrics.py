"""What /metrics counts, over several processes, and who may read it."""

import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.operations.conftest import frame
from tests.servers import Server
from tests.waiting import eventually


def samples(text: str) -> dict[tuple, float]:
    """(name, *labels' values without the process) -> value, all processes together."""
    found: dict[tuple, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = [value for name, value in sample.labels.items() if name != "pid"]
            key = (sample.name, *labels)
            found[key] = found.get(key, 0) + sample.value
    return found


def read(server: Server) -> dict[tuple, float]:
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=10) as answer:
        return samples(answer.read().decode())


@pytest.fixture
def two_servers(transactional_db, tmp_path):
    shared = tmp_path / "metrics"
    shared.mkdir()
    both = [Server(tmp_path / f"log{n}", PROMETHEUS_MULTIPROC_DIR=str(shared)) for n in (1, 2)]
    for server in both:
        server.start()
    yield both
    for server in both:
        server.stop()


def test_each_process_answers_for_all(two_servers, page, project, api, ben):
    one, two = two_servers
    sockets = [page(one), page(two), page(two, after=0), page(two, after=10_000)]
    frame(sockets[2], "caught_up")
    frame(sockets[3], "reset")
    assert api(ben).post(f"/projects/{project.pk}/tasks", {"title": "Paint"}).status_code == 201
    for socket in sockets:
        frame(socket, "events")
    for server in two_servers:
        found = read(server)
        assert found["taskroom_sockets_open",] == 4
        assert found["taskroom_resumes_total", "live"] == 2
        assert found["taskroom_resumes_total", "replay"] == found["taskroom_resumes_total", "reset"] == 1
        assert found["taskroom_deliveries_total",] >= 4
        assert found["taskroom_outbox_high_water_bytes",] > 0
    sockets[0].close(code=1001)
    sockets[1].close(code=3456)  # the peer may say anything
    eventually(lambda: read(one).get(("taskroom_sockets_closed_total", "1001")) == 1)
    eventually(lambda: read(one).get(("taskroom_sockets_closed_total", "other")) == 1)
    assert read(two)["taskroom_sockets_open",] == 2


def test_requests_are_counted_by_the_name_of_their_route(client, project, ana):
    def count(*labels: str) -> float:
        return samples(client.get("/metrics").content.decode()).get(("taskroom_requests_total", *labels), 0)

    before = count("GET", "projects:page", "200"), count("GET", "none", "404")
    client.force_login(ana)
    client.get(project.get_absolute_url())
    client.get("/no/such/page/")
    client.get("/neither/this/")
    after = count("GET", "projects:page", "200"), count("GET", "none", "404")
    assert (after[0] - before[0], after[1] - before[1]) == (1, 2)
    text = client.get("/metrics").content.decode()
    assert "/no/such" not in text and project.get_absolute_url() not in text


def test_a_push_that_redis_does_not_take_is_counted(client, project, ben, settings, monkeypatch):
    from projects import nearby, push

    def errors() -> float:
        return samples(client.get("/metrics").content.decode())["taskroom_push_errors_total",]

    before = errors()
    settings.REDIS_URL = "redis://127.0.0.1:1"
    nearby.client.cache_clear()
    monkeypatch.setattr(nearby, "_paused_until", {})
    try:
        push.project_gone(project.pk)
    finally:
        nearby.client.cache_clear()
    assert errors() == before + 1


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "status"),
    [
        (0, "127.0.0.1", None, 200),
        (0, "::1", None, 200),
        (0, "::ffff:127.0.0.1", None, 200),
        (0, "203.0.113.9", None, 403),
        (0, "10.0.0.7", None, 200),
        (0, "127.0.0.1", "127.0.0.1", 403),  # a proxy that nobody told us of: whom it saw, we cannot know
        (1, "127.0.0.1", "203.0.113.9", 403),
        (1, "127.0.0.1", "10.0.0.7", 200),
        (1, "127.0.0.1", "127.0.0.1, 203.0.113.9", 403),  # the client's own say, then the proxy's
        (1, "127.0.0.1", "nonsense", 403),
        (1, "127.0.0.1", None, 200),  # straight at the process, which only its own host can do
        (2, "127.0.0.1", "203.0.113.9", 403),
        (2, "127.0.0.1", "10.0.0.7, 192.0.2.1", 200),
        (2, "127.0.0.1", "10.0.0.7, 203.0.113.9, 192.0.2.1", 403),
    ],
)
def test_only_allowed_addresses_may_read(client, settings, proxies, peer, forwarded, status):
    import ipaddress

    settings.METRICS_ALLOWED = [ipaddress.ip_network(each) for each in ("127.0.0.1", "::1", "10.0.0.0/8")]
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    assert client.get("/metrics", headers=headers, REMOTE_ADDR=peer).status_code == status
