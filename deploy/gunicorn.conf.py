"""gunicorn's settings for both kinds of process: `gunicorn -c deploy/gunicorn.conf.py`, TASKROOM_PROCESS says which.

web: HTTP in threads. Processes come first: more than four threads in one gain nothing and stretch the tail.
live: the sockets, in one event loop a process.
"""

import gc
import os
import resource
from contextlib import suppress

from gunicorn import glogging

KINDS = {
    "web": {"wsgi_app": "config.wsgi:application", "worker_class": "gthread", "threads": 4},
    "live": {"wsgi_app": "config.asgi:application", "worker_class": "config.workers.LiveWorker"},
}

globals().update(KINDS[os.environ.get("TASKROOM_PROCESS", "web")])

bind = os.environ.get("TASKROOM_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("TASKROOM_WORKERS", 2))
backlog = 2048
timeout = 60  # seconds without a sign of life of a worker until it is replaced
graceful_timeout = 25  # more than a live process takes to drain and to finish
keepalive = 75  # longer than nginx keeps a connection, so that it never sends into one that is just closing
control_socket_disable = True


class Logger(glogging.Logger):
    """Each request has its line from config/observing.py; gunicorn would make another, which nobody reads."""

    access_log_enabled = False


logger_class = Logger

# gunicorn's own lines, and those of the server inside it, look like all others.
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"lines": {"()": "config.logs.Lines"}},
    "formatters": {"json": {"()": "config.logs.JSONFormatter"}, "line": {"()": "config.logs.LineFormatter"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": os.environ.get("LOG_FORMAT") or "json",
            "filters": ["lines"],
        }
    },
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL") or "INFO"},
    "loggers": {"gunicorn.error": {"handlers": ["console"], "level": "INFO", "propagate": False}},
}
# Each socket is a file, and a shell usually grants 1,024.
with suppress(ValueError, OSError):
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = min(most, 65536) if most != resource.RLIM_INFINITY else 65536
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
if os.path.isdir("/dev/shm"):
    worker_tmp_dir = "/dev/shm"  # a slow disk must not make a worker seem dead


def post_worker_init(worker):
    """What is loaded now stays for good: the collector need not look at it again."""
    gc.collect()
    gc.freeze()


def child_exit(server, worker):
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)
