"""What the fault tests change inside the product's processes.

Two kinds. *Deaths* wait in every process and strike the first one that comes past after a test has armed them by
a file of that name under $TASKROOM_FAULTS. *Mutations* switch a defence off for the whole life of a process:
$TASKROOM_WITHOUT names one of mutations.py, so as to prove that some test misses it.
"""

import os
import signal
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from django.apps import AppConfig

BEFORE_COMMIT, BEFORE_PUSH = "death-between-number-and-commit", "death-between-commit-and-push"


class Hooks(AppConfig):
    name = "tests.faults"
    path = str(Path(__file__).parent)
    label = "faults"

    def ready(self) -> None:
        from projects import push
        from projects.models import Project
        from tests.faults import mutations

        Project.record = dying(Project.record, BEFORE_COMMIT, after=True)
        push.event = dying(push.event, BEFORE_PUSH)
        if without := os.environ.get("TASKROOM_WITHOUT"):
            mutations.MUTATIONS[without].switch_off()


def dying(function: Callable[..., Any], name: str, *, after: bool = False) -> Callable[..., Any]:
    """The function, in a process that dies on the spot when `name` is armed."""
    armed = Path(os.environ["TASKROOM_FAULTS"]) / name

    def die() -> None:
        try:
            armed.unlink()  # one process only: whoever removes it
        except FileNotFoundError:
            return
        os.kill(os.getpid(), signal.SIGKILL)

    @wraps(function)
    def mortal(*args: Any, **kwargs: Any) -> Any:
        if not after:
            die()
        result = function(*args, **kwargs)
        if after:
            die()
        return result

    return mortal
