"""What a page may say on its socket, read strictly: four small frames, and nothing else gets past here."""

import time
from typing import Any, NamedTuple

import orjson

LONGEST = 4096  # characters
LARGEST = 2**63 - 1  # of an id
STATES = ("active", "idle", "inactive", "hidden")


class BadFrame(Exception):
    """Not understood; the text says why, in words for the developer of a client."""


class Frame(NamedTuple):
    type: str
    value: Any = None


def decode(text: str | None) -> Frame:
    """The frame in a message of the client's; `text` is None for a binary one."""
    if text is None:
        raise BadFrame("only text frames are understood")
    if len(text) > LONGEST:
        raise BadFrame(f"a frame may have at most {LONGEST} characters")
    try:
        # Refuses NaN, lone surrogates and deep nesting, and makes no huge number of a long row of digits.
        frame = orjson.loads(text)
    except ValueError:
        raise BadFrame("this is not JSON") from None
    if not isinstance(frame, dict):
        raise BadFrame("a frame is an object")
    kind = frame.pop("type", None)
    if not isinstance(kind, str) or kind not in KINDS:
        raise BadFrame("this type of frame is unknown")
    field, allows = KINDS[kind]
    if set(frame) != ({field} if field else set()):
        raise BadFrame(f"this frame has the fields type{', ' + field if field else ''} and no others")
    value = frame.get(field)
    if not allows(value):
        raise BadFrame(f"this is not a valid {field}")
    return Frame(kind, value)


def _is_state(value: Any) -> bool:
    return isinstance(value, str) and value in STATES


def _is_id(value: Any) -> bool:
    return type(value) is int and 0 < value <= LARGEST  # not bool, which is an int to Python


# type -> (its one field, what that may be)
KINDS = {
    "activity": ("state", _is_state),
    "typing": ("room", _is_id),
    "viewing": ("task", lambda value: value is None or _is_id(value)),
    "ping": (None, lambda value: value is None),
}


class Budget:
    """How many frames one socket may send: `rate` a second, `burst` at once."""

    def __init__(self, rate: float = 5, burst: int = 20) -> None:
        self.rate, self.burst = rate, burst
        self.left, self.at = float(burst), time.monotonic()

    def spend(self) -> bool:
        """Take one; False when there is none."""
        now = time.monotonic()
        self.left = min(self.burst, self.left + (now - self.at) * self.rate)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True
