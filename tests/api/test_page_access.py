"""Who may open which page, and who may send what is on it. A page that has no row here fails."""

from typing import Any, NamedTuple

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern

from accounts.urls import urlpatterns as accounts
from config.urls import urlpatterns as site
from projects.urls import urlpatterns as projects
from tasks.urls import urlpatterns as tasks
from tests.api.test_access import ROLES
from tests.conftest import person

SIGN_IN = "/accounts/login/"


class Page(NamedTuple):
    """`least`: the least role in the project, "anyone" signed in, or "public". `status`: what those who may get."""

    method: str
    path: str
    least: str
    status: int
    data: dict[str, Any] | None = None


PAGES = [
    Page("get", "", "public", 200),
    Page("get", "projects/new/", "anyone", 200),
    Page("post", "projects/new/", "anyone", 302, {"name": "New", "key": "NEW"}),
    Page("get", "projects/{project_id}/", "guest", 200),
    Page("get", "projects/{project_id}/tasks/{number}/", "guest", 200),
    Page("get", "projects/{project_id}/rooms/{room_id}/", "guest", 200),
    Page("get", "projects/{project_id}/rooms/{room_id}/messages/{message_id}/", "guest", 200),
    Page("get", "projects/{project_id}/rooms/{room_id}/threads/{message_id}/", "guest", 200),
    Page("get", "projects/{project_id}/messages/{message_id}/", "guest", 302),
    Page("get", "projects/{project_id}/settings/", "admin", 200),
    Page("post", "projects/{project_id}/settings/", "admin", 302, {"name": "Renamed", "key": "WEB"}),
    Page("get", "projects/{project_id}/rights/", "guest", 200),
    Page("post", "projects/{project_id}/rights/", "owner", 302, {"shown": "member.create_tasks"}),
    Page("post", "projects/{project_id}/rights/reset/", "owner", 302),
    Page("get", "projects/{project_id}/audit/", "admin", 200),
    Page("post", "projects/{project_id}/audit/export/", "admin", 200, {"format": "csv"}),
    Page("get", "projects/{project_id}/tasks/export/", "admin", 200),
    Page("post", "projects/{project_id}/tasks/export/", "admin", 200, {"format": "csv"}),
    Page("get", "projects/{project_id}/members/{user_id}/transfer/", "owner", 200),
    Page("post", "projects/{project_id}/members/{user_id}/transfer/", "owner", 302),
    Page("post", "projects/{project_id}/archive/", "admin", 302),
    Page("post", "projects/{project_id}/restore/", "admin", 302),
    Page("post", "projects/{project_id}/delete/", "owner", 302, {"confirmation": "Web"}),
    Page("get", "projects/{project_id}/leave/", "guest", 200),
    Page("get", "projects/{project_id}/members/", "guest", 200),
    Page("post", "projects/{project_id}/members/{user_id}/role/", "admin", 302, {"role": "guest"}),
    Page("get", "projects/{project_id}/members/{user_id}/remove/", "admin", 200),
    Page("post", "projects/{project_id}/members/{user_id}/remove/", "admin", 302),
    Page(
        "post", "projects/{project_id}/invitations/", "admin", 200, {"role": "guest", "expires_in_days": "7"}
    ),
    Page("post", "projects/{project_id}/invitations/{invitation_id}/revoke/", "admin", 302),
    Page("get", "invitations/{token}/", "public", 200),
    Page("get", "profile/", "anyone", 200),
    Page("get", "profile/tokens/", "anyone", 200),
    Page("post", "profile/tokens/", "anyone", 200, {"name": "laptop"}),
    Page("post", "profile/tokens/{token_id}/revoke/", "nobody", 302),
]


def test_every_page_has_its_row():
    real = {str(each.pattern) for each in [*projects, *tasks, *accounts]}
    plain = {path.replace("<int:", "{").replace("<str:", "{").replace(">", "}") for path in real}
    assert plain - {page.path for page in PAGES} == set(), "pages without a row"
    assert {page.path for page in PAGES} - plain == set(), "rows without a page"


def ask(user: Any, page: Page, objects: dict[str, Any], client: Client | None = None) -> Any:
    """The answer that `user` would get; nothing of it stays."""
    client = client or Client(raise_request_exception=False)
    with transaction.atomic():
        if user is not None:
            client.force_login(user)
        address = "/" + page.path.format(**objects)
        response = getattr(client, page.method)(address, page.data or {})
        transaction.set_rollback(True)
    return response


def expected(page: Page, role: str) -> int:
    if page.least == "nobody":
        return 404
    may = page.least in ("public", "anyone") or ROLES.index(role) >= ROLES.index(page.least)
    return page.status if may else 403


@pytest.fixture
def places(world) -> dict[str, Any]:
    _, objects = world
    return objects | {"number": 1, "token_id": objects["id"]}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.method} {page.path}")
def test_who_may(page: Page, world, places):
    cast, _ = world
    nobody = ask(None, page, places)
    if page.least == "public":
        assert nobody.status_code == page.status
    else:
        assert nobody.status_code == 302 and nobody.url.startswith(SIGN_IN)
    for stranger in ("outsider", "former"):
        want = page.status if page.least in ("public", "anyone") else 404
        assert ask(cast[stranger], page, places).status_code == want, stranger
    for role in ROLES:
        assert ask(cast[role], page, places).status_code == expected(page, role), role


@pytest.mark.parametrize("page", [p for p in PAGES if p.method == "post"], ids=lambda page: page.path)
def test_nothing_is_changed_without_a_csrf_token(page: Page, world, places):
    cast, _ = world
    assert ask(cast["owner"], page, places, Client(enforce_csrf_checks=True)).status_code == 403


@pytest.mark.parametrize(
    "page", [p for p in PAGES if p.least != "public"], ids=lambda p: f"{p.method} {p.path}"
)
def test_what_somebody_saw_stays_in_no_cache(page: Page, world, places):
    cast, _ = world
    assert "no-store" in ask(cast["owner"], page, places).headers["Cache-Control"]


# Beside the apps' own addresses: pages of the whole site, for administrators.
ADMINISTRATORS = [("get", "admin/status/"), ("post", "admin/status/mail/")]
PUBLIC = {"catalog.js", "api/v1/<path:rest>"}


def test_every_page_of_the_site_has_its_row():
    real = {str(each.pattern) for each in site if isinstance(each, URLPattern)}
    assert real - PUBLIC == {path for _, path in ADMINISTRATORS}


@pytest.mark.parametrize(("method", "path"), ADMINISTRATORS)
def test_no_role_in_a_project_makes_an_administrator(method, path, world, places, mailoutbox):
    cast, _ = world
    page = Page(method, path, "nobody", 200)
    for user in (None, *cast.values()):
        response = ask(user, page, places)
        assert response.status_code == 302 and response.url.startswith("/admin/login/")
    answers = {False: 200 if method == "get" else 302, True: 200 if method == "get" else 403}
    for strict, status in answers.items():
        with transaction.atomic():
            ada = person("ada", is_staff=True)
            assert ask(ada, page, places, Client(enforce_csrf_checks=strict)).status_code == status
            transaction.set_rollback(True)
    assert len(mailoutbox) == (method == "post")
