"""Inviting people by link and by mail, and accepting, on the pages."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from projects.errors import Conflict
from projects.models import Invitation, Membership
from tests.conftest import add, person, run_jobs
from tests.waiting import meanwhile

pytestmark = pytest.mark.django_db

LINK = re.compile(r"http://testserver(/invitations/[\w-]{43}/)")


def invite(client, project, **fields):
    data = {"role": "member", "expires_in_days": "7", "max_uses": "", "email": "", **fields}
    return client.post(reverse("projects:invite", args=[project.pk]), data)


@pytest.fixture
def link(client, ana, project):
    """Of an invitation by Ana for members; nobody is signed in afterwards."""
    client.force_login(ana)
    path = LINK.search(invite(client, project).content.decode())[1]
    client.logout()
    return path


def joined(project, user):
    return Membership.objects.filter(project=project, user=user).values_list("role", flat=True).first()


# Inviting -------------------------------------------------------------------------------------------------


def test_the_link_is_shown_once_and_only_its_digest_is_kept(client, ana, project):
    client.force_login(ana)
    page = invite(client, project, role="guest", expires_in_days="1", max_uses="3")
    token = LINK.search(page.content.decode())[1].split("/")[2]
    issued = Invitation.objects.latest("pk")
    assert (issued.role, issued.max_uses, issued.uses, issued.created_by) == ("guest", 3, 0, ana)
    assert timedelta(hours=23) < issued.expires_at - timezone.now() <= timedelta(days=1)
    assert token not in str(vars(issued))
    again = client.get(reverse("projects:members", args=[project.pk])).content.decode()
    assert token not in again and "By link" in again


def test_an_invitation_without_end(client, ana, project):
    client.force_login(ana)
    invite(client, project, expires_in_days="")
    assert Invitation.objects.latest("pk").expires_at is None


def test_an_invitation_by_mail(client, ana, project):
    client.force_login(ana)
    page = invite(client, project, email="Cleo@Example.com")
    assert "on its way to cleo@example.com" in page.content.decode()
    run_jobs()
    (sent,) = mail.outbox
    assert sent.to == ["cleo@example.com"] and "Ana invites you to Web" in sent.subject
    assert LINK.search(sent.body)[1] == LINK.search(page.content.decode())[1]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"email": "x" * 300 + "@example.com"}, "email"),
        ({"role": "owner"}, "role"),
        ({"role": "emperor"}, "role"),
        ({"expires_in_days": "-1"}, "expires_in_days"),
        ({"expires_in_days": "never"}, "expires_in_days"),
        ({"max_uses": "0"}, "max_uses"),
        ({"max_uses": "9" * 30}, "max_uses"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(client, ana, project, fields, field):
    before = Invitation.objects.count()
    client.force_login(ana)
    page = invite(client, project, **fields)
    assert page.status_code == 422 and field in page.context["form"].errors
    assert Invitation.objects.count() == before
    assert "Ensure" not in str(page.context["form"].errors)


def test_who_may_invite(client, ana, ben, gus, cleo, project):
    for who, status in [(ben, 403), (gus, 403), (cleo, 404)]:
        client.force_login(who)
        assert invite(client, project).status_code == status
    project.archive(by=ana)
    client.force_login(ana)
    assert invite(client, project).status_code == 403
    assert "Make the invitation" not in client.get(f"/projects/{project.pk}/members/").content.decode()


def test_an_admin_invites_to_nothing_above_admin(client, ana, ben, project):
    Membership.objects.get(project=project, user=ben).change_role("admin", by=ana)
    client.force_login(ben)
    assert invite(client, project, role="admin").status_code == 200
    assert invite(client, project, role="owner").status_code == 422


def test_revoking(client, ana, ben, cleo, project, link):
    issued = Invitation.objects.latest("pk")
    address = reverse("projects:revoke", args=[project.pk, issued.pk])
    for who, status in [(ben, 403), (cleo, 404), (ana, 302)]:
        client.force_login(who)
        assert client.post(address).status_code == status
    client.force_login(cleo)
    page = client.get(link)
    assert "This invitation was revoked" in page.content.decode() and "Web" not in page.content.decode()
    assert client.post(link).status_code == 409 and joined(project, cleo) is None


def test_an_invitation_is_revoked_only_through_its_own_project(client, ana, cleo, project, link):
    from projects.models import Project

    other = Project.objects.open("Other", by=cleo)
    client.force_login(cleo)
    issued = Invitation.objects.latest("pk")
    assert client.post(reverse("projects:revoke", args=[other.pk, issued.pk])).status_code == 404
    assert Invitation.objects.get(pk=issued.pk).state == "open"


# Accepting ------------------------------------------------------------------------------------------------


def test_the_page_says_who_invites_to_what(client, cleo, link):
    client.force_login(cleo)
    page = client.get(link).content.decode()
    assert "Join “Web”" in page and "Ana invites you, as Member" in page


def test_looking_at_it_joins_nobody_and_one_click_does(client, cleo, project, link):
    client.force_login(cleo)
    client.get(link)
    assert joined(project, cleo) is None
    answer = client.post(link)
    assert (answer.status_code, answer.url) == (302, f"/projects/{project.pk}/")
    assert joined(project, cleo) == "member"
    event = project.events.filter(name="member.created").latest("sequence")
    assert (event.by, event.data["handle"]) == (cleo.pk, "cleo")


def test_signed_out_people_come_back_after_signing_up_or_in(client, link):
    page = client.get(link).content.decode()
    assert f"/accounts/signup/?next={link}" in page and f"/accounts/login/?next={link}" in page
    assert client.post(link).url == f"/accounts/login/?next={link}"


def test_a_new_person_signs_up_and_joins(client, project, link):
    data = {"email": "new@example.com", "username": "newcomer", "handle": "newcomer", "name": "New Comer"}
    data |= {"password1": "plants need water", "password2": "plants need water", "next": link}
    answer = client.post(f"/accounts/signup/?next={link}", data)
    assert (answer.status_code, answer.url) == (302, link)
    client.post(link)
    assert project.memberships.filter(user__email="new@example.com").exists()


def test_whoever_is_in_already_is_told_and_keeps_their_role(client, ana, gus, project, link):
    client.force_login(gus)
    assert "You are in “Web” already" in client.get(link).content.decode()
    assert client.post(link).url == f"/projects/{project.pk}/"
    assert joined(project, gus) == "guest" and Invitation.objects.latest("pk").uses == 0


def test_an_invitation_for_another_address(client, ana, ben, cleo, project):
    client.force_login(ana)
    link = LINK.search(invite(client, project, email="someone@example.com").content.decode())[1]
    client.force_login(cleo)
    page = client.get(link).content.decode()
    assert "for somebody else" in page and "cleo@example.com" in page and "someone@" not in page
    assert client.post(link).status_code == 409 and joined(project, cleo) is None


def test_a_used_up_invitation(client, ana, cleo, project):
    client.force_login(ana)
    link = LINK.search(invite(client, project, max_uses="1").content.decode())[1]
    client.force_login(person("dora"))
    assert client.post(link).status_code == 302
    client.force_login(cleo)
    assert "used up" in client.get(link).content.decode()
    assert client.post(link).status_code == 409 and joined(project, cleo) is None


def test_an_expired_invitation(client, cleo, project, link):
    Invitation.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    client.force_login(cleo)
    assert "has expired" in client.get(link).content.decode()
    assert client.post(link).status_code == 409 and joined(project, cleo) is None


def test_an_archived_project_takes_nobody_in(client, ana, cleo, project, link):
    project.archive(by=ana)
    client.force_login(cleo)
    assert "The project is archived" in client.get(link).content.decode()
    assert client.post(link).status_code == 409 and joined(project, cleo) is None


@pytest.mark.parametrize("token", ["x", "y" * 5000, "%00", "..", "😀"])
def test_an_unknown_link(client, db, token):
    answer = client.get(f"/invitations/{token}/")
    assert answer.status_code == 404
    assert client.post(f"/invitations/{token}/").status_code == 404


def test_coming_back_after_leaving(client, ana, gus, project, link):
    Membership.objects.get(project=project, user=gus).remove(by=gus)
    client.force_login(gus)
    client.post(link)
    assert joined(project, gus) == "member" and not project.former_members.exists()
    assert add(project, gus, "guest").role == "member"


# At the same moment ---------------------------------------------------------------------------------------


def together(*acts):
    """Run them in threads with connections of their own; what they raised, or None."""

    def run(act):
        try:
            act()
        except Exception as error:
            return type(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_up_an_invitation_at_once_one_comes_in(ana, ben, gus, cleo, project):
    invitation, _ = Invitation.issue(project, role="member", max_uses=1, by=ana)
    crowd = [cleo, *(person(f"p{number}") for number in range(3))]
    outcomes = together(
        *(partial(Invitation.objects.get(pk=invitation.pk).accept, by=each) for each in crowd)
    )
    assert sorted(map(str, outcomes)) == sorted(map(str, [None, Conflict, Conflict, Conflict]))
    assert project.memberships.filter(user__in=crowd).count() == 1
    invitation.refresh_from_db()
    assert invitation.uses == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_joins_once(ana, cleo, project):
    invitation, _ = Invitation.issue(project, role="member", by=ana)
    accept = [partial(Invitation.objects.get(pk=invitation.pk).accept, by=cleo) for _ in range(4)]
    assert together(*accept) == [None] * 4
    assert project.memberships.filter(user=cleo).count() == 1
    invitation.refresh_from_db()
    assert invitation.uses == 1


@pytest.mark.django_db(transaction=True)
def test_by_two_links_at_once_one_joins_once(ana, cleo, project):
    links = [Invitation.issue(project, role="member", by=ana)[0] for _ in range(2)]
    joined = meanwhile(partial(links[0].accept, by=cleo), partial(links[1].accept, by=cleo))
    assert joined == project.memberships.get(user=cleo)
    assert sorted(
        Invitation.objects.filter(pk__in=[link.pk for link in links]).values_list("uses", flat=True)
    ) == [0, 1]


def ways_to_lose_the_right(project, adam, ana):
    """The right itself, the role that has it, the place in the project."""
    member = project.memberships.get(user=adam)
    take = partial(project.change_rights, {"member": {"manage_invitations": False}}, by=ana)
    return [
        (take, 403),
        (partial(member.change_role, "guest", by=ana), 403),
        (partial(member.remove, by=ana), 404),
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", range(3), ids=["right", "role", "place"])
@pytest.mark.parametrize("first", ["invited", "taken away"])
def test_a_right_that_goes_in_the_same_moment_leaves_no_link(api, ana, project, first, way):
    adam = person("adam")
    add(project, adam, "member")
    project.change_rights({"member": {"manage_invitations": True}}, by=ana)
    take, status = ways_to_lose_the_right(project, adam, ana)[way]
    invite = partial(api(adam).post, f"/projects/{project.pk}/invitations", {"role": "guest"})
    if first == "invited":
        meanwhile(partial(Invitation.issue, project, role="guest", by=adam), take)
    else:
        assert meanwhile(take, invite).status_code == status
    assert not project.invitations.open().filter(created_by=adam).exists()


def test_many_links_are_withdrawn_in_as_many_statements_as_one(ana, project, settings):
    settings.RATE_INVITATIONS_PER_HOUR = 0
    costs = []
    for handle, count in (("adam", 1), ("eve", 12)):
        member = add(project, person(handle), "admin")
        for _ in range(count):
            Invitation.issue(project, role="guest", by=member.user)
        with CaptureQueriesContext(connection) as queries:
            member.change_role("member", by=ana)
        costs.append(len(queries))
        withdrawn = project.audit_entries.filter(kind="invitation.withdrawn", by=ana).count()
    assert costs[0] == costs[1] and withdrawn == 13


# What an inviter could do once ----------------------------------------------------------------------------


def test_no_link_brings_back_what_was_taken_from_whoever_made_it(ana, project):
    adam, eve = person("adam"), person("eve")
    add(project, adam, "admin")
    add(project, eve, "admin")
    kept, _ = Invitation.issue(project, role="admin", by=adam)
    low, _ = Invitation.issue(project, role="guest", by=adam)
    eves, _ = Invitation.issue(project, role="admin", by=eve)
    project.memberships.get(user=adam).remove(by=ana)
    project.memberships.get(user=eve).change_role("member", by=ana)
    for link in (kept, low, eves):
        link.refresh_from_db()
        assert link.state == "revoked"
    with pytest.raises(Conflict):
        kept.accept(by=adam)
    assert joined(project, adam) is None


def test_whoever_keeps_the_right_to_invite_keeps_what_they_may_invite_to(ana, project):
    adam = person("adam")
    member = add(project, adam, "member")
    member.change_role("owner", by=ana)
    member.refresh_from_db()
    links = {role: Invitation.issue(project, role=role, by=adam)[0] for role in ("owner", "admin", "guest")}
    member.change_role("admin", by=ana)
    for link in links.values():
        link.refresh_from_db()
    assert {role: link.state for role, link in links.items()} == {
        "owner": "revoked",
        "admin": "open",
        "guest": "open",
    }


def test_by_the_api_too_nobody_invites_above_themselves(api, project, ana):
    adam = person("adam")
    add(project, adam, "admin")
    address = f"/projects/{project.pk}/invitations"
    assert api(adam).post(address, {"role": "owner"}).status_code == 403
    made = api(adam).post(address, {"role": "admin"}).json()
    assert made["token"] not in str(list(Invitation.objects.values()))
    listed = api(ana).get(address).content.decode()
    assert made["token"] not in listed and "digest" not in listed
