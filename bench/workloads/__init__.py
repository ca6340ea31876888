"""The workloads by id; each takes the Bench and gives rows. In the order of the table."""

from collections.abc import Callable

from bench.measuring import Bench, Row
from bench.workloads import fan, order, others, page, read, sockets, staying, through, write

WORKLOADS: dict[str, Callable[[Bench], list[Row]]] = {
    "fan.200": fan.two_hundred,
    "fan.1000": fan.thousand,
    "fan.latency": sockets.latency,
    "fan.burst": sockets.burst,
    "fan.stall": sockets.stall,
    "fan.two": sockets.two,
    "fan.projects": sockets.projects,
    "end-to-end": through.end_to_end,
    "write": write.write,
    "write.order": order.order,
    "idle": staying.idle,
    "storm": staying.storm,
    "read.page": read.page,
    "read.board": read.board,
    "page": page.page,
    "others": others.others,
}
