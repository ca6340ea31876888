"""SECURITY.md names tests that exist."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)


def test_every_promise_names_tests_that_are_there():
    rows = [line for line in (ROOT / "SECURITY.md").read_text().splitlines() if line.startswith("| ")][2:]
    assert len(rows) >= 12
    for row in rows:
        folder = None
        named = re.findall(r"`((?:tests/|script/|test_)[\w./]+)`", row.rsplit("|", 2)[1])
        assert named, row
        for name in named:
            path = ROOT / name if "/" in name else folder / name
            assert path.exists(), f"{name} of: {row}"
            folder = path.parent
