"""Queries that are put together once and asked with every request."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.db.models import F, Value
from django.test.utils import CaptureQueriesContext

from accounts.models import APIToken, User
from accounts.prepared import Prepared
from projects import access
from tasks.models import Column, Task

pytestmark = pytest.mark.django_db


def test_each_call_asks_with_its_own_values_and_builds_nothing_anew(ana, ben):
    built = []

    def build(handle: str):
        built.append(handle)
        return User.objects.filter(handle=handle)

    find = Prepared(build)
    assert find(handle="ana") == [ana]
    assert find(handle="ben") == [ben]
    assert find(handle="nobody' OR true --") == []
    assert len(built) == 1


def test_what_is_joined_or_annotated_comes_along(ana, django_assert_num_queries):
    APIToken.issue(ana, "laptop")
    find = Prepared(
        lambda name: APIToken.objects.select_related("user").annotate(n=F("user_id")).filter(name=name)
    )
    find(name="warm")
    with django_assert_num_queries(1):
        (token,) = find(name="laptop")
        assert (token.user.handle, token.n) == ("ana", ana.pk)


def test_what_is_asked_can_be_read_in_the_log_of_queries(ana):
    find = Prepared(lambda id: User.objects.filter(pk=id).annotate(share=Value("100 %")))
    with CaptureQueriesContext(connections["default"]) as queries:
        assert [each.share for each in find(id=ana.pk)] == ["100 %"]
    (sql,) = [each["sql"] for each in queries]
    assert f'"accounts_user"."id" = {ana.pk}' in sql and "100 %" in sql


def test_a_connection_prepares_it_once_whatever_the_size_of_the_number(ana):
    find = Prepared(lambda id: User.objects.filter(pk=id).annotate(only_here=Value("only here")))
    for id in (ana.pk, 1, 2**31, 2**62, 2**70):
        find(id=id)
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%''only here''%%'")
        # One for keys, and one for what no key can be.
        assert cursor.fetchone() == (2,)


def test_no_value_is_another_question_than_a_value(ana):
    ana.last_seen_at = None
    find = Prepared(lambda id, zone: User.objects.filter(pk=id, **({"time_zone": zone} if zone else {})))
    assert find(id=ana.pk, zone=None) == [ana]
    assert find(id=ana.pk, zone="Mars/Olympus") == []
    assert find(id=ana.pk, zone=None) == [ana]


def test_values_come_in_the_order_that_was_asked_for(ana):
    find = Prepared(lambda id: User.objects.filter(pk=id).values_list("handle", "id"))
    assert find(id=ana.pk) == [("ana", ana.pk)]


@pytest.mark.django_db(transaction=True)
def test_threads_share_the_statement_but_no_connection(ana, ben):
    find = Prepared(lambda id: User.objects.filter(pk=id))

    def ask(user: User) -> bool:
        try:
            return all(find(id=user.pk) == [user] for _ in range(50))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(ask, [ana, ben] * 8))


def test_whoever_may_not_see_it_finds_nothing_though_others_did_before(project, ana, ben, cleo):
    column = Column.objects.filter(project=project).first()
    task, _ = Task.objects.add_to(project, "Paint", column=column, by=ana)
    assert access.find(ben, Task, task.pk).my_role == "member"
    with pytest.raises(access.Http404):
        access.find(cleo, Task, task.pk)
    assert access.find(ana, Task, task.pk).my_role == "owner"
    with pytest.raises(access.Http404):
        access.find(ana, Task, 2**70)
