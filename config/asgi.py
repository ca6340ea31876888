"""HTTP and the sockets in one application: development, and the `live` processes of production."""

import os
import warnings

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# WhiteNoise serves files from disk in pieces; in production nginx does, and nothing is streamed here.
warnings.filterwarnings("ignore", "StreamingHttpResponse must consume synchronous iterators", Warning)

http = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 - needs the apps to be loaded

from presence.routing import urlpatterns  # noqa: E402

application = ProtocolTypeRouter({"http": http, "websocket": URLRouter(urlpatterns)})
