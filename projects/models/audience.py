"""How much of a project's log was said to some of its people only."""

from django.db import models


class Audience(models.Model):
    """A private channel, or one person: what was said to them alone, counted. See projects/numbers.py.

    Written by `Project.record`, never by hand.
    """

    project = models.ForeignKey("projects.Project", models.CASCADE, related_name="counts")
    audience = models.BigIntegerField(help_text="as in an event")
    said = models.BigIntegerField(help_text="events of the log, those included that it no longer keeps")
    turns = models.BigIntegerField(default=0, help_text="how often the person began to hear more, or less")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "audience"], name="one_count_an_audience")]

    def __str__(self) -> str:
        return f"{self.audience}: {self.said}"
