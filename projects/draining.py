"""Whether this process is about to end: it is then not ready any more, and lets its sockets go."""

draining = False


def begin() -> None:
    global draining
    draining = True
