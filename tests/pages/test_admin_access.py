"""The Administration area is for administrators alone, and its forms for their own pages alone."""

import pytest
from starlette.routing import Route

from tests.actors import Installation
from tests.pages.visitor import Visitor, visiting
from wheelyard.access import Permission
from wheelyard.registry import Registry
from wheelyard.users import User
from wheelyard.web.routes import routes

PATHS = [
    ("GET", "/admin"),
    ("GET", "/admin/projects"),
    ("GET", "/admin/groups"),
    ("GET", "/admin/packages"),
    ("POST", "/admin/packages"),
    ("POST", "/admin/packages/forwarding"),
    ("GET", "/admin/storage"),
    ("GET", "/admin/settings"),
    ("GET", "/admin/journal"),
    ("GET", "/admin/journal.csv"),
    ("GET", "/admin/journal.jsonl"),
    ("GET", "/admin/health"),
    ("GET", "/admin/users"),
    ("GET", "/admin/users/new"),
    ("POST", "/admin/users/new"),
    ("GET", "/admin/users/{user}"),
    ("POST", "/admin/users/{user}"),
    ("POST", "/admin/users/{user}/block"),
    ("POST", "/admin/users/{user}/unblock"),
    ("POST", "/admin/users/{user}/sessions/end"),
    ("POST", "/admin/users/{user}/tokens/{token}/revoke"),
    ("POST", "/admin/users/{user}/delete"),
]
FORMS = [path for method, path in PATHS if method == "POST"]
PAGES = [path for method, path in PATHS if method == "GET"]


def test_these_are_all_routes_of_the_area(registry: Registry) -> None:
    found = {
        (method, route.path): getattr(route.endpoint, "permission", None)
        for route in routes(registry)
        if isinstance(route, Route) and route.path.split("/")[1] == "admin"
        for method in (route.methods or set()) - {"HEAD"}
    }

    assert sorted(found) == sorted(PATHS)
    assert set(found.values()) == {Permission.ADMINISTER}


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_asked_to_sign_in(town: Installation, user: User, path: str) -> None:
    path = path.format(user=user.id)
    with visiting(town) as stranger:
        answer = stranger.get(path)

    assert answer.status_code == 303
    assert answer.headers["location"] == f"/users/sign_in?return_to={path}"


@pytest.mark.parametrize("path", PAGES)
def test_a_user_is_refused(visitor: Visitor, user: User, path: str) -> None:
    answer = visitor.get(path.format(user=user.id))

    assert answer.status_code == 403
    assert user.email not in answer.text


@pytest.mark.parametrize("path", FORMS)
def test_a_users_form_is_refused(visitor: Visitor, chief: User, path: str) -> None:
    answer = visitor.post(path.format(user=chief.id, token=1), {"confirmation": chief.username})

    assert answer.status_code == 403


@pytest.mark.parametrize("path", FORMS)
def test_a_form_without_its_token_does_nothing(
    administrator: Visitor, town: Installation, user: User, path: str
) -> None:
    sent = {"form_token": "0" * 64, "confirmation": user.username}

    answer = administrator.post(path.format(user=user.id, token=1), sent)

    assert answer.status_code == 403
    with visiting(town, user) as unharmed:
        assert unharmed.get("/-/user_settings/profile").status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_an_administrator_sees_a_small_page(administrator: Visitor, user: User, path: str) -> None:
    answer = administrator.get(path.format(user=user.id))

    assert answer.status_code == 200
    assert len(answer.content) < 100_000 or path.startswith("/admin/journal.")


def test_what_is_not_there_is_not_found(administrator: Visitor) -> None:
    for path in ("/admin/users/999999999", "/admin/users/root", "/admin/nonsense"):
        assert administrator.get(path).status_code == 404
