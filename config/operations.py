"""/healthz, /readyz and /metrics: for machines that come by address rather than by name, and carry no cookie.

Answered before everything else: no session, no redirect to HTTPS, no look at the Host, which only here is anyone's.
"""

import asyncio
import ipaddress
from collections.abc import Callable
from pathlib import Path

import prometheus_client
import psutil
from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_and_async_middleware
from prometheus_client import multiprocess

from config import health
from config.jobs_queue import QueueCollector
from projects import wire

QUEUE = QueueCollector()


@sync_and_async_middleware
def middleware(get_response: Callable) -> Callable:
    if iscoroutinefunction(get_response):

        async def answer(request: HttpRequest) -> HttpResponse:
            if view := VIEWS.get(request.path_info):
                # healthz on the event loop itself, the others where they may wait.
                respond = view is healthz
                return _headed(view(request) if respond else await asyncio.to_thread(view, request))
            return await get_response(request)
    else:

        def answer(request: HttpRequest) -> HttpResponse:
            if view := VIEWS.get(request.path_info):
                return _headed(view(request))
            return get_response(request)

    return answer


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; whether what it needs does as well is no reason to start it anew."""
    return HttpResponse(b'{"alive":true}', content_type="application/json")


def readyz(request: HttpRequest) -> HttpResponse:
    report = health.report()
    return HttpResponse(
        wire.encode(report), status=200 if report["ready"] else 503, content_type="application/json"
    )


def metrics(request: HttpRequest) -> HttpResponse:
    if not may_read_metrics(request.META):
        return HttpResponse(
            "METRICS_ALLOWED does not name this address.\n", status=403, content_type="text/plain"
        )
    text = prometheus_client.generate_latest(registry()) + prometheus_client.generate_latest(QUEUE)
    return HttpResponse(text, content_type=prometheus_client.CONTENT_TYPE_LATEST)


def registry() -> prometheus_client.CollectorRegistry:
    """Of all processes of this host where they share a directory, else of this one."""
    if not settings.PROMETHEUS_MULTIPROC_DIR:
        return prometheus_client.REGISTRY
    _forget_the_dead(Path(settings.PROMETHEUS_MULTIPROC_DIR))
    together = prometheus_client.CollectorRegistry()
    multiprocess.MultiProcessCollector(together, settings.PROMETHEUS_MULTIPROC_DIR)
    return together


def _forget_the_dead(directory: Path) -> None:
    """gunicorn says which worker has ended, unless it was killed itself; whatever they had open is closed."""
    for pid in {int(path.stem.rpartition("_")[2]) for path in directory.glob("gauge_live*_*.db")}:
        try:
            dead = psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            dead = True
        if dead:
            multiprocess.mark_process_dead(pid, settings.PROMETHEUS_MULTIPROC_DIR)


def may_read_metrics(meta: dict[str, str]) -> bool:
    address = client_address(meta)
    return address is not None and any(address in network for network in settings.METRICS_ALLOWED)


def client_address(meta: dict[str, str]) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Who really asks; None where that cannot be known.

    Each proxy appends whom it saw, so only as many entries as we have proxies, from the right, were written by
    them: whatever stands further left is the client's own say. An entry where no proxy should be is refused.
    """
    said = [each.strip() for each in meta.get("HTTP_X_FORWARDED_FOR", "").split(",") if each.strip()]
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    if (said and len(said) < proxies) or (said and not proxies):
        return None
    try:
        address = ipaddress.ip_address(said[-proxies] if said else meta.get("REMOTE_ADDR", ""))
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


VIEWS = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}


def _headed(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
