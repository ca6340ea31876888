"""The bench still runs; what it measures here means nothing."""

import json
import os
import subprocess
from pathlib import Path

from django.conf import settings

from bench import events, report
from bench.measuring import Row
from projects.frame import Frame

ROOT = Path(settings.BASE_DIR)


def test_every_event_of_the_load_has_the_size_by_which_it_is_counted():
    for sequence in (1, 99, 123_456_789):
        assert json.loads(events.text(sequence))["sequence"] == sequence
        assert len(events.payload(sequence)) == events.OVERHEAD + events.STRIDE
        assert events.frame(sequence) == Frame(events.payload(sequence).decode()).line
    assert len(events.BODY) == 120


def test_a_small_run_gives_rows_that_can_be_compared(tmp_path):
    def bench(*arguments: str) -> str:
        command = [ROOT / "script" / "bench", "--quick", "--data", tmp_path / "data", *arguments]
        environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return done.stdout

    said = bench("fan.200", "fan.burst", "--json", "one.json")
    assert "cores" in said and "R1" in said
    document = json.loads((tmp_path / "one.json").read_text())
    *fan, burst = document["rows"]
    assert [row["what"] for row in fan] == ["deliveries, coalescing on", "deliveries, coalescing off"]
    for row in fan:
        # So few sockets are served so fast that the load itself may have been the limit; then there is no figure.
        assert row["value"] is None if row["refused"] else row["value"] > 0
        assert ("R1" in row["beside"]) != bool(row["details"]["R1 refused"])
        assert row["beside"]["R2"] > 0 and row["details"]["lost"] == 0
    assert burst["beside"] == {"lost": 0, "doubled": 0, "disordered": 0, "foreign": 0}


def test_comparing_says_which_way_it_went(tmp_path):
    rows = [Row("fan", "deliveries", "/s", 100, "more"), Row("idle", "memory", "KiB", 10, "less")]
    report.write(tmp_path / "old.json", {}, rows)
    rows[0].value, rows[1].value = 150, 20
    assert report.compare(tmp_path / "old.json", rows).splitlines() == [
        "fan  deliveries: 100 -> 150 /s  +50% better",
        "idle  memory: 10 -> 20 KiB  +100% WORSE",
    ]
    rows[0].value, rows[1].value = 102, 10
    assert report.compare(tmp_path / "old.json", rows).count("as before") == 2
