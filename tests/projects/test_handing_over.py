"""A project changes hands; and nobody gives or takes what stands above them."""

from functools import partial

import pytest

from projects.models import Membership
from tests.conftest import add, person
from tests.tasks.test_two_at_once import at_once
from tests.waiting import meanwhile

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(project):
    ada = person("ada")
    add(project, ada, "admin")
    return ada


def hand_over(api, by, project, to):
    return api(by).post(f"/projects/{project.pk}/members/{to.pk}/transfer")


def roles(project):
    return dict(project.memberships.values_list("user__handle", "role"))


def test_the_other_owns_it_and_the_giver_stays_as_an_admin(api, project, ana, ben):
    assert hand_over(api, ana, project, ben).json()["role"] == "owner"
    assert roles(project) == {"ana": "admin", "ben": "owner", "gus": "guest"}
    told = project.events.filter(name="member.updated").order_by("-sequence")[:2]
    assert {event.data["id"]: event.data["role"] for event in told} == {ana.pk: "admin", ben.pk: "owner"}
    assert hand_over(api, ana, project, ben).status_code == 403


def test_only_an_owner_can_and_only_to_another_member(api, project, ana, ada, ben, cleo):
    before = roles(project)
    for by, to, status in (
        (ada, ben, 403),
        (ben, ben, 403),
        (cleo, ben, 404),
        (ana, cleo, 404),
        (ana, ana, 422),
    ):
        answer = hand_over(api, by, project, to)
        assert answer.status_code == status and answer.json()["detail"]
    assert roles(project) == before


def test_the_last_owner_leaves_once_it_is_handed_over(api, project, ana, ben):
    leave = lambda: api(ana).post(f"/projects/{project.pk}/leave")  # noqa: E731
    refused = leave()
    assert refused.status_code == 422 and "owner" in str(refused.json()["errors"])
    hand_over(api, ana, project, ben)
    assert leave().status_code == 204
    assert roles(project) == {"ben": "owner", "gus": "guest"}


@pytest.mark.parametrize("role", ["admin", "owner"])
def test_nobody_gives_a_role_that_is_not_below_their_own(api, project, ada, ben, role):
    answer = api(ada).patch(f"/projects/{project.pk}/members/{ben.pk}", {"role": role})
    assert answer.status_code == 403 and "below your own" in answer.json()["detail"]
    assert (
        roles(project)["ben"] == "member" and not project.audit_entries.filter(kind="role.changed").exists()
    )


def test_nobody_changes_or_removes_who_is_not_below_them(api, project, ana, ada, ben):
    other = person("otto")
    add(project, other, "admin")
    for above in (ana, other):
        path = f"/projects/{project.pk}/members/{above.pk}"
        assert api(ada).patch(path, {"role": "guest"}).status_code == 403
        assert api(ada).delete(path).status_code == 403
    assert api(ada).delete(f"/projects/{project.pk}/members/{ben.pk}").status_code == 204
    assert Membership.objects.filter(project=project).count() == 4


@pytest.mark.django_db(transaction=True)
def test_a_project_is_handed_over_once(api, project, ana, ben, gus):
    first = project.memberships.get(user=ben)
    answer = meanwhile(partial(first.receive_ownership, by=ana), partial(hand_over, api, ana, project, gus))
    assert answer.status_code == 403, answer.content
    assert roles(project) == {"ana": "admin", "ben": "owner", "gus": "guest"}


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_hand_over_to_each_other_both_come_through(api, project, ana, ben):
    project.memberships.get(user=ben).change_role("owner", by=ana)
    answers = at_once(partial(hand_over, api, ana, project, ben), partial(hand_over, api, ben, project, ana))
    assert {answer.status_code for answer in answers} <= {200, 403}
    assert sorted(roles(project).values()) == ["admin", "guest", "owner"]


@pytest.mark.django_db(transaction=True)
def test_nobody_takes_a_role_from_who_was_raised_above_them_in_that_moment(api, project, ana, ada, ben):
    raised = partial(project.memberships.get(user=ben).change_role, "admin", by=ana)
    lower = partial(api(ada).patch, f"/projects/{project.pk}/members/{ben.pk}", {"role": "guest"})
    assert meanwhile(raised, lower).status_code == 403
    assert roles(project)["ben"] == "admin"


@pytest.mark.django_db(transaction=True)
def test_leaving_in_two_tabs_leaves_once(api, project, ben):
    place = project.memberships.get(user=ben)
    leave = partial(api(ben).post, f"/projects/{project.pk}/leave")
    assert meanwhile(partial(place.remove, by=ben), leave).status_code == 404
    assert project.audit_entries.filter(kind="member.left").count() == 1
