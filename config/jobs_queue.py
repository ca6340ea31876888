"""How the jobs are doing, as PostgreSQL knows it: Procrastinate's own tables, looked at and never written."""

from collections.abc import Iterator
from typing import NamedTuple

from django.db import connection
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from config.health import LIMIT, Check

QUERY = """
SELECT count(*) FILTER (WHERE status = 'todo' AND due_at <= now()),
       coalesce(extract(epoch FROM now() - min(due_at) FILTER (WHERE status = 'todo' AND due_at <= now())), 0)::float,
       count(*) FILTER (WHERE status = 'doing'),
       count(*) FILTER (WHERE status = 'failed'),
       (SELECT extract(epoch FROM now() - max(last_heartbeat))::float FROM procrastinate_workers)
  FROM procrastinate_jobs JOIN LATERAL (
       SELECT coalesce(scheduled_at, (SELECT max(at) FROM procrastinate_events WHERE job_id = procrastinate_jobs.id))
           AS due_at) AS due ON true
 WHERE status IN ('todo', 'doing', 'failed')
"""
QUIET_ALLOWED = 60.0  # seconds without a sign of a worker, which gives one every ten
LAG_ALLOWED = 120.0  # seconds that a due job may wait


class Queue(NamedTuple):
    """`lag`: seconds that the oldest due job has waited. `heard`: seconds since any worker's sign; None is never."""

    waiting: int
    lag: float
    running: int
    failed: int
    heard: float | None

    @property
    def works(self) -> bool:
        return self.heard is not None and self.heard < QUIET_ALLOWED and self.lag < LAG_ALLOWED


def look() -> Queue:
    with connection.cursor() as cursor:
        cursor.execute(QUERY)
        return Queue(*cursor.fetchone())


class QueueCollector(Collector):
    """Asked for when somebody reads the metrics; left out where the database does not answer in time."""

    def __init__(self) -> None:
        self._found: Queue | None = None
        self._check = Check(self.jobs)

    def jobs(self) -> None:
        self._found = look()

    def collect(self) -> Iterator[Metric]:
        try:
            answered = self._check.start().result(LIMIT)["ok"]
        except TimeoutError:
            answered = False
        if answered and (queue := self._found):
            yield GaugeMetricFamily("taskroom_queue_waiting", "Jobs that are due and wait", queue.waiting)
            yield GaugeMetricFamily(
                "taskroom_queue_lag_seconds", "Seconds that the oldest of them waits", queue.lag
            )
            yield GaugeMetricFamily("taskroom_queue_failed", "Jobs that failed for good", queue.failed)
            if queue.heard is not None:
                heard = "Seconds since a worker gave a sign"
                yield GaugeMetricFamily("taskroom_queue_worker_seconds", heard, queue.heard)
