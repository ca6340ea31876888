"""The product's settings, and hooks.py in every process: nothing of it ships with the product."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.hooks.Hooks"]
