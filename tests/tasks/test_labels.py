import pytest

from tasks.models import Label
from tests.tasks.conftest import events, head, make_task


@pytest.fixture
def bug(project, ana):
    return Label.objects.add_to(project, "Bug", colour="red", by=ana)


def test_an_admin_makes_a_label_and_everyone_sees_it(project, ana, gus, api):
    before = head(project)
    made = api(ana).post(f"/projects/{project.pk}/labels", {"name": "Bug", "colour": "red"})
    assert made.status_code == 201 and made.json().keys() == {"id", "name", "colour"}
    assert api(gus).get(f"/projects/{project.pk}/labels").json() == {"items": [made.json()], "next": None}
    assert events(project, before) == [("label.created", ana.pk)]


def test_a_label_is_renamed_and_coloured(project, bug, ana, api):
    changed = api(ana).patch(f"/labels/{bug.pk}", {"name": "Defect", "colour": "purple"}).json()
    assert changed == {"id": bug.pk, "name": "Defect", "colour": "purple"}


def test_a_name_is_given_once_and_a_colour_is_one_of_ten(project, bug, ana, api):
    path = f"/projects/{project.pk}/labels"
    assert api(ana).post(path, {"name": "bUG"}).json()["errors"].keys() == {"name"}
    assert api(ana).post(path, {"name": "Other", "colour": "#ff0000"}).json()["errors"].keys() == {"colour"}
    assert project.labels.count() == 1


def test_a_deleted_label_is_taken_off_its_tasks(project, bug, task, ana, ben, api):
    task.change(labels=[bug.pk], by=ben)
    make_task(project, "Without", by=ben)
    before = head(project)
    assert api(ana).delete(f"/labels/{bug.pk}").status_code == 204
    assert sorted(events(project, before)) == [("label.deleted", ana.pk), ("task.updated", ana.pk)]
    assert project.events.get(name="task.updated", sequence__gt=before).data["labels"] == []


def test_a_label_of_very_many_tasks_goes_with_one_reload_for_all(project, bug, ana, ben):
    for _ in range(101):
        make_task(project, labels=[bug.pk], by=ben)
    before = head(project)
    bug.remove(by=ana)
    assert sorted(events(project, before)) == [("label.deleted", ana.pk), ("project.reset", ana.pk)]


def test_only_admins_manage_labels(project, bug, ben, gus, cleo, api):
    for person, status in ((ben, 403), (gus, 403), (cleo, 404)):
        assert api(person).post(f"/projects/{project.pk}/labels", {"name": "X"}).status_code == status
        assert api(person).patch(f"/labels/{bug.pk}", {"name": "X"}).status_code == status
        assert api(person).delete(f"/labels/{bug.pk}").status_code == status
    assert api(cleo).get(f"/projects/{project.pk}/labels").status_code == 404
