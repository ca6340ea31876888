"""script/audit: a known hole fails the run, a database that cannot be asked does not, and both are said."""

import pytest

from config import audit

HOLE = {"id": "CVE-2026-1", "fix_versions": ["2.0"]}
CLEAN = {"name": "django", "version": "5.2", "vulns": []}


@pytest.fixture
def databases(monkeypatch):
    """`databases(python=..., npm=...)`: what each answers; an exception is raised."""

    def answer(python, npm):
        def run(command, limit):
            said = npm if "npm" in command else python
            if isinstance(said, Exception):
                raise said
            return said

        monkeypatch.setattr(audit, "_run", run)

    return answer


def test_nothing_known_passes(databases, capsys):
    databases(python={"dependencies": [CLEAN]}, npm={"vulnerabilities": {}})
    assert audit.main() == 0
    assert capsys.readouterr().out.count("knows of 0 holes") == 2


def test_a_hole_fails_and_is_named(databases, capsys):
    databases(
        python={"dependencies": [CLEAN, {"name": "holey", "version": "1.0", "vulns": [HOLE]}]},
        npm={"vulnerabilities": {"bootstrap": {"severity": "high", "range": "<6"}}},
    )
    assert audit.main() == 1
    said = capsys.readouterr().out
    assert "holey 1.0: CVE-2026-1, mended in 2.0" in said and "bootstrap: high, <6" in said


def test_a_database_that_cannot_be_asked_is_said_and_fails_nothing(databases, capsys):
    databases(
        python={"dependencies": [{"name": "django", "skip_reason": "not found"}]},
        npm={"error": {"code": "E405"}},
    )
    assert audit.main() == 0
    assert capsys.readouterr().out.count("skipped, its database cannot be asked") == 2


def test_a_program_that_never_answers_is_left(monkeypatch):
    with pytest.raises(audit.Unreachable, match="no answer within"):
        audit._run(["sleep", "30"], 0.1)
    with pytest.raises(audit.Unreachable, match="not today"):
        audit._run(["sh", "-c", "echo not today >&2"], 5)
