"""Taskroom's settings and one more address: R3, the server's own empty view."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.reference.urls"
