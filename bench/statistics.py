"""The few figures that a run is told in."""


def percentiles(seconds: list[float]) -> dict[str, float]:
    """In milliseconds; 0 where there is nothing."""
    ordered = sorted(seconds) or [0.0]

    def at(share: float) -> float:
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000

    return {"p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "most": ordered[-1] * 1000}


def median(values: list[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
