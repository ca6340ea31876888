"""Redis behind sentinels, and events shared between several Redis servers: the settings of README, tried."""

import json
import time
import urllib.request

import pytest
from django.test import override_settings

from accounts.models import APIToken
from presence import roster
from projects import push, redis_clients
from projects.models import Project
from tests.operations.conftest import frame
from tests.operations.redis_servers import RedisServer
from tests.servers import Server
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "a password of redis"
NEVER = {"FEED_CHECK_SECONDS": "3600"}  # so that nothing but a push brings an event


@pytest.fixture
def redis_servers(tmp_path):
    started = []

    def start(*options: str, **how: bool) -> RedisServer:
        started.append(RedisServer(tmp_path, *options, **how).start())
        return started[-1]

    yield start
    for each in started:
        each.kill()


@pytest.fixture
def servers(tmp_path, transactional_db):
    started = []

    def start(**variables: str) -> Server:
        started.append(Server(tmp_path / f"server{len(started)}.log", **variables).start())
        return started[-1]

    yield start
    for each in started:
        each.stop()


def post(server: Server, project: Project, title: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body, address = json.dumps({"title": title}).encode(), f"{server.url}/api/v1/projects/{project.pk}/tasks"
    with urllib.request.urlopen(urllib.request.Request(address, body, headers), timeout=20) as answer:
        assert answer.status == 201


def heard(socket, title: str, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        try:
            events = frame(socket, "events", left)["events"]
        except TimeoutError:
            return False
        if title in [event["data"].get("title") for event in events]:
            return True
    return False


def is_ready(server: Server) -> bool:
    try:
        return urllib.request.urlopen(f"{server.url}/readyz", timeout=5).status == 200
    except OSError:
        return False


def test_everything_follows_the_master_that_the_sentinels_name(
    redis_servers, servers, page, project, ben, settings
):
    secret = [f'requirepass "{SECRET}"', f'masterauth "{SECRET}"']
    master = redis_servers(*secret)
    replica = redis_servers(*secret, f"replicaof 127.0.0.1 {master.port}")
    watch = [
        f"sentinel monitor taskroom 127.0.0.1 {master.port} 2",
        f'sentinel auth-pass taskroom "{SECRET}"',
        "sentinel down-after-milliseconds taskroom 1000",
        "sentinel failover-timeout taskroom 3000",
    ]
    sentinels = [redis_servers(*watch, sentinel=True) for _ in range(3)]
    known = lambda: all(  # noqa: E731
        (row := each.client().sentinel_master("taskroom"))["num-slaves"] == 1
        and row["num-other-sentinels"] == 2
        for each in sentinels
    )
    eventually(known)
    hosts = ",".join(f"127.0.0.1:{each.port}" for each in sentinels)
    address = f"redis+sentinel://:{SECRET.replace(' ', '%20')}@{hosts}/taskroom"
    writing, live = (servers(REDIS_URL=address, **NEVER) for _ in range(2))
    token = APIToken.issue(ben, "writer")[1]
    socket = page(live)
    eventually(lambda: is_ready(live))
    post(writing, project, "Before", token)
    assert heard(socket, "Before", 10)

    master.kill()
    masters = lambda: {each.client().sentinel_master("taskroom")["port"] for each in sentinels}  # noqa: E731
    eventually(lambda: masters() == {replica.port})
    sentinels[0].kill()  # the first of those that are asked
    eventually(lambda: is_ready(live) and is_ready(writing))
    numbers = iter(range(1000))

    def arrives() -> bool:
        post(writing, project, title := f"After {next(numbers)}", token)
        return heard(socket, title, 1)

    eventually(arrives)
    for _ in range(3):
        assert arrives()
    with redis_clients.client(address) as client:
        assert client.connection_pool.get_master_address() == ("127.0.0.1", replica.port)
    # Presence and the cache have found the new master as well.
    with override_settings(REDIS_URL=address):
        roster._client.cache_clear()
        try:
            eventually(lambda: roster.statuses([ben.pk])[ben.pk]["status"] == "active")
        finally:
            roster._client.cache_clear()
    from config.cache import ForgetfulRedisCache

    cache = ForgetfulRedisCache([address], {})
    cache.set("tries", 3)
    assert cache.get("tries") == 3


def test_several_redis_share_the_events_and_each_push_finds_the_one_that_listens(
    redis_servers, servers, page, ana, ben, project
):
    from tests.conftest import add

    shards = [redis_servers() for _ in range(3)]
    addresses = [each.address for each in shards]
    projects = [project]
    with override_settings(CHANNEL_LAYER_URLS=addresses):

        def shard_of(each: Project) -> str:
            group = f"{django_prefix()}__group__{push.group_of(each.pk)}"
            return redis_clients.layer_address(group)

        while {shard_of(each) for each in projects} != set(addresses):
            projects.append(Project.objects.open("More", key="MORE", by=ana))
            add(projects[-1], ben, "member")
        # One for each: a person may only have so many sockets.
        projects = list({shard_of(each): each for each in projects}.values())
    variables = {"CHANNEL_LAYER_URLS": ",".join(addresses), **NEVER}
    writing, live = servers(**variables), servers(**variables)
    token = APIToken.issue(ben, "writer")[1]
    sockets = [(each, page(live, project=each)) for each in projects]
    for each, socket in sockets:
        post(writing, each, f"For {each.pk}", token)
        assert heard(socket, f"For {each.pk}", 10)

    # One that is gone delays its own projects, and nobody else's.
    shards[0].kill()
    assert not is_ready(live)
    with override_settings(CHANNEL_LAYER_URLS=addresses):
        others = [(each, socket) for each, socket in sockets if shard_of(each) != addresses[0]]
    for each, socket in others:
        post(writing, each, "Still", token)
        assert heard(socket, "Still", 10)


def django_prefix() -> str:
    from django.conf import settings

    return settings.REDIS_PREFIX


@pytest.mark.parametrize(
    "address",
    [
        "redis+sentinel://",
        "redis+sentinel://host:1",
        "redis+sentinel:///service",
        "redis+sentinel://h:x/service",
    ],
)
def test_an_address_that_cannot_be_understood_stops_the_start(address):
    from tests.servers import manage

    done = manage("check", REDIS_URL=address)
    assert done.returncode != 0 and "REDIS_URL" in done.stderr
