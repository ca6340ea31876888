"""In which order a project's channels stand."""

import random
import time
from typing import Any

from django.db import models

from projects.positions import between, rank_of, spread, spread_between

LONGEST_RANK = 100


def place(channels: Any, *, before: Any = None, after: Any = None) -> str:
    """A rank beside `after`, else beside `before`, else at the end of `channels`. The caller holds the project.

    From neat ranks one could tell that there is something between two channels, although one may not know of it. So
    they are drawn by lot of several that would do, and the end is where the clock stands, in milliseconds since 1970.
    """
    if after is not None:
        low = after.position
        high = channels.filter(position__gt=low).aggregate(first=models.Min("position"))["first"]
    elif before is not None:
        high = before.position
        low = channels.filter(position__lt=high).aggregate(last=models.Max("position"))["last"]
    else:
        last = channels.aggregate(last=models.Max("position"))["last"]
        now = rank_of(time.time_ns() // 1_000_000)
        return now if last is None or last < now else between(last, None)
    return random.choice(spread_between(random.randint(1, 9), low, high))


def put(channel: Any, *, before: Any = None, after: Any = None) -> None:
    """Give the channel its rank. Where no short one is left between two, all get new ones."""
    others = channel.project.channels.exclude(pk=channel.pk)
    channel.position = place(others, before=before, after=after)
    if len(channel.position) > LONGEST_RANK:
        _spread(channel.project)
        for each in filter(None, (before, after)):
            each.refresh_from_db(fields=["position"])
        channel.position = place(others, before=before, after=after)


def _spread(project: Any) -> None:
    channels = list(project.channels.order_by("position"))
    steps = spread(9 * len(channels), after=channels[-1].position)
    for number, channel in enumerate(channels):
        channel.position = steps[9 * number + random.randint(0, 8)]
    with project.quietly():
        type(channels[0]).objects.bulk_update(channels, ["position"])
