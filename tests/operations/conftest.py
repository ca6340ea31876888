"""The tools of those who run Taskroom: ways to PostgreSQL and Redis that can hang, and pages that are sockets."""

import json
from contextlib import ExitStack
from urllib.parse import unquote, urlsplit

import pytest
from django.conf import settings
from django.db import connection
from websockets.sync.client import connect

from accounts.models import APIToken
from tests.operations.relay import Relay
from tests.waiting import PATIENCE


@pytest.fixture
def redis_relay():
    """A way to the tests' Redis that can be made to hang."""
    parts = urlsplit(settings.REDIS_URL)
    relay = Relay(unquote(parts.path) if parts.scheme == "unix" else (parts.hostname, parts.port or 6379))
    yield relay
    relay.close()


@pytest.fixture
def database_relay(db):
    """A way to the tests' PostgreSQL that can be made to hang."""
    host, port = connection.settings_dict["HOST"], connection.settings_dict["PORT"] or "5432"
    relay = Relay(f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host, int(port)))
    yield relay
    relay.close()


@pytest.fixture
def page(project, ben):
    """`page(server)`: a socket of Ben's at that server, after its first frame."""
    token = APIToken.issue(ben, "socket")[1]
    opened = ExitStack()

    def open_page(server, after=None, project=project):
        query = "" if after is None else f"?after={after}"
        address = f"{server.websocket_url}/ws/projects/{project.pk}/{query}"
        socket = opened.enter_context(
            connect(address, additional_headers={"Authorization": f"Bearer {token}"})
        )
        assert json.loads(socket.recv(timeout=PATIENCE))["type"] == "hello"
        return socket

    with opened:
        yield open_page


def frame(socket, kind, seconds=PATIENCE):
    """The next frame of that type; the others before it are let pass."""
    while True:
        found = json.loads(socket.recv(timeout=seconds))
        if found["type"] == kind:
            return found
