"""What is for one person alone (a view kept for oneself) is heard by them, live and in replays, and by nobody else."""

import pytest

from projects.threads import in_database
from tasks.models import View
from tests.projects.listening import head_for, level

pytestmark = pytest.mark.django_db(transaction=True)


def views(page) -> list[str]:
    return [event["name"] for event in page.events if event["name"].startswith("view.")]


async def keep(project, by) -> View:
    return await in_database(lambda: View.objects.add_to(project, "This week", query={}, by=by))


async def test_live(project, ana, ben, listen):
    anas, bens = await listen(ana), await listen(ben)
    view = await keep(project, ben)
    await level(project, ana, anas, bens)
    assert (views(anas), views(bens)) == ([], ["view.created"])
    await in_database(lambda: view.change(shared=True, by=ben))
    await in_database(lambda: view.change(shared=False, by=ben))
    await level(project, ana, anas, bens)
    assert views(anas) == ["view.created", "view.deleted"]
    assert views(bens) == ["view.created", "view.created", "view.deleted", "view.created"]


@pytest.mark.parametrize("from_memory", [True, False])
async def test_in_a_replay(project, ana, ben, listen, from_memory):
    before = {user: await head_for(project, user) for user in (ana, ben)}
    if from_memory:
        await listen(ana)
    await keep(project, ben)
    anas, bens = await listen(ana, before[ana]), await listen(ben, before[ben])
    await level(project, ana, anas, bens)
    assert (views(anas), views(bens)) == ([], ["view.created"])


async def test_who_is_let_into_nothing_need_not_start_afresh(project, ana, ben, listen):
    """One's own audience is none that one could be let into."""
    bens = await listen(ben)
    await in_database(lambda: project.channels.model.open(project, "Board", private=True, by=ana))
    await level(project, ana, bens)
    assert bens.of("reset") == []
