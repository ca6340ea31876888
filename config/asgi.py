"""HTTP and the sockets in one application: development, and the `live` processes of production."""

import os
import warnings
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# WhiteNoise serves files from disk in pieces; in production nginx does, and nothing is streamed here.
warnings.filterwarnings("ignore", "StreamingHttpResponse must consume synchronous iterators", Warning)

http = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 - needs the apps to be loaded
from django.urls import path  # noqa: E402

from config import bodies, request_ids  # noqa: E402
from config.socket_trial import trial  # noqa: E402
from presence.routing import urlpatterns  # noqa: E402

sockets = URLRouter([path("ws/health/", trial), *urlpatterns])


async def identified(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """A socket's log lines have an id as well."""
    offered = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
    with request_ids.given(offered):
        await sockets(scope, receive, send)


application = ProtocolTypeRouter({"http": bodies.bounded(http), "websocket": identified})
