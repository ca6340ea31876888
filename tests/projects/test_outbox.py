"""What leaves through an outbox: whole frames, in order, at once where the peer takes them."""

import asyncio

import pytest
from websockets.frames import Opcode
from websockets.protocol import Protocol, Side

from projects.frame import Batch, Frame
from projects.log import Line
from projects.outbox import MOST_BYTES, MOST_FRAMES, TOO_SLOW, Outbox
from tests.waiting import PATIENCE


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 300_000])
def test_a_frame_is_one_that_a_client_understands(size: int) -> None:
    text = "ü" * (size // 2) + "x" * (size % 2)
    client = Protocol(Side.CLIENT, max_size=None)
    client.receive_data(Frame(text).line + Frame("after it").line)
    first, second = client.events_received()
    assert (first.opcode, first.fin, bytes(first.data).decode()) == (Opcode.TEXT, True, text)
    assert bytes(second.data) == b"after it"
    assert Frame(text).text == text


class Peer:
    """What a server does with frames: takes them at once, or only after `takes` was set again."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.closed: list[int] = []
        self.takes = asyncio.Event()
        self.takes.set()
        self.outbox = Outbox(self.send, self.close, self.write)

    def write(self, line: bytes) -> bool:
        if self.takes.is_set():
            self.heard.append(line[2:].decode())
        return self.takes.is_set()

    async def send(self, text: str) -> None:
        await self.takes.wait()
        self.heard.append(text)

    async def close(self, code: int, reason: str) -> None:
        self.closed.append(code)


async def settled(peer: Peer) -> None:
    async with asyncio.timeout(PATIENCE):
        while peer.outbox._writer:
            await asyncio.sleep(0)


async def test_what_can_leave_at_once_needs_no_task() -> None:
    peer, tasks = Peer(), len(asyncio.all_tasks())
    peer.outbox.put(Frame("one"))
    assert peer.heard == ["one"]
    assert len(asyncio.all_tasks()) == tasks


async def test_what_must_wait_leaves_later_and_nothing_overtakes_it() -> None:
    peer = Peer()
    said = [str(number) for number in range(9)]
    for text in said[:3]:
        peer.outbox.put(Frame(text))
    peer.takes.clear()
    for text in said[3:6]:
        peer.outbox.put(Frame(text))
    await asyncio.sleep(0)  # the first of them is on its way
    assert peer.heard == said[:3]
    peer.takes.set()
    for text in said[6:]:
        peer.outbox.put(Frame(text))
    await settled(peer)
    peer.outbox.put(Frame("at last"))
    assert peer.heard == [*said, "at last"]


async def test_a_blocked_box_loses_what_may_be_lost_and_then_its_socket() -> None:
    peer = Peer()
    peer.takes.clear()
    for _ in range(MOST_FRAMES // 2):
        peer.outbox.put(Frame("typing"), ephemeral=True)
        peer.outbox.put(Frame("event"))
    peer.outbox.put(Frame("event"))
    assert not peer.outbox.closed
    for _ in range(MOST_FRAMES):
        peer.outbox.put(Frame("event"))
    assert peer.outbox.closed
    async with asyncio.timeout(PATIENCE):
        while not peer.closed:
            await asyncio.sleep(0)
    assert peer.closed == [TOO_SLOW]
    assert peer.heard == []


async def test_a_blocked_box_is_bounded_in_bytes_too() -> None:
    peer = Peer()
    peer.takes.clear()
    for _ in range(5):
        peer.outbox.put(Frame("x" * (MOST_BYTES // 4)))
    assert peer.outbox.closed


def line(sequence: int, audience: int | None = None) -> Line:
    return Line(sequence, "message.created", audience, f'"id":{sequence}}}')


def test_who_may_hear_all_of_a_batch_gets_the_same_frame() -> None:
    batch = Batch([line(5), line(6)])
    frame, count = batch.part(4, (), 4)
    assert frame is batch.part(2, {9}, 4)[0]
    assert count == 2
    assert frame.text == '{"type":"events","events":[{"sequence":5,"id":5},{"sequence":6,"id":6}]}'


def test_who_counts_otherwise_gets_the_same_events_with_numbers_of_their_own() -> None:
    batch = Batch([line(5), line(6)])
    frame, count = batch.part(4, (), 2)
    assert frame.text == '{"type":"events","events":[{"sequence":3,"id":5},{"sequence":4,"id":6}]}'
    assert count == 2


def test_nobody_gets_what_is_not_for_them_or_what_they_have() -> None:
    batch = Batch([line(5), line(6, audience=3), line(7)])
    outside = '{"type":"events","events":[{"sequence":5,"id":5},{"sequence":6,"id":7}]}'
    inside = '{"type":"events","events":[{"sequence":6,"id":6},{"sequence":7,"id":7}]}'
    assert batch.part(4, (), 4)[0].text == outside
    assert batch.part(5, {3}, 5)[0].text == inside
    assert batch.part(5, {3}, 5)[0] is batch.part(5, {3, 4}, 5)[0]
    assert batch.part(7, {3}, 7) == (None, 0)
