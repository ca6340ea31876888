"""A restore to an older state, as an open page shows it."""

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from tasks.models import Task

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_open_page_shows_the_restored_state_without_a_reload(
    open_as, project, ana, ben, tmp_path, settings
):
    settings.MEDIA_ROOT = tmp_path / "media"
    before = Task.objects.add_to(project, "Paint the wall", by=ana)[0]
    page = open_as(ben, project.get_absolute_url())
    page.evaluate("window.stillTheSamePage = true")
    expect(page.locator("task-card", has_text="Paint the wall")).to_be_visible()
    call_command("backup", tmp_path / "backup.tar", verbosity=0)

    before.change(title="Paint the door", by=ana)
    Task.objects.add_to(project, "Buy a brush", by=ana)
    expect(page.locator("task-card", has_text="Paint the door")).to_be_visible()
    expect(page.locator("task-card", has_text="Buy a brush")).to_be_visible()

    call_command("restore", tmp_path / "backup.tar", yes=True, verbosity=0)
    expect(page.locator("task-card", has_text="Paint the wall")).to_be_visible()
    expect(page.locator("task-card")).to_have_count(1)

    Task.objects.add_to(project, "Begin again", by=ana)
    expect(page.locator("task-card", has_text="Begin again")).to_be_visible()
    assert page.evaluate("window.stillTheSamePage")
