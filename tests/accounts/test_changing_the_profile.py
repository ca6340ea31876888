import pytest

from tests.accounts.corpus import IDS, NAMES

pytestmark = pytest.mark.django_db

BEN = {"name": "Ben Weber", "handle": "ben.w", "time_zone": "America/New_York", "shares_typing": "on"}


def test_name_handle_and_zone_are_changed(signed_in, ben):
    response = signed_in(ben).post("/profile/", BEN, follow=True)
    ben.refresh_from_db()
    assert (ben.name, ben.handle, ben.time_zone) == ("Ben Weber", "ben.w", "America/New_York")
    assert "Saved." in response.content.decode()


def test_members_see_the_new_name_live(signed_in, ben, project):
    head = project.events.latest("sequence").sequence
    signed_in(ben).post("/profile/", BEN)
    assert [event.name for event in project.events.filter(sequence__gt=head)] == ["member.updated"]


def test_being_invisible_and_typing_are_switched_in_the_profile_and_no_event_tells_of_it(
    signed_in, ben, project
):
    before = project.events.count()
    form = {"name": ben.name, "handle": ben.handle, "time_zone": ben.time_zone, "invisible": "on"}
    signed_in(ben).post("/profile/", form)
    ben.refresh_from_db()
    assert (ben.invisible, ben.shares_typing) == (True, False)
    assert project.events.count() == before


def test_a_zone_alone_is_nobody_elses_business(ben, project):
    before = project.events.count()
    ben.change(by=ben, time_zone="Asia/Tokyo")
    assert project.events.count() == before


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("handle", "ana", "This handle is taken."),
        ("handle", "ANA", "This handle is taken."),
        ("handle", "here", "This handle is reserved."),
        ("handle", "no spaces", "Use 1 to 30 small letters"),
        ("time_zone", "Mars/Olympus", "There is no such time zone."),
        ("time_zone", "../etc/passwd", "There is no such time zone."),
    ],
)
def test_what_cannot_be_accepted_is_said_beside_its_field(signed_in, ana, ben, field, value, words):
    response = signed_in(ben).post("/profile/", {**BEN, field: value})
    assert response.status_code == 422
    assert words in str(response.context["form"].errors[field])
    ben.refresh_from_db()
    assert (ben.name, ben.handle) == ("Ben", "ben")


def test_a_refused_form_still_shows_who_one_is(signed_in, ben):
    page = signed_in(ben).post("/profile/", {**BEN, "handle": "no spaces"}).content.decode()
    assert "@ben<" in page and "@no spaces" not in page


@pytest.mark.parametrize(("text", "fine"), NAMES, ids=IDS)
def test_a_name_is_one_visible_line_in_any_script(signed_in, ben, text, fine):
    response = signed_in(ben).post("/profile/", {**BEN, "name": text})
    ben.refresh_from_db()
    assert response.status_code == (302 if fine else 422)
    assert ben.name == (text if fine else "Ben")
    if not fine:
        assert response.context["form"].errors["name"]


@pytest.mark.parametrize("text", [text for text, _ in NAMES], ids=IDS)
def test_a_handle_is_nothing_but_a_handle(signed_in, ben, text):
    response = signed_in(ben).post("/profile/", {**BEN, "handle": text})
    assert response.status_code == 422 and response.context["form"].errors["handle"]


def test_only_those_signed_in_have_a_profile(browser):
    assert browser.get("/profile/").url == "/accounts/login/?next=/profile/"


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Ana Ruiz", "AR"),
        ("Ana María Ruiz", "AR"),
        ("ben", "B"),
        ("مريم الخطيب", "ما"),
        ("👩‍🚀", "👩"),
        ("(Ben)", "("),
    ],
)
def test_initials_come_from_the_name(ben, name, initials):
    ben.name = name
    assert ben.avatar == {"initials": initials, "hue": ben.pk % 12}
