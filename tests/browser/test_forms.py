"""Each form says beside the field what is wrong with it, keeps what was typed, changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
import pytest
from sqlalchemy import func, select
from starlette.routing import Match, Route

from tests.actors import PASSWORD
from tests.browser.forms import Values, list_forms, send
from tests.browser.sights import SIGHTS, list_routes, path_of
from tests.browser.world import UNBROKEN, Regulars, World
from wheelyard.database.schema import journal
from wheelyard.registry import Registry

MEND = "Nothing was changed. Please mend what is marked below."
SCRIPT = "<script>window.__hit = 1</script>"
LONG = "x" * 256
OWN = "/-/user_settings"
GENERAL = "/acme/widgets/-/settings/general"
RULES = "/{project}/-/settings/packages_and_registries"
RELEASE = "/{project}/-/packages/{release}"
OF_RELEASE = "/acme/widgets/-/packages/{release}"
OF_RULES = "/acme/widgets/-/settings/packages_and_registries"
ASKS_NOTHING = "A rule must have at least a minimum access role for push or delete."
OF_GROUP = "/groups/acme/-/settings/general"
REGISTRY_OF_GROUP = "/groups/acme/-/settings/packages_and_registries"
PREFIX_RULE = "must be beginnings of names, without an asterisk"
NAME_RULE = (
    "can contain only letters, digits, '_', '-' and '.', cannot start with '-', "
    "and cannot end in '.', '.git' or '.atom'"
)


@dataclass(frozen=True)
class Bad:
    """What is sent with a form, and what is to be seen then."""

    route: str
    """The path of the route that takes the form."""

    page: str
    action: str
    sent: Values
    said: dict[str, str] = field(default_factory=dict)
    general: str = MEND
    who: str = "ada"
    status: int = 422

    def __str__(self) -> str:
        return f"{self.action} {', '.join(self.said) or self.general}"


def of(
    route: str, page: str, *cases: tuple[Values, dict[str, str]], action: str = "", who: str = "ada"
) -> list[Bad]:
    """Cases of one form, which say something beside a field."""
    return [Bad(route, page, action or page, sent, said, who=who) for sent, said in cases]


BAD = [
    Bad(
        "/users/sign_in",
        "/users/sign_in",
        "/users/sign_in",
        {"login": SCRIPT, "password": "wrong"},
        general="The name or the password is not right",
        who="",
        status=403,
    ),
    Bad(
        "/users/sign_in",
        "/users/sign_in",
        "/users/sign_in",
        {"login": "ada", "password": ""},
        general="The name or the password is not right",
        who="",
        status=403,
    ),
    *of(
        f"{OWN}/profile",
        f"{OWN}/profile",
        ({"name": ""}, {"name": "Name is empty"}),
        ({"name": LONG, "email": ""}, {"name": "Name is invalid", "email": "Email is empty"}),
        ({"username": "a b", "current_password": PASSWORD}, {"username": f"Username {NAME_RULE}"}),
        ({"username": SCRIPT, "current_password": PASSWORD}, {"username": f"Username {NAME_RULE}"}),
        ({"email": "nobody", "current_password": PASSWORD}, {"email": "Email is invalid"}),
        (
            {"username": "ada2", "current_password": "wrong"},
            {"current_password": "Current password is not right"},
        ),
    ),
    *[
        Bad(
            route,
            route,
            route,
            {**sent, "current_password": PASSWORD} if who == "ada" else sent,
            general=general,
            who=who,
            status=409,
        )
        for route, who in ((f"{OWN}/profile", "ada"), ("/admin/users/{user}", "root"))
        for sent, general in (
            ({"username": "newcomer"}, "Username has already been taken"),
            ({"email": "newcomer@example.com"}, "Email has already been taken"),
        )
    ],
    Bad(
        "/admin/users/new",
        "/admin/users/new",
        "/admin/users/new",
        {"username": "ada", "email": "x@example.com"},
        general="Username has already been taken",
        who="root",
        status=409,
    ),
    *of(
        f"{OWN}/preferences",
        f"{OWN}/preferences",
        ({"zone": "Mars/Base"}, {"zone": "Time zone is not known: choose one of the list"}),
        ({"zone": SCRIPT}, {"zone": "Time zone is not known: choose one of the list"}),
    ),
    *of(
        f"{OWN}/password",
        f"{OWN}/password",
        (
            {
                "current_password": "wrong",
                "password": "long enough",
                "password_confirmation": "long enough",
            },
            {"current_password": "Current password is not right"},
        ),
        (
            {"current_password": PASSWORD, "password": "short", "password_confirmation": "short"},
            {"password": "New password is too short (minimum is 8 characters)"},
        ),
        (
            {
                "current_password": PASSWORD,
                "password": "long enough",
                "password_confirmation": "another",
            },
            {"password_confirmation": "New password again is not the same"},
        ),
    ),
    *of(
        f"{OWN}/personal_access_tokens",
        f"{OWN}/personal_access_tokens",
        ({"name": "", "scopes[]": ["api"]}, {"name": "Token name is empty"}),
        ({"name": SCRIPT, "scopes[]": []}, {"scopes[]": "A scope is missing"}),
        ({"name": LONG, "scopes[]": ["api"]}, {"name": "Token name is invalid"}),
        (
            {"name": "x", "scopes[]": ["api"], "expires_at": "2020-01-01"},
            {"expires_at": "Expires on must be a date in the future"},
        ),
        ({"name": "x", "scopes[]": ["sudo"]}, {"scopes[]": "A scope does not have a valid value"}),
    ),
    *of(
        f"{OWN}/personal_access_tokens/{{token}}/rotate",
        f"{OWN}/personal_access_tokens",
        (
            {"rotated_expires_at": "2020-01-01"},
            {"rotated_expires_at": "The date must be a date in the future"},
        ),
        action=f"{OWN}/personal_access_tokens/{{token}}/rotate",
    ),
    *of(
        "/projects/new",
        "/projects/new",
        ({"name": ""}, {"name": "Name is empty"}),
        ({"name": LONG}, {"name": "Name is invalid"}),
        ({"name": "A project", "path": SCRIPT}, {"path": f"Path {NAME_RULE}"}),
        ({"name": "A project", "path": LONG}, {"path": "Path is invalid"}),
        ({"name": "…"}, {"path": "Path is missing"}),
        (
            {"name": "A project", "description": "x" * 2001},
            {"description": "Description is invalid"},
        ),
        (
            {"name": "A project", "visibility": "secret"},
            {"visibility": "Visibility does not have a valid value"},
        ),
    ),
    *of(
        "/{project}/-/settings/general",
        GENERAL,
        ({"name": ""}, {"name": "Name is empty"}),
        ({"name": LONG, "description": SCRIPT}, {"name": "Name is invalid"}),
        ({"description": "x" * 2001}, {"description": "Description is invalid"}),
    ),
    *of(
        "/{project}/-/settings/permissions",
        GENERAL,
        (
            {"visibility": "secret"},
            {"visibility": "Project visibility does not have a valid value"},
        ),
        action="/acme/widgets/-/settings/permissions",
    ),
    *of(
        "/{project}/-/settings/packages",
        GENERAL,
        (
            {"max_file_mb": "much"},
            {"max_file_mb": "Largest file, in MB must be from 0 to 1,073,741,824"},
        ),
        (
            {"max_file_mb": "-1"},
            {"max_file_mb": "Largest file, in MB must be from 0 to 1,073,741,824"},
        ),
        (
            {"max_file_mb": SCRIPT},
            {"max_file_mb": "Largest file, in MB must be from 0 to 1,073,741,824"},
        ),
        (
            {"duplicates": "eat"},
            {"duplicates": "A file name that is uploaded again is does not have a valid value"},
        ),
        action="/acme/widgets/-/settings/packages",
    ),
    *of(
        "/{project}/-/settings/path",
        GENERAL,
        ({"path": ""}, {"path": "Path is empty"}),
        ({"path": "a b"}, {"path": f"Path {NAME_RULE}"}),
        ({"path": UNBROKEN}, {"path": "Path has already been taken"}),
        action="/acme/widgets/-/settings/path",
    ),
    *of(
        "/{project}/-/settings/transfer",
        GENERAL,
        ({"confirmation": "acme"}, {"confirmation": "The confirmation does not match"}),
        action="/acme/widgets/-/settings/transfer",
    ),
    *of(
        "/{project}/-/settings/delete",
        GENERAL,
        ({"confirmation": ""}, {"confirmation": "The confirmation does not match"}),
        ({"confirmation": SCRIPT}, {"confirmation": "The confirmation does not match"}),
        action="/acme/widgets/-/settings/delete",
    ),
    *of(
        RULES,
        OF_RULES,
        ({"package_name_pattern": ""}, {"package_name_pattern": "Name pattern is empty"}),
        (
            {"package_name_pattern": LONG, "minimum_access_level_for_push": "owner"},
            {"package_name_pattern": "Name pattern is invalid"},
        ),
        (
            {"package_name_pattern": SCRIPT, "minimum_access_level_for_push": "owner"},
            {
                "package_name_pattern": "Name pattern should be a valid PyPI package name"
                " with optional wildcard characters."
            },
        ),
        (
            {"package_name_pattern": "Small*", "minimum_access_level_for_delete": "admin"},
            {"package_name_pattern": "Name pattern has already been taken"},
        ),
    ),
    *[
        Bad(
            f"{RELEASE}/{path}",
            f"{OF_RELEASE}/availability",
            f"{OF_RELEASE}/{path}",
            {name: LONG},
            {name: f"{label} is invalid"},
        )
        for path, name, label in (
            ("yank", "reason", "Reason for the release"),
            ("files/yank", "file_reason", "Reason for the file"),
            ("status", "status_reason", "Reason for the status"),
        )
    ],
    Bad(RULES, OF_RULES, OF_RULES, {"package_name_pattern": "a"}, general=ASKS_NOTHING),
    Bad(
        f"{RULES}/{{rule}}/edit",
        OF_RULES,
        f"{OF_RULES}/{{rule}}/edit",
        {"push": "", "delete": ""},
        general=ASKS_NOTHING,
    ),
    *of(
        "/groups/new",
        "/groups/new",
        ({"name": ""}, {"name": "Name is empty"}),
        ({"name": "Another", "path": "acme"}, {"path": "Path has already been taken"}),
        ({"name": "Another", "path": "api"}, {"path": "Path api is a reserved name"}),
        ({"name": "Another", "path": SCRIPT}, {"path": f"Path {NAME_RULE}"}),
        (
            {"name": "Another", "visibility": "secret"},
            {"visibility": "Visibility does not have a valid value"},
        ),
    ),
    *of(
        "/groups/{group}/-/settings/general",
        OF_GROUP,
        ({"name": ""}, {"name": "Name is empty"}),
        ({"name": LONG}, {"name": "Name is invalid"}),
    ),
    *of(
        "/groups/{group}/-/settings/path",
        OF_GROUP,
        ({"path": "ada"}, {"path": "Path has already been taken"}),
        ({"path": "-a"}, {"path": f"Path {NAME_RULE}"}),
        action="/groups/acme/-/settings/path",
    ),
    *of(
        "/groups/{group}/-/settings/delete",
        OF_GROUP,
        ({"confirmation": "Acme"}, {"confirmation": "The confirmation does not match"}),
        action="/groups/acme/-/settings/delete",
    ),
    *of(
        "/groups/{group}/-/settings/packages",
        REGISTRY_OF_GROUP,
        (
            {"max_file_mb": "much"},
            {"max_file_mb": "Largest file, in MB must be from 0 to 1,073,741,824"},
        ),
        (
            {"duplicates": "eat"},
            {"duplicates": "A file name that is uploaded again is does not have a valid value"},
        ),
        action="/groups/acme/-/settings/packages",
    ),
    *of(
        "/groups/{group}/-/settings/forwarding",
        REGISTRY_OF_GROUP,
        (
            {"forwarding": "perhaps"},
            {
                "forwarding": "Requests for packages that are not here are "
                "does not have a valid value"
            },
        ),
        (
            {"reserved_prefixes": "<b>"},
            {"reserved_prefixes": f"Reserved prefixes {PREFIX_RULE}: <b> is none"},
        ),
        action="/groups/acme/-/settings/forwarding",
    ),
    *[
        bad
        for route, page in (
            ("/{project}/-/project_members", "/acme/widgets/-/project_members"),
            ("/groups/{group}/-/group_members", "/groups/acme/-/group_members"),
        )
        for bad in (
            *of(
                route,
                page,
                ({"login": ""}, {"login": "Username is empty"}),
                ({"login": SCRIPT}, {"login": "Username belongs to nobody here"}),
                (
                    {"login": "newcomer", "expires_at": "2020-01-01"},
                    {"expires_at": "Ends on must be a date in the future"},
                ),
                (
                    {"login": "newcomer", "access_level": "7"},
                    {"access_level": "Role does not have a valid value"},
                ),
            ),
            *of(
                f"{route}/{{user}}/edit",
                page,
                ({"role": "7"}, {"role": "The role does not have a valid value"}),
                ({"ends": "2020-01-01"}, {"ends": "The end must be a date in the future"}),
                action=f"{page}/{{user}}/edit",
            ),
        )
    ],
    *[
        bad
        for route, page, token in (
            (
                "/{project}/-/settings/access_tokens",
                "/acme/widgets/-/settings/access_tokens",
                "project_token",
            ),
            (
                "/groups/{group}/-/settings/access_tokens",
                "/groups/acme/-/settings/access_tokens",
                "group_token",
            ),
        )
        for bad in (
            *of(
                route,
                page,
                ({"name": "", "scopes[]": ["api"]}, {"name": "Token name is empty"}),
                ({"name": SCRIPT, "scopes[]": []}, {"scopes[]": "A scope is missing"}),
                (
                    {"name": "x", "scopes[]": ["api"], "access_level": "7"},
                    {"access_level": "Role does not have a valid value"},
                ),
                (
                    {"name": "x", "scopes[]": ["api"], "expires_at": "2020-01-01"},
                    {"expires_at": "Expires on must be a date in the future"},
                ),
            ),
            *of(
                f"{route}/{{token}}/rotate",
                page,
                (
                    {"rotated_expires_at": "2020-01-01"},
                    {"rotated_expires_at": "The date must be a date in the future"},
                ),
                action=f"{page}/{{{token}}}/rotate",
            ),
        )
    ],
    *of(
        "/{project}/-/settings/ci_cd/admit",
        "/acme/widgets/-/settings/ci_cd",
        ({"path": ""}, {"path": "Path is empty"}),
        ({"path": SCRIPT}, {"path": "Path names no project and no group that you can see"}),
        (
            {"path": "acme/widgets"},
            {"path": "Path is this project, which always admits its own"},
        ),
        ({"path": "acme/research/telescope"}, {"path": "Path is on the list already"}),
        action="/acme/widgets/-/settings/ci_cd/admit",
    ),
    *[
        bad
        for route, page in (
            ("/{project}/-/settings/deploy_tokens", "/acme/widgets/-/settings/deploy_tokens"),
            ("/groups/{group}/-/settings/deploy_tokens", "/groups/acme/-/settings/deploy_tokens"),
        )
        for bad in of(
            route,
            page,
            ({"name": "", "scopes[]": ["read_package_registry"]}, {"name": "Token name is empty"}),
            ({"name": SCRIPT, "scopes[]": []}, {"scopes[]": "A scope is missing"}),
            (
                {"name": "x", "scopes[]": ["read_package_registry"], "expires_at": "2020-01-01"},
                {"expires_at": "Expires on must be a date in the future"},
            ),
            (
                {"name": "x", "scopes[]": ["read_package_registry"], "username": "a:b"},
                {"username": "Username can contain only letters, digits, '_', '-', '+', and '.'"},
            ),
        )
    ],
    *of(
        "/admin/packages",
        "/admin/packages",
        (
            {"max_file_mb": "much"},
            {"max_file_mb": "Largest file, in MB must be from 0 to 1,073,741,824"},
        ),
        (
            {"packages_enabled": "perhaps"},
            {"packages_enabled": "Packages does not have a valid value"},
        ),
        who="root",
    ),
    *of(
        "/admin/packages/forwarding",
        "/admin/packages",
        (
            {"upstream_url": SCRIPT},
            {
                "upstream_url": "Upstream index must be http:// or https://, a host and perhaps a "
                "path, without user, password or query"
            },
        ),
        (
            {"reserved_prefixes": "acme-*"},
            {"reserved_prefixes": f"Reserved prefixes {PREFIX_RULE}: acme-* is none"},
        ),
        (
            {"forwarding_locked": "perhaps"},
            {"forwarding_locked": "Groups and projects does not have a valid value"},
        ),
        action="/admin/packages/forwarding",
        who="root",
    ),
    *of(
        "/admin/users/new",
        "/admin/users/new",
        (
            {"username": "", "email": ""},
            {"username": "Username is empty", "email": "Email is empty"},
        ),
        ({"username": SCRIPT, "email": "x@example.com"}, {"username": f"Username {NAME_RULE}"}),
        ({"username": "x", "email": "nobody"}, {"email": "Email is invalid"}),
        (
            {"username": "x", "email": "x@example.com", "password": "short"},
            {"password": "Password is too short (minimum is 8 characters)"},
        ),
        who="root",
    ),
    *of(
        "/admin/users/{user}",
        "/admin/users/{user}",
        ({"name": ""}, {"name": "Name is empty"}),
        ({"email": SCRIPT}, {"email": "Email is invalid"}),
        (
            {"password": "short"},
            {"password": "New password is too short (minimum is 8 characters)"},
        ),
        who="root",
    ),
    *of(
        "/admin/users/{user}/delete",
        "/admin/users/{user}",
        ({"confirmation": "Ben"}, {"confirmation": "The confirmation does not match"}),
        action="/admin/users/{user}/delete",
        who="root",
    ),
]

NOTHING_TYPED = {
    "/users/sign_out",
    "/-/preferences",
    f"{OWN}/active_sessions/end",
    f"{OWN}/active_sessions/end_others",
    f"{OWN}/personal_access_tokens/{{token}}/revoke",
    "/{project}/-/settings/archive",
    f"{RULES}/{{rule}}/delete",
    "/{project}/-/packages/delete",
    "/{project}/-/packages/{release}/delete",
    "/{project}/-/packages/{release}/files/{file}/delete",
    "/{project}/-/packages/{release}/files/{file}/unyank",
    "/{project}/-/packages/{release}/unyank",
    "/{project}/-/project_members/{user}/remove",
    "/groups/{group}/-/group_members/{user}/remove",
    "/{project}/-/settings/access_tokens/{token}/revoke",
    "/groups/{group}/-/settings/access_tokens/{token}/revoke",
    "/{project}/-/settings/ci_cd",
    "/{project}/-/settings/ci_cd/projects/{guest}/dismiss",
    "/{project}/-/settings/ci_cd/groups/{guest}/dismiss",
    "/{project}/-/settings/deploy_tokens/{token}/revoke",
    "/groups/{group}/-/settings/deploy_tokens/{token}/revoke",
    "/admin/users/{user}/block",
    "/admin/users/{user}/unblock",
    "/admin/users/{user}/sessions/end",
    "/admin/users/{user}/tokens/{token}/revoke",
}
"""Forms that are a button, or a choice that is no text."""

ELSEWHERE = {"/{project}/-/packages/upload"}
"""See test_uploads."""


def crawl(world: World) -> Iterator[tuple[str, str]]:
    """The method and the path of each form on each page that is pictured."""
    for sight in SIGHTS:
        secret = getattr(world, sight.who).secret if sight.who else ""
        page = httpx.get(world.url + sight.path(world), cookies={"wheelyard_session": secret})
        for method, action in list_forms(page.text):
            yield method, action.partition("?")[0]


def route_of(routes: list[Route], method: str, path: str) -> str:
    """The path of the route that takes a form."""
    scope = {"type": "http", "method": method, "path": path, "root_path": ""}
    for route in routes:
        if route.matches(scope)[0] is Match.FULL:
            return path_of(route)
    raise AssertionError(f"no page takes the form {method} {path}")


def test_every_form_has_its_cases(world: World, registry: Registry) -> None:
    routes = list_routes(registry, "POST")

    found = {route_of(routes, method, path) for method, path in crawl(world) if method == "POST"}

    assert found == {path_of(route) for route in routes}
    assert found == {bad.route for bad in BAD} | NOTHING_TYPED | ELSEWHERE


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_a_form_says_what_is_wrong_and_changes_nothing(
    regulars: Regulars, world: World, bad: Bad
) -> None:
    visitor = regulars(bad.who)
    before = last_serial(world)
    visitor.open(fill_in(world, bad.page))

    found = send(visitor.page, fill_in(world, bad.action), bad.sent)

    assert (found.status, found.general, found.said) == (bad.status, bad.general, bad.said)
    kept = {
        name: text
        for name, text in bad.sent.items()
        if "password" not in name and name not in UNKEPT and text != ["sudo"]
    }
    assert {name: found.typed[name] for name in kept} == kept
    assert not any(found.secrets)
    assert last_serial(world) == before
    assert visitor.page.evaluate("window.__hit") is None


UNKEPT = {
    "access_level",
    "confirmation",
    "duplicates",
    "forwarding",
    "forwarding_locked",
    "packages_enabled",
    "role",
    "visibility",
}
"""What is to be typed anew, and choices: what is none cannot be shown again."""


def fill_in(world: World, address: str) -> str:
    """An address in this world."""
    return address.format(
        user=world.ben.user.id,
        token=world.token.token.id,
        project_token=world.project_token.token.id,
        rule=world.rule.id,
        release=world.release.id,
        group_token=world.group_token.token.id,
    )


def last_serial(world: World) -> int:
    """The newest row of the journal, which has one for each change."""
    with world.town.database.read() as conn:
        serial: int = conn.execute(select(func.max(journal.c.serial))).scalar_one()
    return serial
