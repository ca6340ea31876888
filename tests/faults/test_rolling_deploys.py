"""New workers take over from old ones under load, and nobody presses reload."""

import pytest

from tests.waiting import eventually


def renew(kind) -> None:
    """Roll it over: every worker is another one than before."""
    before = set(kind.workers())
    kind.reload()
    eventually(lambda: len(kind.workers()) >= len(before) and not before & set(kind.workers()), 90)


@pytest.mark.faults_long
def test_a_rolling_deploy_of_web(house, run):
    with run() as under:
        with under.fault():
            renew(house.stack.web)
        under.more(20)
    under.judge(behind=5.0)


def test_a_rolling_deploy_of_live(house, run):
    with run() as under:
        with under.fault():
            renew(house.stack.live)
        under.more(20)
        eventually(lambda: all(listener.live for listener in under.listeners))
    under.judge(behind=5.0)
    codes = {each.code for listener in under.listeners for each in listener.ledger.connections if each.code}
    assert codes <= {1012}, f"asked to come again, not dropped: {codes}"
    assert not any(listener.ledger.skipped for listener in under.listeners), (
        "a deploy is no reason for a snapshot"
    )
