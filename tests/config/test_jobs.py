"""Jobs: committed with the data they are about, done by a worker, tried again when they fail."""

import pytest
from django.core import mail
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from projects.models import Invitation


@pytest.fixture(autouse=True)
def no_jobs(transactional_db):
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


def work() -> None:
    """The real worker, until nothing is left to do."""
    worker = app.with_connector(app.connector.get_worker_connector())
    with worker.open():
        worker.run_worker(wait=False, listen_notify=False, install_signal_handlers=False)


def invite(project, ana) -> str:
    with transaction.atomic():
        invitation, token = Invitation.issue(project, role="member", email="cleo@example.com", by=ana)
        invitation.mail(site="https://taskroom.example/")
    return token


def test_the_worker_mails_the_link_that_was_shown(project, ana):
    token = invite(project, ana)
    work()
    (sent,) = mail.outbox
    assert f"https://taskroom.example/invitations/{token}/" in sent.body
    assert ProcrastinateJob.objects.get().status == "succeeded"


def test_no_token_waits_in_the_database(project, ana):
    token = invite(project, ana)
    assert token not in str(ProcrastinateJob.objects.get().args)


def test_a_link_made_before_the_key_was_renewed_still_goes_out(project, ana, settings):
    token = invite(project, ana)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key " * 5
    work()
    assert token in mail.outbox[0].body


def test_what_is_rolled_back_is_not_mailed(project, ana):
    with transaction.atomic():
        invite(project, ana)
        transaction.set_rollback(True)
    work()
    assert mail.outbox == []


def test_an_invitation_that_was_taken_back_is_not_mailed(project, ana):
    invite(project, ana)
    Invitation.objects.latest("pk").revoke(by=ana)
    work()
    assert mail.outbox == []


def test_a_mail_server_that_is_away_is_tried_again_later(project, ana, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    invite(project, ana)
    work()
    job = ProcrastinateJob.objects.get()
    assert (job.status, job.attempts) == ("todo", 1) and job.scheduled_at is not None


def test_logs_and_bins_are_pruned_daily(project):
    crons = {each.task.name: each.cron for each in app.periodic_registry.periodic_tasks.values()}
    assert crons["projects.prune"] == "17 3 * * *"
    app.tasks["projects.prune"].defer(timestamp=0)
    work()
    assert ProcrastinateJob.objects.get().status == "succeeded"
