"""Many writers, one project, some of what they write rolled back: the log has each number once, as committed."""

from typing import Any

from bench.measuring import Bench, Row

WRITERS, ROLLED_BACK = 32, 0.01


def order(bench: Bench) -> list[Row]:
    real, posts = bench.servers.data["real"], bench.count(2000, 320)

    def take() -> dict[str, Any]:
        return bench.servers.django(
            "order", project=real["id"], room=real["room"], writers=WRITERS, posts=posts,
            rolled_back=0.1 if bench.quick else ROLLED_BACK,
            seed=bench.seed,
        )  # fmt: skip

    runs = bench.interleaved({"order": take})["order"]
    wrong = {name: runs.worst(name) for name in ("gaps", "disordered", "lost")}
    return [runs.row(
        "write.order", f"gaps after {posts} posts by {WRITERS} writers", "", "gaps", better="less",
        goal="1..n, no gap, in commit order", met=not any(wrong.values()) and runs.worst("rolled_back") > 0,
        beside={**wrong, "rolled back": runs.worst("rolled_back"), "posts/s": runs.median("rate")},
    )]  # fmt: skip
