"""Nobody changes a Live model without an event: every way that Django offers is tried on every one of them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction
from django.db.models import QuerySet

from chat.models import Channel
from projects.errors import LiveError
from projects.live import Live, LiveQuerySet
from projects.models import Project
from tasks.models import Label, Task

LIVE = [model for model in apps.get_models() if issubclass(model, Live)]
UNHEARD: dict[str, Callable[[Any], Any]] = {
    "update": lambda rows: rows.update(pk=1),
    "bulk_create": lambda rows: rows.bulk_create([rows.model()]),
    "bulk_update": lambda rows: rows.bulk_update([rows.model(pk=1)], ["pk"]),
    "ignoring conflicts": lambda rows: rows.bulk_create([rows.model()], ignore_conflicts=True),
}


def every(kind: str) -> Iterator[models.Field]:
    for model in LIVE:
        yield from (field for field in model._meta.get_fields() if getattr(field, kind, False))


def managers(model: type[Live]) -> Iterator[QuerySet]:
    yield from (manager.get_queryset() for manager in model._meta.managers)


def test_there_are_live_models():
    assert {model.noun for model in LIVE} == {
        "project", "member", "column", "label", "task", "comment", "channel", "channel_member", "room", "message",
        "view", "attachment", "checklist_item", "follow",
    }  # fmt: skip


@pytest.mark.parametrize("way", UNHEARD, ids=lambda way: way.replace(" ", "_"))
@pytest.mark.parametrize("model", LIVE, ids=lambda model: model.__name__)
def test_no_queryset_of_a_live_model_writes_unheard(db, model, way):
    for rows in managers(model):
        assert isinstance(rows, LiveQuerySet)
        for some in (rows, rows.all(), rows.filter(pk=1), rows.none(), rows.order_by("pk")):
            with pytest.raises(LiveError):
                UNHEARD[way](some)


@pytest.mark.parametrize("model", LIVE, ids=lambda model: model.__name__)
async def test_nor_by_its_asynchronous_twin(model):
    rows = model._meta.default_manager
    for write in (rows.aupdate(pk=1), rows.abulk_create([model()]), rows.abulk_update([model(pk=1)], ["pk"])):
        with pytest.raises(LiveError):
            await write


def test_the_ways_that_are_tried_are_all_that_django_offers():
    """A new verb of Django's that writes would be a new way around: look at it, and refuse it or name it here."""
    own = {name for name in vars(QuerySet) if not name.startswith("_")}
    heard = {"create", "get_or_create", "update_or_create", "delete"}
    heard |= {f"a{name}" for name in heard}
    refused = {"update", "bulk_create", "bulk_update", "aupdate", "abulk_create", "abulk_update"}
    reading = {
        "aggregate", "aaggregate", "alias", "all", "annotate", "as_manager", "complex_filter", "contains", "acontains",
        "count", "acount", "dates", "datetimes", "db", "defer", "difference", "distinct", "earliest", "aearliest",
        "exclude", "exists", "aexists", "explain", "aexplain", "extra", "filter", "first", "afirst", "get", "aget",
        "in_bulk", "ain_bulk", "intersection", "iterator", "aiterator", "last", "alast", "latest", "alatest", "none",
        "only", "order_by", "ordered", "prefetch_related", "query", "raw", "resolve_expression", "reverse",
        "select_for_update", "select_related", "union", "using", "values", "values_list",
    }  # fmt: skip
    assert own == heard | refused | reading


def test_no_deletion_elsewhere_changes_a_row_in_silence():
    """SET_NULL and its like are an update() that no row hears of."""
    for field in every("remote_field"):
        if field.concrete and not field.many_to_many:
            deletion = field.remote_field.on_delete
            assert deletion in (models.CASCADE, models.PROTECT, models.RESTRICT, models.DO_NOTHING), field


def names_after(project: Project, before: int) -> list[str]:
    return list(
        project.events.filter(sequence__gt=before).order_by("sequence").values_list("name", flat=True)
    )


def head(project: Project) -> int:
    return project.events.latest("sequence").sequence


@pytest.fixture
def task(project, ana) -> Task:
    return Task.objects.add_to(project, "Paint the wall", by=ana)[0]


def test_every_relation_of_many_to_many_is_tried_here():
    tried = {Task.assignees.field, Task.labels.field, Task.watchers.field, Task.blocked_by.field}
    tried.add(Project.members.field)
    assert {field for field in every("many_to_many") if field.concrete} == tried


@pytest.mark.parametrize("relation", ["assignees", "labels", "watchers", "blocked_by"])
def test_every_write_of_a_relation_is_an_event_of_its_object(project, ben, task, relation):
    label = Label.objects.add_to(project, "bug", by=ben)
    blocker = Task.objects.add_to(project, "Buy paint", by=ben)[0]
    near = getattr(task, relation)
    near.clear()
    one, far = {
        "assignees": (ben, ben.assigned_tasks),
        "labels": (label, label.tasks),
        "watchers": (ben, ben.watched_tasks),
        "blocked_by": (blocker, blocker.blocks),
    }[relation]
    far.clear()
    for write, left in (
        (lambda: near.add(one), [one.pk]),
        (lambda: near.remove(one), []),
        (lambda: near.set([one]), [one.pk]),
        (lambda: near.clear(), []),
        (lambda: far.add(task), [one.pk]),
        (lambda: far.remove(task), []),
        (lambda: far.set([task]), [one.pk]),
        (lambda: far.clear(), []),
    ):
        before = head(project)
        write()
        assert names_after(project, before) == ["task.updated"]
        assert project.events.latest("sequence").data[relation] == left


@pytest.mark.parametrize("side", ["near", "far"])
def test_a_member_is_not_made_past_the_log(project, cleo, side):
    with pytest.raises(LiveError), transaction.atomic():
        project.members.add(cleo) if side == "near" else cleo.projects.add(project)
    assert not project.memberships.filter(user=cleo).exists()


def test_what_a_deletion_takes_along_is_told_row_by_row(project, ana):
    channel = Channel.open(project, "Walls", by=ana)
    before = head(project)
    channel.delete()
    assert {"room.deleted", "channel.deleted"} <= set(names_after(project, before))
