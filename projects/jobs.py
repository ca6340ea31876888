"""What the worker does for projects: each takes ids and calls a verb."""

from django.core.management import call_command
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from projects import emails
from projects.models import Invitation

# 5, 25, 125 ... seconds: a mail server that is away for an hour loses nothing.
MAIL = RetryStrategy(max_attempts=6, exponential_wait=5)


@app.task(name="projects.mail_invitation", retry=MAIL)
def mail_invitation(invitation: int, seed: str, site: str) -> None:
    if open_still := Invitation.objects.open().filter(pk=invitation).first():
        emails.send_invitation(open_still, open_still.url(seed, site=site))


@app.periodic(cron="17 3 * * *")
@app.task(name="projects.prune", queueing_lock="projects.prune")
def prune(timestamp: int) -> None:
    call_command("prune")
