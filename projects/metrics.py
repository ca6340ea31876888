"""Everything that is counted, named in one place; `/metrics` shows it.

With PROMETHEUS_MULTIPROC_DIR all processes of a host write into files there, and each answers for all. Counting
costs one or two microseconds, so count a flush and never a delivery.
"""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("taskroom_requests_total", "HTTP requests answered", ["method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "taskroom_request_seconds",
    "Seconds until an HTTP request was answered",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)

SOCKETS_OPEN = Gauge("taskroom_sockets_open", "Sockets open now", multiprocess_mode="liveall")
SOCKETS_CLOSED = Counter("taskroom_sockets_closed_total", "Sockets that ended, by close code", ["code"])
RESUMES = Counter(
    "taskroom_resumes_total",
    "How sockets began: live (from now), replay (from the log), ring (from memory), reset (by a snapshot)",
    ["mode"],
)
DELIVERIES = Counter("taskroom_deliveries_total", "Events handed to sockets")
FEED_REPAIRS = Counter("taskroom_feed_repairs_total", "Times the check found what no push had brought")
FEED_LAG = Gauge(
    "taskroom_feed_lag_seconds",
    "Seconds since the feed last knew itself level with the log",
    multiprocess_mode="liveall",
)
OUTBOX_HIGH_WATER = Gauge(
    "taskroom_outbox_high_water_bytes", "Most that ever waited for one socket", multiprocess_mode="liveall"
)
PUSH_ERRORS = Counter("taskroom_push_errors_total", "Pushes that Redis did not take")
PRESENCE_ERRORS = Counter("taskroom_presence_errors_total", "Times that presence could not be told to Redis")

LIVE, REPLAY, RING, RESET = (RESUMES.labels(mode) for mode in ("live", "replay", "ring", "reset"))

CODES = (403, 1000, 1001, 1002, 1005, 1006, 1009, 1011, 1012, 1013, 4400, 4401, 4403, 4408, 4429)


def socket_closed(code: int) -> None:
    """A peer may close with any of thousands of codes; those nobody knows are one."""
    SOCKETS_CLOSED.labels(code if code in CODES else "other").inc()
