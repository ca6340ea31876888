"""Views kept under a name: one's own, and those that all share."""

import pytest

from projects import log
from tasks.models import Label, View

QUERY = {"assignee": ["me"], "due": "week", "lanes": "label"}


@pytest.fixture
def view(project, ben) -> View:
    return View.objects.add_to(project, "This week", query=QUERY, by=ben)


def names(project, user) -> list[str]:
    """What the log tells this person of views."""
    lines = log.read(project.pk, after=0, user_id=user.pk).lines
    return [line.name for line in lines if line.name.startswith("view.")]


def seen(api, project, user) -> list[str]:
    rows = api(user).get(f"/projects/{project.pk}/views").json()["items"]
    assert rows == api(user).get(f"/projects/{project.pk}/snapshot").json()["views"]
    return [row["name"] for row in rows]


def test_a_view_is_kept_for_oneself(project, ben, ana, api):
    answer = api(ben).post(f"/projects/{project.pk}/views", {"name": "This week", "query": QUERY})
    assert answer.status_code == 201
    row = answer.json()
    assert (row["query"], row["shared"], row["owner"]) == (QUERY, False, ben.pk)
    assert (seen(api, project, ben), seen(api, project, ana)) == (["This week"], [])
    assert (names(project, ben), names(project, ana)) == (["view.created"], [])
    for method in ("patch", "delete"):
        assert api(ana).request(method, f"/views/{row['id']}", {}).status_code == 404


def test_sharing_it_shows_it_to_all_and_hiding_it_takes_it_from_them(project, view, ben, ana, gus, api):
    assert api(ben).patch(f"/views/{view.pk}", {"shared": True}).status_code == 200
    assert seen(api, project, gus) == ["This week"]
    assert names(project, ana) == ["view.created"]
    assert api(ben).patch(f"/views/{view.pk}", {"shared": False}).status_code == 200
    assert (seen(api, project, ben), seen(api, project, gus)) == (["This week"], [])
    assert names(project, ana)[-1] == "view.deleted"
    assert names(project, ben)[-1] == "view.created"
    everyone = project.events.filter(audience=None, name__startswith="view.").values_list("tail", flat=True)
    assert "This week" not in "".join(everyone)


def test_deleting_a_private_one_is_told_to_its_owner_alone(project, view, ben, ana, api):
    assert api(ben).delete(f"/views/{view.pk}").status_code == 204
    assert (names(project, ben)[-1], names(project, ana)) == ("view.deleted", [])
    assert "This week" not in "".join(project.events.values_list("tail", flat=True))


def test_a_shared_one_is_changed_by_its_owner_and_by_admins(project, view, ben, ana, gus, api):
    view.change(shared=True, by=ben)
    assert api(gus).patch(f"/views/{view.pk}", {"name": "Mine"}).status_code == 403
    assert api(ana).patch(f"/views/{view.pk}", {"name": "The week"}).json()["owner"] == ben.pk
    assert api(ana).delete(f"/views/{view.pk}").status_code == 204


def test_a_guest_keeps_views_and_shares_none(project, gus, api):
    path = f"/projects/{project.pk}/views"
    kept = api(gus).post(path, {"name": "Mine"})
    assert kept.status_code == 201 and kept.json()["query"] == {}
    assert api(gus).post(path, {"name": "Ours", "shared": True}).status_code == 403
    assert api(gus).patch(f"/views/{kept.json()['id']}", {"shared": True}).status_code == 403


def test_names_are_ones_own(project, view, ben, ana, api):
    path = f"/projects/{project.pk}/views"
    again = api(ben).post(path, {"name": "THIS week"})
    assert again.status_code == 422 and "name" in again.json()["errors"]
    assert api(ana).post(path, {"name": "This week"}).status_code == 201


@pytest.mark.parametrize(
    "query",
    [
        {"assignee": [10**9]}, {"assignee": "me"}, {"assignee": ["you"]}, {"label": [True]}, {"due": "someday"},
        {"priority": ["extreme"]}, {"q": "x" * 201}, {"q": "\u0000"}, {"lanes": "column"}, {"layout": "pie"},
        {"sort": "-"}, {"colour": "red"}, [], "q", {"assignee": [1.5]}, {"label": [-1]},
    ],
    ids=str,
)  # fmt: skip
def test_queries_that_are_none(project, ben, api, query):
    answer = api(ben).post(f"/projects/{project.pk}/views", {"name": "One", "query": query})
    assert answer.status_code in (400, 422), answer.content
    assert not View.objects.exists()


def test_a_label_that_went_does_not_stand_in_the_way_of_another_name(project, ben, ana, api):
    label = Label.objects.add_to(project, "red", by=ana)
    view = View.objects.add_to(project, "Red ones", query={"label": [label.pk]}, by=ben)
    label.remove(by=ana)
    assert api(ben).patch(f"/views/{view.pk}", {"name": "Once red"}).status_code == 200
