"""The workloads by id; each takes the Bench and gives rows. In the order of the table."""

from collections.abc import Callable

from bench.measuring import Bench, Row
from bench.workloads import fan, write

WORKLOADS: dict[str, Callable[[Bench], list[Row]]] = {
    "fan.200": fan.two_hundred,
    "fan.1000": fan.thousand,
    "write": write.write,
}
