import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.models import APIToken, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(db, signed_in):
    return signed_in(
        User.objects.create_superuser("root@example.com", "root", "Root", "a long enough password")
    )


def act(admin: Client, action: str, *people: User):
    data = {"action": action, "_selected_action": [person.pk for person in people]}
    return admin.post("/admin/accounts/user/", data, follow=True)


def test_people_are_found_by_handle_name_and_email(admin, ana, ben):
    for words in ("ben", "Ben", "ben@example"):
        page = admin.get("/admin/accounts/user/", {"q": words}).content.decode()
        assert "ben@example.com" in page and "ana@example.com" not in page


def test_people_are_deactivated_and_activated(admin, ben, signed_in):
    browser = signed_in(ben)
    assert "1 person deactivated." in act(admin, "deactivate", ben).content.decode()
    assert browser.get("/profile/").status_code == 302
    act(admin, "activate", ben)
    ben.refresh_from_db()
    assert ben.is_active


def test_nobody_deactivates_themselves(admin):
    root = User.objects.get(handle="root")
    act(admin, "deactivate", root)
    root.refresh_from_db()
    assert root.is_active


def test_a_person_is_made_and_mended(admin, ben):
    form = {
        "email": "New@example.com", "handle": "new", "name": "New", "usable_password": "true",
        "password1": "a long enough password", "password2": "a long enough password",
    }  # fmt: skip
    assert admin.post("/admin/accounts/user/add/", form).status_code == 302
    assert User.objects.get(handle="new").email == "new@example.com"
    page = admin.get(f"/admin/accounts/user/{ben.pk}/change/")
    assert page.status_code == 200
    form = {
        "name": "Benno",
        "handle": "ben",
        "email": "ben@example.com",
        "time_zone": "UTC",
        "is_active": "on",
    }
    assert admin.post(f"/admin/accounts/user/{ben.pk}/change/", form).status_code == 302
    ben.refresh_from_db()
    assert ben.name == "Benno" and ben.is_active


def test_tokens_are_seen_and_revoked_but_not_made(admin, ben):
    token, text = APIToken.issue(ben, "laptop")
    page = admin.get(f"/admin/accounts/apitoken/{token.pk}/change/").content.decode()
    assert text not in page and "<select" not in page.split("<main", 1)[-1]
    assert admin.get("/admin/accounts/apitoken/add/").status_code == 403
    admin.post(f"/admin/accounts/apitoken/{token.pk}/delete/", {"post": "yes"})
    assert not APIToken.objects.exists()


def test_a_list_of_people_takes_few_queries_however_many_there_are(admin, django_assert_max_num_queries):
    User.objects.bulk_create(
        User(email=f"{n}@example.com", handle=f"p{n}", name=f"Person {n}", password="!") for n in range(300)
    )
    with django_assert_max_num_queries(8):
        admin.get("/admin/accounts/user/")
    with django_assert_max_num_queries(8):
        admin.get("/admin/account/emailaddress/")


def test_an_address_taken_from_somebody_brings_no_new_password(admin, ben, browser):
    EmailAddress.objects.create(user=ben, email=ben.email, primary=True, verified=True)
    form = {
        "name": "Ben",
        "handle": "ben",
        "email": "ben@safe.example",
        "time_zone": "UTC",
        "is_active": "on",
    }
    admin.post(f"/admin/accounts/user/{ben.pk}/change/", form)
    browser.post("/accounts/password/reset/", {"email": "ben@example.com"})
    assert [letter.subject for letter in mail.outbox] == ["No account with this e-mail"]


def test_members_without_the_staff_flag_see_no_admin(signed_in, ben):
    assert signed_in(ben).get("/admin/").status_code in (302, 403)
