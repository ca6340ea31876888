"""The event that all workloads send: what a message of 120 characters makes, always of the same size.

The load counts by size alone, without looking into a frame: a frame of k events holds OVERHEAD + k * STRIDE bytes.
"""

BODY = (
    "Could somebody look at the order forms before noon? "
    "Two people wrote that the button for paying by card does not answer."
)
MOMENT = "2026-01-01T10:00:00.000000Z"
NAME = "message.created"

BEGIN, END = b'{"type":"events","events":[', b"]}"
_HTML = f"<p>{BODY}</p>\\n"


def text(sequence: int) -> str:
    """One event as it stands in the log; its `client_id` makes up for the number's digits."""
    number = str(sequence)
    client = "bench-" + "0" * (58 - len(number))
    return (
        f'{{"sequence":{number},"name":"{NAME}","by":1,"at":"{MOMENT}","data":{{"id":1000001,"room":1001,'
        f'"author":1001,"body":"{BODY}","html":"{_HTML}","client_id":"{client}","created_at":"{MOMENT}",'
        f'"edited_at":null}}}}'
    )


def tail(sequence: int) -> str:
    """What of it stands behind its number."""
    return text(sequence).partition(",")[2]


def payload(sequence: int) -> bytes:
    """As the only one in its frame."""
    return BEGIN + text(sequence).encode() + END


def frame(sequence: int) -> bytes:
    """The payload as a whole WebSocket frame (RFC 6455, 5.2)."""
    content = payload(sequence)
    return b"\x81\x7e" + len(content).to_bytes(2, "big") + content


SIZE = len(text(1))
STRIDE = SIZE + 1  # with the comma
OVERHEAD = len(BEGIN) + len(END) - 1
