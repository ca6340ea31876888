import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User

PASSWORD = "a long enough password"


@pytest.fixture(autouse=True)
def no_tries_counted():
    """Each test begins with all tries at signing in left."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def browser():
    return Client()


@pytest.fixture
def signed_in():
    """signed_in(ana): a browser of hers."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in
