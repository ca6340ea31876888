"""Making a project, changing what it is called, putting it away and deleting it, on its pages."""

import pytest

from projects.models import Membership, Project
from projects.models.project import suggest_key

pytestmark = pytest.mark.django_db


def settings_of(project):
    return f"/projects/{project.pk}/settings/"


def names_of(project):
    return list(project.events.order_by("sequence").values_list("name", flat=True))


# Making ---------------------------------------------------------------------------------------------------


def test_whoever_makes_a_project_owns_it_and_lands_on_its_board(client, ben):
    client.force_login(ben)
    answer = client.post("/projects/new/", {"name": "  Garden   café ", "key": "", "description": "Green"})
    project = Project.objects.get()
    assert (project.name, project.key, project.description) == ("Garden café", "GC", "Green")
    assert project.memberships.get().role == "owner"
    assert project.columns.count() == 3 and project.channels.count() == 1
    assert (answer.status_code, answer.url) == (302, f"/projects/{project.pk}/")


def test_a_key_of_ones_own_is_taken_in_capitals(client, ben):
    client.force_login(ben)
    client.post("/projects/new/", {"name": "Web", "key": "site"})
    assert Project.objects.get().key == "SITE"


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({"name": ""}, "name", "required"),
        ({"name": "   "}, "name", "required"),
        ({"name": "x" * 101}, "name", "100 characters"),
        ({"name": "a\x00b"}, "name", "Null characters"),
        ({"name": "a\u202eb"}, "name", "cannot be shown"),
        ({"name": "Web", "key": "1A"}, "key", "a letter first"),
        ({"name": "Web", "key": "A"}, "key", "a letter first"),
        ({"name": "Web", "key": "WEB SITE"}, "key", "a letter first"),
        ({"name": "Web", "key": "W" * 11}, "key", "10 characters"),
        ({"name": "Web", "description": "x" * 2001}, "description", "2000 characters"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(client, ben, data, field, words):
    client.force_login(ben)
    answer = client.post("/projects/new/", data)
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors[field])
    assert words in answer.content.decode()
    assert not Project.objects.exists()


def test_signed_out_people_are_asked_to_sign_in_first(client, db):
    answer = client.get("/projects/new/")
    assert (answer.status_code, answer.url) == (302, "/accounts/login/?next=/projects/new/")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        # The same pairs stand in tests/js/suggest_key.test.js.
        ("Website relaunch", "WR"),
        ("Web", "WEB"),
        ("Café", "CAF"),
        ("Garden café relaunch 2027", "GCR2"),
        ("2027 plans", "PRJ"),
        ("Данные", "PRJ"),
        ("A", "PRJ"),
        ("One two three four five six", "OTTFF"),
    ],
)
def test_a_key_is_suggested_from_the_name(name, key):
    assert suggest_key(name) == key


# Changing -------------------------------------------------------------------------------------------------


def test_renaming_is_heard_by_everyone(client, ana, project):
    client.force_login(ana)
    answer = client.post(settings_of(project), {"name": "Site", "key": "web", "description": ""})
    assert (answer.status_code, answer.url) == (302, settings_of(project))
    project.refresh_from_db()
    assert (project.name, project.key) == ("Site", "WEB")
    event = project.events.latest("sequence")
    assert (event.name, event.by, event.data["name"]) == ("project.updated", ana.pk, "Site")


def test_saving_what_stands_there_already_tells_nobody(client, ana, project):
    client.force_login(ana)
    before = names_of(project)
    client.post(settings_of(project), {"name": "Web", "key": "WEB", "description": ""})
    assert names_of(project) == before


def test_a_refused_name_changes_nothing_and_stays_in_the_form(client, ana, project):
    client.force_login(ana)
    answer = client.post(settings_of(project), {"name": "", "key": "WEB2"})
    assert answer.status_code == 422 and b"WEB2" in answer.content
    project.refresh_from_db()
    assert (project.name, project.key) == ("Web", "WEB")


def test_only_admins_and_owners_see_the_settings(client, project, ana, ben, gus, cleo):
    for person, status in [(ana, 200), (ben, 403), (gus, 403), (cleo, 404)]:
        client.force_login(person)
        assert client.get(settings_of(project)).status_code == status
        assert client.post(settings_of(project), {"name": "X", "key": "XX"}).status_code in (status, 302)
    Membership.objects.get(project=project, user=ben).change_role("admin", by=ana)
    client.force_login(ben)
    page = client.get(settings_of(project)).content.decode()
    assert "Archive the project" in page and "Delete the project" not in page


# Putting away ---------------------------------------------------------------------------------------------


def test_archiving_and_restoring(client, ana, project):
    client.force_login(ana)
    client.post(f"/projects/{project.pk}/archive/")
    project.refresh_from_db()
    assert project.archived_at
    assert "Restore the project" in client.get(settings_of(project)).content.decode()
    client.post(f"/projects/{project.pk}/restore/")
    project.refresh_from_db()
    assert project.archived_at is None


@pytest.mark.parametrize("verb", ["archive", "restore", "delete"])
def test_only_those_with_the_role_put_away_and_delete(client, project, ana, ben, gus, cleo, verb):
    for person, status in [(ben, 403), (gus, 403), (cleo, 404)]:
        client.force_login(person)
        assert client.post(f"/projects/{project.pk}/{verb}/", {"confirmation": "Web"}).status_code == status
    client.force_login(ana)
    assert client.get(f"/projects/{project.pk}/{verb}/").status_code == 405
    client.logout()
    assert client.post(f"/projects/{project.pk}/{verb}/").url.startswith("/accounts/login/")
    project.refresh_from_db()
    assert project.archived_at is None


# Deleting -------------------------------------------------------------------------------------------------


def test_deleting_takes_the_typed_name(client, ana, project):
    client.force_login(ana)
    answer = client.post(f"/projects/{project.pk}/delete/", {"confirmation": "web"})
    assert answer.status_code == 422 and "Nothing was deleted" in answer.content.decode()
    assert client.post(f"/projects/{project.pk}/delete/", {}).status_code == 422
    assert Project.objects.exists()
    answer = client.post(f"/projects/{project.pk}/delete/", {"confirmation": " Web "})
    assert (answer.status_code, answer.url) == (302, "/")
    assert not Project.objects.exists()


def test_an_admin_does_not_delete(client, ana, ben, project):
    Membership.objects.get(project=project, user=ben).change_role("admin", by=ana)
    client.force_login(ben)
    assert client.post(f"/projects/{project.pk}/delete/", {"confirmation": "Web"}).status_code == 403


def test_the_sample_goes_in_one_click(client, ana, project):
    with project.quietly():
        Project.objects.filter(pk=project.pk).update(is_sample=True)
    client.force_login(ana)
    assert "Delete the sample" in client.get(settings_of(project)).content.decode()
    assert client.post(f"/projects/{project.pk}/delete/").url == "/"
    assert not Project.objects.exists()
