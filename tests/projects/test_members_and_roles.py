"""Who is in a project, what they may do, and how they come to leave it, on its pages."""

import pytest
from django.urls import reverse

from projects.models import FormerMember, Membership
from tests.conftest import add

pytestmark = pytest.mark.django_db


def members_of(project):
    return reverse("projects:members", args=[project.pk])


def role_of(project, user):
    return project.memberships.filter(user=user).values_list("role", flat=True).first()


def change(client, project, user, role):
    return client.post(reverse("projects:change_role", args=[project.pk, user.pk]), {"role": role})


def remove(client, project, user):
    return client.post(reverse("projects:remove_member", args=[project.pk, user.pk]))


def words(client):
    """What the next page says about what was done."""
    return [str(message) for message in client.get("/projects/new/").context["messages"]]


def test_members_stand_by_role_with_presence_in_words(client, ben, project):
    client.force_login(ben)
    page = client.get(members_of(project))
    assert [place.membership.user.handle for place in page.context["members"]] == ["ana", "ben", "gus"]
    text = page.content.decode()
    assert all(word in text for word in ("Owner", "Member", "Guest", "@gus", "offline"))


def test_a_guest_sees_the_members_but_no_controls(client, gus, cleo, project):
    client.force_login(gus)
    page = client.get(members_of(project))
    assert page.status_code == 200
    text = page.content.decode()
    assert "Make the invitation" not in text and "Remove from the project" not in text
    assert "Leave the project" in text
    client.force_login(cleo)
    assert client.get(members_of(project)).status_code == 404
    client.logout()
    assert client.get(members_of(project)).url == f"/accounts/login/?next={members_of(project)}"


def test_the_page_takes_as_many_queries_for_thirty_as_for_three(
    client, ana, project, django_assert_max_num_queries
):
    from tests.conftest import person

    client.force_login(ana)
    for number in range(30):
        add(project, person(f"p{number}"), "member")
    with django_assert_max_num_queries(14):
        client.get(members_of(project))


# Roles ----------------------------------------------------------------------------------------------------


def test_an_owner_gives_any_role(client, ana, ben, project):
    client.force_login(ana)
    for role in ("admin", "guest", "member", "owner"):
        assert change(client, project, ben, role).status_code == 302
        assert role_of(project, ben) == role


def test_a_new_role_is_heard_with_its_giver(client, ana, ben, project):
    client.force_login(ana)
    change(client, project, ben, "admin")
    event = project.events.filter(name="member.updated").latest("sequence")
    assert (event.by, event.data["role"]) == (ana.pk, "admin")


def test_an_admin_changes_only_people_below_and_only_to_roles_below(client, ana, ben, gus, cleo, project):
    change_ben = Membership.objects.get(project=project, user=ben)
    change_ben.change_role("admin", by=ana)
    add(project, cleo, "member")
    client.force_login(ben)
    assert change(client, project, gus, "member").status_code == 302 and role_of(project, gus) == "member"
    assert change(client, project, gus, "admin").status_code == 403
    assert change(client, project, ana, "member").status_code == 403
    assert change(client, project, ben, "owner").status_code == 403
    assert (role_of(project, gus), role_of(project, ana), role_of(project, ben)) == (
        "member",
        "owner",
        "admin",
    )


def test_members_and_guests_change_nobody_and_outsiders_find_nothing(client, ben, gus, cleo, project):
    for person, status in [(ben, 403), (gus, 403), (cleo, 404)]:
        client.force_login(person)
        assert change(client, project, gus, "admin").status_code == status
        assert remove(client, project, gus).status_code == status
    assert role_of(project, gus) == "guest"


def test_somebody_who_is_no_member_cannot_be_changed(client, ana, cleo, project):
    client.force_login(ana)
    assert change(client, project, cleo, "member").status_code == 404
    assert remove(client, project, cleo).status_code == 404


def test_no_such_role(client, ana, ben, project):
    client.force_login(ana)
    change(client, project, ben, "emperor")
    assert words(client) == ["There is no such role."]
    assert role_of(project, ben) == "member"


def test_the_last_owner_stays_owner(client, ana, project):
    client.force_login(ana)
    change(client, project, ana, "member")
    assert "A project needs an owner: name another one first." in words(client)
    assert role_of(project, ana) == "owner"


# Leaving and being removed --------------------------------------------------------------------------------


def test_removing_asks_back_first(client, ana, ben, project):
    client.force_login(ana)
    page = client.get(reverse("projects:remove_member", args=[project.pk, ben.pk]))
    assert "Remove Ben?" in page.content.decode() and role_of(project, ben) == "member"
    remove(client, project, ben)
    assert role_of(project, ben) is None
    event = project.events.filter(name="member.deleted").latest("sequence")
    assert (event.by, event.data) == (ana.pk, {"id": ben.pk})


def test_whoever_was_removed_finds_nothing_and_is_remembered(client, ana, ben, project):
    client.force_login(ana)
    remove(client, project, ben)
    assert FormerMember.objects.filter(project=project, user=ben).exists()
    client.force_login(ben)
    assert client.get(members_of(project)).status_code == 404


def test_an_admin_removes_nobody_above(client, ana, ben, project):
    Membership.objects.get(project=project, user=ben).change_role("admin", by=ana)
    client.force_login(ben)
    assert remove(client, project, ana).status_code == 403
    assert role_of(project, ana) == "owner"


@pytest.mark.parametrize("who", ["ben", "gus"])
def test_anybody_leaves_by_themselves(client, request, project, who):
    person = request.getfixturevalue(who)
    client.force_login(person)
    leave = reverse("projects:leave", args=[project.pk])
    assert "Leave “Web”?" in client.get(leave).content.decode()
    answer = client.post(leave)
    assert (answer.status_code, answer.url) == (302, "/")
    assert role_of(project, person) is None


def test_one_leaves_an_archived_project_as_well(client, ana, gus, project):
    project.archive(by=ana)
    client.force_login(gus)
    client.post(reverse("projects:leave", args=[project.pk]))
    assert role_of(project, gus) is None


def test_the_last_owner_reads_what_to_do_before_leaving(client, ana, ben, project):
    client.force_login(ana)
    leave = reverse("projects:leave", args=[project.pk])
    page = client.get(leave).content.decode()
    assert "A project needs an owner" in page and "Leave the project" not in page
    assert members_of(project) in page and reverse("projects:settings", args=[project.pk]) + "#delete" in page
    Membership.objects.get(project=project, user=ben).change_role("owner", by=ana)
    assert "Leave the project" in client.get(leave).content.decode()


def test_the_last_owner_cannot_leave(client, ana, cleo, project):
    client.force_login(ana)
    assert client.post(reverse("projects:leave", args=[project.pk])).url == members_of(project)
    assert words(client) == ["A project needs an owner: name another one first."]
    assert role_of(project, ana) == "owner"
    client.force_login(cleo)
    assert client.post(reverse("projects:leave", args=[project.pk])).status_code == 404
