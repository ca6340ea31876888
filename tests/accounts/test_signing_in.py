import pytest

from tests.accounts.conftest import PASSWORD

URL = "/accounts/login/"

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("login", ["ben@example.com", "BEN@Example.com", "ben", "@Ben"])
def test_people_sign_in_by_email_or_handle(browser, ben, login):
    response = browser.post(URL, {"login": login, "password": PASSWORD})
    assert response.status_code == 302 and response.url == "/"


def test_where_one_wanted_to_go_is_where_one_arrives(browser, ben):
    asked = browser.get("/profile/tokens/")
    assert asked.url == "/accounts/login/?next=/profile/tokens/"
    response = browser.post(URL, {"login": "ben", "password": PASSWORD, "next": "/profile/tokens/"})
    assert response.url == "/profile/tokens/"


def test_a_wrong_password_and_an_unknown_person_read_the_same(browser, ben):
    answers = [
        browser.post(URL, {"login": login, "password": "something else"}).context["form"].non_field_errors()
        for login in ("ben@example.com", "nobody@example.com")
    ]
    assert answers[0] == answers[1] == ["This e-mail and password do not belong together."]


def test_somebody_deactivated_is_told_so(browser, ben, ana):
    ben.deactivate(by=ana)
    response = browser.post(URL, {"login": "ben", "password": PASSWORD}, follow=True)
    assert "This account is closed" in response.content.decode()
    assert browser.get("/profile/").status_code == 302


def test_the_sixth_try_is_refused_and_says_when_to_come_back(browser, ben):
    for _ in range(5):
        assert browser.post(URL, {"login": "ben", "password": "wrong"}).status_code == 200
    sixth = browser.post(URL, {"login": "ben", "password": PASSWORD})
    assert sixth.status_code == 429 and sixth["Retry-After"] == "300"
    assert "That was too often" in sixth.content.decode()


def test_from_another_address_one_still_gets_in(browser, ben):
    for _ in range(6):
        browser.post(URL, {"login": "ben", "password": "wrong"})
    response = browser.post(URL, {"login": "ben", "password": PASSWORD}, REMOTE_ADDR="192.0.2.7")
    assert response.status_code == 302


def test_the_admin_has_no_sign_in_of_its_own(browser, ana):
    assert browser.get("/admin/").url == "/admin/login/?next=/admin/"
    assert browser.get("/admin/login/?next=/admin/").url.startswith("/accounts/login/")


def test_signing_out_takes_a_post(signed_in, ben):
    browser = signed_in(ben)
    assert "Sign out of Taskroom" in browser.get("/accounts/logout/").content.decode()
    assert browser.get("/profile/").status_code == 200
    assert browser.post("/accounts/logout/").url == "/"
    assert browser.get("/profile/").status_code == 302


def test_one_can_sign_in_while_redis_is_away(browser, ben, monkeypatch):
    from django.core.cache.backends.redis import RedisCacheClient
    from redis.exceptions import ConnectionError

    def away(*args, **kwargs):
        raise ConnectionError("away")

    for name in ("get", "set", "add", "delete"):
        monkeypatch.setattr(RedisCacheClient, name, away)
    assert browser.post(URL, {"login": "ben", "password": PASSWORD}).status_code == 302
