import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.sessions import still_valid, user_of, users_of
from accounts.signals import sessions_ended

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended():
    """What was said of ended sessions, as (user id, session key)."""
    said = []

    def hear(sender, user_id, session_key, **kwargs):
        said.append((user_id, session_key))

    sessions_ended.connect(hear)
    yield said
    sessions_ended.disconnect(hear)


def key_of(browser):
    return browser.session.session_key


def test_a_session_proves_its_person(signed_in, ben):
    assert user_of(key_of(signed_in(ben))) == ben


@pytest.mark.parametrize("key", [None, "", "nonsense", "x" * 5000, "a\x01b", "abcdefgh\x00", "x" * 32])
def test_nonsense_proves_nobody(db, key):
    assert user_of(key) is None


def test_one_cookie_that_is_none_spoils_nobody_elses(signed_in, ben):
    key = key_of(signed_in(ben))
    assert users_of([key, "abcdefgh\x00", "\ud800" * 8, "x" * 5000]) == {key: ben}


def test_a_session_is_over_when_signed_out_expired_deactivated_or_of_an_old_password(
    signed_in, ana, ben, gus, cleo
):
    browsers = [signed_in(user) for user in (ana, ben, gus, cleo)]
    keys = [key_of(browser) for browser in browsers]
    assert still_valid(keys) == set(keys)
    browsers[0].post("/accounts/logout/")
    Session.objects.filter(session_key=keys[1]).update(expire_date=timezone.now())
    gus.deactivate(by=ana)
    cleo.set_password("another")
    cleo.save()
    assert still_valid(keys) == set()


def test_any_number_of_sessions_takes_two_queries(signed_in, ana, ben, django_assert_num_queries):
    keys = [key_of(signed_in(user)) for user in (ana, ben, ben)]
    with django_assert_num_queries(2):
        assert still_valid(keys) == set(keys)


def test_a_session_of_the_previous_secret_key_still_counts_and_is_left_alone(signed_in, ben, settings):
    key = key_of(signed_in(ben))
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = (
        [settings.SECRET_KEY],
        "a new key of fifty characters and more" * 2,
    )
    assert user_of(key) == ben
    assert Session.objects.filter(session_key=key).exists()
    settings.SECRET_KEY_FALLBACKS = []
    assert user_of(key) is None


def test_signing_out_ends_that_session_only(signed_in, ben, ended):
    browser = signed_in(ben)
    key = key_of(browser)
    browser.post("/accounts/logout/")
    assert ended == [(ben.pk, key)]


def test_a_new_password_ends_sessions_whoever_sets_it(ben, ended, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        ben.set_password("another")
        ben.save()
    assert ended == [(ben.pk, None)]


def test_deactivation_ends_sessions(ana, ben, ended, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        ben.deactivate(by=ana)
    assert ended == [(ben.pk, None)]


def test_signing_in_ends_nothing(browser, ben, ended, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        browser.post("/accounts/login/", {"login": "ben", "password": "a long enough password"})
    assert ended == []


@pytest.mark.parametrize("ending", ["expired", "deleted", "deactivated", "another password", "nobody"])
def test_a_request_believes_no_session_that_is_over(signed_in, ben, ending):
    browser = signed_in(ben)
    row = Session.objects.filter(session_key=key_of(browser))
    for _ in range(2):  # the second time with statements that are ready
        assert browser.get("/api/v1/me").json()["id"] == ben.pk
    if ending == "expired":
        row.update(expire_date=timezone.now())
    elif ending == "deleted":
        row.delete()
    elif ending == "deactivated":
        type(ben).objects.filter(pk=ben.pk).update(is_active=False)
    elif ending == "another password":
        type(ben).objects.filter(pk=ben.pk).update(password="!")
    else:
        ben.delete()
    assert browser.get("/api/v1/me").status_code == 401


def test_a_session_begun_by_djangos_own_backend_goes_on(client, ben):
    client.force_login(ben, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/api/v1/me").json()["id"] == ben.pk
