"""Tests wait for conditions, never for time: here is how."""

import time
from collections.abc import Callable
from typing import Any

OFTEN = 0.02


def eventually(condition: Callable[[], Any], seconds: float = 20) -> Any:
    """Wait until the condition holds; what it answered. Fails when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"did not happen within {seconds} seconds"
        time.sleep(OFTEN)
    return found
