"""The audit log: what somebody may have to answer for, who may read of it, and how it is taken along."""

import csv
import io
import json

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from chat.models import Channel
from projects import auditing
from projects.models import AuditEntry, Invitation, Membership
from tasks.bulk.acting import act
from tasks.bulk.undoing import take_back
from tasks.models import Column, Comment, Label, Task
from tests.conftest import add, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(project):
    ada = person("ada")
    add(project, ada, "admin")
    return ada


def kinds(project):
    return list(project.audit_entries.order_by("id").values_list("kind", flat=True))


def newest(project, **values):
    return project.audit_entries.filter(**values).first()


def member(project, user):
    return Membership.objects.get(project=project, user=user)


def read(api, user, project, **query):
    return api(user).get(f"/projects/{project.pk}/audit", **query)


def test_what_happens_to_people_is_told_in_sentences(project, ana, ben, gus, cleo):
    project.audit_entries.all().delete()
    member(project, ben).change_role("admin", by=ana)
    invitation, _ = Invitation.issue(project, role="guest", email="cleo@example.com", by=ben)
    invitation.accept(by=cleo)
    invitation.revoke(by=ana)
    member(project, cleo).remove(by=ben)
    member(project, gus).remove(by=gus)
    member(project, ben).receive_ownership(by=ana)
    said = [entry.words for entry in project.audit_entries.order_by("id")]
    assert said == [
        "Ana gave Ben another role: Admin, before Member",
        "Ben made an invitation for cleo@example.com, as Guest",
        "Cleo joined as Guest",
        "Ana withdrew an invitation for cleo@example.com, as Guest",
        "Ben removed Cleo from the project",
        "Gus left the project",
        "Ana gave Ben another role: Owner, before Admin",
        "Ana gave Ana another role: Admin, before Owner",
        "Ana handed the project over to Ben",
    ]


def test_what_happens_to_things_is_told_in_sentences(project, ana, ben):
    task, _ = Task.objects.add_to(project, "Paint", by=ana)
    comment, _ = Comment.objects.add_to(task, "Hm", by=ben)
    room = project.rooms.get()
    second = room.channel.open_room("lunch", by=ana)
    channel = Channel.open(project, "Design", by=ana)
    message = room.post("Words nobody should read again", by=ben)
    own = room.post("My own", by=ana)
    project.audit_entries.all().delete()
    task.discard(by=ben)
    task.restore(by=ben)
    comment.remove(by=ana)
    message.remove(by=ana)
    own.remove(by=ana)
    Column.objects.add_to(project, "Later", by=ana).remove(by=ana)
    Label.objects.add_to(project, "bug", by=ana).remove(by=ana)
    second.remove(by=ana)
    channel.remove(by=ana)
    project.change(name="Site", by=ana)
    project.archive(by=ana)
    project.restore(by=ana)
    project.change_rights({"member": {"create_tasks": False}}, by=ana)
    said = [entry.words for entry in project.audit_entries.order_by("id")]
    assert said == [
        "Ben deleted WEB-1 “Paint”",
        "Ben brought back WEB-1 “Paint”",
        "Ana deleted a comment of Ben on WEB-1",
        "Ana deleted a message of Ben in the room “general”",
        "Ana deleted the column “Later”",
        "Ana deleted the label “bug”",
        "Ana deleted the room “lunch” of “General”",
        "Ana deleted the channel “Design”",
        "Ana changed the project’s settings: name, now “Site”",
        "Ana archived the project",
        "Ana made the project active again",
        "Ana changed rights: Member may no longer: Add tasks",
    ]
    assert "Words nobody" not in json.dumps(AuditEntry.objects.rows(), default=str)


def test_what_becomes_of_a_channel_is_told_in_sentences(project, ana, ben):
    channel = Channel.open(project, "Design", private=True, by=ana)
    project.audit_entries.all().delete()
    channel.add(ben.pk, by=ana)
    channel.change(topic="Colours", by=ana)
    channel.change(may_post="admins", may_pin=channel.may_pin, by=ana)
    channel.archive(by=ana)
    channel.restore(by=ana)
    channel.dismiss(ben.pk, by=ana)
    said = list(project.audit_entries.order_by("id"))
    assert [entry.words for entry in said] == [
        "Ana let Ben into the channel “Design”",
        "Ana changed the channel “Design”: may write: admins",
        "Ana archived the channel “Design”",
        "Ana opened the channel “Design” again",
        "Ana took Ben out of the channel “Design”",
    ]
    assert all(set(entry.only_for) == {ana.pk, ben.pk} for entry in said)


def test_a_name_that_a_channel_takes_as_it_becomes_private_is_its_peoples_alone(api, project, ana, ada):
    channel = Channel.open(project, "Design", by=ana)
    channel.change(private=True, name="Redundancies", by=ana)
    assert "Redundancies" in read(api, ana, project, kind="channel").content.decode()
    assert "Redundancies" not in read(api, ada, project).content.decode()


def test_many_deleted_at_once_are_an_entry_each_in_one_statement(project, ana):
    tasks = [Task.objects.add_to(project, f"Task {number}", by=ana)[0].pk for number in range(5)]
    with CaptureQueriesContext(connection) as queries:
        batch = act(project, tasks, "delete", by=ana)
    assert len([each for each in queries if 'INSERT INTO "projects_auditentry"' in each["sql"]]) == 1
    take_back(batch, by=ana)
    assert kinds(project)[-10:] == ["task.deleted"] * 5 + ["task.restored"] * 5


def test_an_entry_goes_with_its_transaction(project, ana, ben):
    before = kinds(project)
    with pytest.raises(IntegrityError), transaction.atomic():
        member(project, ben).remove(by=ana)
        Membership(project=project, user=ana).save()
    assert kinds(project) == before


def test_only_admins_read_it(api, project, ana, ada, ben, gus, cleo):
    for user, status in ((ana, 200), (ada, 200), (ben, 403), (gus, 403), (cleo, 404)):
        assert read(api, user, project).status_code == status
        assert api(user).post(f"/projects/{project.pk}/audit/export").status_code == status


def test_it_is_read_in_pages_by_person_and_by_kind(api, project, ana, ben, gus):
    member(project, ben).change_role("guest", by=ana)
    member(project, gus).change_role("member", by=ana)
    first = read(api, ana, project, limit=2).json()
    second = read(api, ana, project, limit=2, before=first["next"]).json()
    ids = [entry["id"] for entry in first["items"] + second["items"]]
    assert ids == sorted(ids, reverse=True) and len(set(ids)) == 4
    roles = read(api, ana, project, kind="role.changed", person=gus.pk).json()["items"]
    assert [(entry["about"], entry["details"]) for entry in roles] == [
        (gus.pk, {"role": "member", "was": "guest"})
    ]
    assert {entry["kind"] for entry in read(api, ana, project, kind="member").json()["items"]} == {
        "member.joined"
    }
    assert read(api, ana, project, kind="nothing.here").json()["items"] == []
    assert read(api, ana, project, kind="' OR 1=1").status_code == 422


def test_a_page_costs_the_same_for_many_as_for_one(api, project, ana, ben):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert read(api, ana, project).status_code == 200
        return len(queries)

    cost()
    before = cost()
    for role in ("guest", "member") * 10:
        member(project, ben).change_role(role, by=ana)
    assert cost() == before


def test_what_happens_in_a_private_channel_is_read_by_its_people_alone(api, project, ana, ada, ben):
    secret = Channel.open(project, "directors", private=True, by=ana)
    secret.add(ben.pk, by=ana)
    room = secret.rooms.get()
    second = secret.open_room("who knows", by=ana)
    room.post("Nobody else knows", by=ben).remove(by=ana)
    second.remove(by=ana)
    secret.remove(by=ana)
    seen = read(api, ana, project).content.decode()
    assert "directors" in seen and "who knows" in seen and "message.deleted" in seen
    for path in ("", "/export"):
        client = api(ada)
        answer = client.post(f"/projects/{project.pk}/audit/export") if path else read(api, ada, project)
        body = b"".join(answer.streaming_content) if path else answer.content
        for word in (b"directors", b"who knows", b"message.deleted", b"channel.deleted", b"room.deleted"):
            assert word not in body, (path, word)
    member(project, ben).change_role("admin", by=ana)
    assert "directors" in read(api, ben, project).content.decode()  # he was in it


def test_a_file_of_it_holds_everything_and_is_an_entry_itself(api, project, ana):
    for number in range(3):
        Task.objects.add_to(project, f"Task {number}", by=ana)[0].discard(by=ana)
    answer = api(ana).post(f"/projects/{project.pk}/audit/export", {"format": "json"})
    rows = json.loads(b"".join(answer.streaming_content))
    assert answer["Content-Disposition"] == 'attachment; filename="WEB-audit.json"'
    assert [row["kind"] for row in rows] == kinds(project)[:-1]
    assert kinds(project)[-1] == "project.exported"
    assert newest(project, kind="project.exported").words == "Ana exported the audit log"


@pytest.mark.parametrize("title", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "  =1+1", "＝1"])
def test_no_title_becomes_a_formula(api, project, ana, title):
    ana.name = title
    ana.save()
    Task.objects.add_to(project, title, by=ana)[0].discard(by=ana)
    answer = api(ana).post(f"/projects/{project.pk}/audit/export", {"format": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    assert lines[0] == ["id", "at", "kind", "by", "about", "words", "details"]
    for line in lines[1:]:
        for cell in line:
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝")), cell
    assert any(title.strip() in cell for line in lines for cell in line)


def test_an_entry_of_a_kind_nobody_knows_any_more_is_still_read(project, ana):
    project.audit("kettle.boiled", by=ana, litres=2)
    assert newest(project).words == "Ana: kettle.boiled"
    project.audit("role.changed", by=None)
    assert "unknown" in newest(project).words and newest(project).words.startswith("Somebody")


def test_names_cannot_become_markup(project, ana, ben):
    ben.name = "<b>%(by)s</b>"
    ben.save()
    member(project, ben).remove(by=ana)
    assert "<bdi>&lt;b&gt;%(by)s&lt;/b&gt;</bdi>" in newest(project).html


def test_every_kind_has_words_without_any_details(project, ana):
    for kind in auditing.KINDS:
        project.audit(kind, by=ana)
    assert all(entry.words and entry.html for entry in project.audit_entries.all())


def test_pruning_leaves_it_alone(project):
    before = kinds(project)
    call_command("prune", stdout=io.StringIO())
    assert kinds(project) == before
