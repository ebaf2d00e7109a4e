"""Every page as somebody sees it: the table of what is pictured and looked over."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.routing import Route

from tests.browser.visitor import Visitor
from tests.browser.world import UNBROKEN, World
from wheelyard.registry import Registry
from wheelyard.web.openapi.outline import Outline
from wheelyard.web.pages.account import moved
from wheelyard.web.pages.routes import page_routes
from wheelyard.web.turns import Turns

_WIDGETS = "/acme/widgets/-"
_OWN = "/-/user_settings"


@dataclass(frozen=True)
class Sight:
    """A page in one state, and who sees it."""

    name: str
    route: str
    """The path of the route that shows it."""

    address: str
    """With ``{release}``, ``{file}``, ``{small}`` and ``{user}`` for what the world has made."""

    who: str = "ada"
    status: int = 200
    act: Callable[[Visitor], None] | None = None
    """What is done on the page before it is looked at."""

    def show(self, world: World, visitor: Visitor) -> None:
        """Bring a visitor there who is already known, or nobody."""
        visitor.open(self.path(world), status=self.status)
        if self.act:
            self.act(visitor)

    def path(self, world: World) -> str:
        """The address in this world."""
        return self.address.format(
            release=world.release.id,
            small=world.small.id,
            withdrawn=world.withdrawn.id,
            file=next(file.id for file in world.files if file.filename.endswith(".whl")),
            sdist=next(file.id for file in world.files if file.filename.endswith(".gz")),
            user=world.ben.user.id,
            blocked=world.blocked.id,
            bot=world.bot_id,
        )


# What is done on a page ---------------------------------------------------------------------------


def _send(button: str, **fields: str) -> Callable[[Visitor], None]:
    """Fill in the form of a button, past what the browser itself would refuse, and send it."""

    def act(visitor: Visitor) -> None:
        form = visitor.page.locator("form", has=visitor.page.get_by_role("button", name=button))
        form.evaluate("form => { form.noValidate = true }")
        for name, value in fields.items():
            form.locator(f"[name='{name}']").fill(value)
        with visitor.page.expect_navigation():
            form.get_by_role("button", name=button).click()

    return act


def _open_all(visitor: Visitor) -> None:
    """Open everything that can be folded."""
    visitor.page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")


def _open_menu(visitor: Visitor) -> None:
    visitor.page.locator("summary[aria-label='Your menu']").click()


def _make_token(visitor: Visitor) -> None:
    visitor.fill("Token name", "laptop of today")
    visitor.page.get_by_label("api", exact=True).check()
    visitor.press("Create token")


def _make_deploy_token(visitor: Visitor) -> None:
    visitor.fill("Token name", "build machine of today")
    visitor.page.get_by_label("write_package_registry", exact=True).check()
    visitor.press("Create deploy token")


def _make_access_token(visitor: Visitor) -> None:
    visitor.fill("Token name", "release robot of today")
    visitor.page.get_by_label("api", exact=True).check()
    visitor.press("Create access token")


def _search(visitor: Visitor) -> None:
    visitor.page.get_by_role("combobox", name="Search projects and packages").fill("widg")
    visitor.page.locator(".suggestions a").first.wait_for()


def _make_user(visitor: Visitor) -> None:
    name = f"drawn{id(visitor)}"
    visitor.fill("Username", name)
    visitor.fill("Email", f"{name}@example.com")
    visitor.press("Create user")


# The table ----------------------------------------------------------------------------------------

_PROJECT, _GROUP, _RELEASE = "/{project}/-", "/groups/{group}/-", "/{project}/-/packages/{release}"

SIGHTS = (
    Sight("sign-in", "/users/sign_in", "/users/sign_in", who=""),
    Sight(
        "sign-in-wrong",
        "/users/sign_in",
        "/users/sign_in",
        who="",
        act=_send("Sign in", login="ada", password="wrong"),
    ),
    Sight("start", "/", "/"),
    Sight("start-menu", "/", "/", act=_open_menu),
    Sight("start-suggestions", "/", "/", act=_search),
    Sight("start-newcomer", "/", "/", who="newcomer"),
    Sight("start-nobody", "/", "/", who=""),
    Sight("explore", "/explore", "/explore"),
    Sight("explore-nobody", "/explore", "/explore", who=""),
    Sight("explore-nothing", "/explore", "/explore?q=nothing-is-called-so"),
    Sight("api", "/help/api", "/help/api"),
    Sight("api-filtered", "/help/api", "/help/api?q=post+/projects/{{project}}/members"),
    Sight("api-resource", "/help/api/{resource}", "/help/api/deploy-tokens"),
    Sight("api-resource-nobody", "/help/api/{resource}", "/help/api/projects", who=""),
    Sight("api-resource-absent", "/help/api/{resource}", "/help/api/sheds", status=404),
    Sight("api-nothing", "/help/api", "/help/api?q=nothing-is-called-so", who=""),
    Sight("explore-groups", "/explore/groups", "/explore/groups"),
    Sight("explore-packages", "/explore/packages", "/explore/packages"),
    Sight("explore-packages-nobody", "/explore/packages", "/explore/packages", who=""),
    Sight("explore-packages-nothing", "/explore/packages", "/explore/packages?q=nothing-so"),
    Sight("search", "/search", "/search?q=wi"),
    Sight("search-short", "/search", "/search"),
    Sight("search-nothing", "/search", "/search?q=nothing-is-called-so"),
    Sight("own-profile", f"{_OWN}/profile", f"{_OWN}/profile"),
    Sight(
        "own-profile-wrong",
        f"{_OWN}/profile",
        f"{_OWN}/profile",
        act=_send("Save changes", name="", username="a b", email="ada"),
    ),
    Sight("own-preferences", f"{_OWN}/preferences", f"{_OWN}/preferences"),
    Sight("own-password", f"{_OWN}/password", f"{_OWN}/password"),
    Sight("own-sessions", f"{_OWN}/active_sessions", f"{_OWN}/active_sessions"),
    Sight("own-tokens", f"{_OWN}/personal_access_tokens", f"{_OWN}/personal_access_tokens"),
    Sight(
        "own-tokens-open",
        f"{_OWN}/personal_access_tokens",
        f"{_OWN}/personal_access_tokens",
        act=_open_all,
    ),
    Sight(
        "own-tokens-wrong",
        f"{_OWN}/personal_access_tokens",
        f"{_OWN}/personal_access_tokens",
        act=_send("Create token", name="", expires_at="2020-01-01"),
    ),
    Sight(
        "own-tokens-made",
        f"{_OWN}/personal_access_tokens",
        f"{_OWN}/personal_access_tokens",
        who="ben",
        act=_make_token,
    ),
    Sight(
        "own-tokens-none",
        f"{_OWN}/personal_access_tokens",
        f"{_OWN}/personal_access_tokens",
        who="newcomer",
    ),
    Sight("user", "/{place}", "/ada"),
    Sight("project-new", "/projects/new", "/projects/new"),
    Sight(
        "project-new-wrong",
        "/projects/new",
        "/projects/new",
        act=_send("Create project", name="", path="a b"),
    ),
    Sight("project", "/{place}", "/acme/widgets"),
    Sight("project-empty", "/{place}", "/acme/research/telescope"),
    Sight("project-off", "/{place}", "/acme/no-packages"),
    Sight("project-archived", "/{place}", "/acme/old-widgets"),
    Sight("project-unbroken", "/{place}", f"/acme/{UNBROKEN}"),
    Sight("project-settings", f"{_PROJECT}/settings/general", f"{_WIDGETS}/settings/general"),
    Sight(
        "project-settings-open",
        f"{_PROJECT}/settings/general",
        f"{_WIDGETS}/settings/general",
        act=_open_all,
    ),
    Sight("packages", f"{_PROJECT}/packages", f"{_WIDGETS}/packages"),
    Sight("packages-reporter", f"{_PROJECT}/packages", f"{_WIDGETS}/packages", who="newcomer"),
    Sight("packages-empty", f"{_PROJECT}/packages", "/acme/research/telescope/-/packages"),
    Sight("packages-nothing", f"{_PROJECT}/packages", f"{_WIDGETS}/packages?q=nothing"),
    Sight("packages-unbroken", f"{_PROJECT}/packages", f"/acme/{UNBROKEN}/-/packages"),
    Sight(
        "packages-delete",
        f"{_PROJECT}/packages/delete",
        f"{_WIDGETS}/packages/delete?releases[]={{release}}&releases[]={{small}}",
    ),
    Sight("package", _RELEASE, f"{_WIDGETS}/packages/{{release}}"),
    Sight("package-open", _RELEASE, f"{_WIDGETS}/packages/{{release}}", act=_open_all),
    Sight("package-small", _RELEASE, f"{_WIDGETS}/packages/{{small}}"),
    Sight("package-files", f"{_RELEASE}/files", f"{_WIDGETS}/packages/{{release}}/files"),
    Sight(
        "package-availability",
        f"{_RELEASE}/availability",
        f"{_WIDGETS}/packages/{{release}}/availability",
    ),
    Sight(
        "package-availability-yanked",
        f"{_RELEASE}/availability",
        f"/acme/{UNBROKEN}/-/packages/{{withdrawn}}/availability",
    ),
    Sight(
        "package-files-yanked",
        f"{_RELEASE}/files",
        f"/acme/{UNBROKEN}/-/packages/{{withdrawn}}/files",
    ),
    Sight("package-versions", f"{_RELEASE}/versions", f"{_WIDGETS}/packages/{{release}}/versions"),
    Sight(
        "package-downloads", f"{_RELEASE}/downloads", f"{_WIDGETS}/packages/{{release}}/downloads"
    ),
    Sight("package-simple", f"{_RELEASE}/simple", f"{_WIDGETS}/packages/{{release}}/simple"),
    Sight(
        "package-downloads-none",
        f"{_RELEASE}/downloads",
        f"{_WIDGETS}/packages/{{small}}/downloads",
    ),
    Sight(
        "package-inside-wheel",
        f"{_RELEASE}/files/{{file}}",
        f"{_WIDGETS}/packages/{{release}}/files/{{file}}",
        act=_open_all,
    ),
    Sight(
        "package-inside-sdist",
        f"{_RELEASE}/files/{{file}}",
        f"{_WIDGETS}/packages/{{release}}/files/{{sdist}}?member=aurora-2.1.0/setup.py",
    ),
    Sight("group-new", "/groups/new", "/groups/new"),
    Sight("group", "/{place}", "/acme"),
    Sight("group-small", "/{place}", "/acme/research"),
    Sight("group-packages", f"{_GROUP}/packages", "/groups/acme/-/packages"),
    Sight("group-settings", f"{_GROUP}/settings/general", "/groups/acme/-/settings/general"),
    Sight(
        "group-registry",
        f"{_GROUP}/settings/packages_and_registries",
        "/groups/acme/-/settings/packages_and_registries",
    ),
    Sight(
        "group-registry-below",
        f"{_GROUP}/settings/packages_and_registries",
        "/groups/acme/research/-/settings/packages_and_registries",
    ),
    Sight("project-members", f"{_PROJECT}/project_members", f"{_WIDGETS}/project_members"),
    Sight(
        "project-members-open",
        f"{_PROJECT}/project_members",
        f"{_WIDGETS}/project_members",
        act=_open_all,
    ),
    Sight("group-members", f"{_GROUP}/group_members", "/groups/acme/-/group_members"),
    Sight(
        "project-protection",
        f"{_PROJECT}/settings/packages_and_registries",
        f"{_WIDGETS}/settings/packages_and_registries",
        act=_open_all,
    ),
    Sight(
        "project-protection-none",
        f"{_PROJECT}/settings/packages_and_registries",
        "/acme/research/telescope/-/settings/packages_and_registries",
    ),
    Sight("packages-kept", f"{_PROJECT}/packages", f"{_WIDGETS}/packages?q=small0", who="ben"),
    Sight("package-kept", _RELEASE, f"{_WIDGETS}/packages/{{small}}", who="ben"),
    Sight(
        "project-access-tokens",
        f"{_PROJECT}/settings/access_tokens",
        f"{_WIDGETS}/settings/access_tokens",
        act=_open_all,
    ),
    Sight(
        "project-access-tokens-made",
        f"{_PROJECT}/settings/access_tokens",
        "/acme/research/telescope/-/settings/access_tokens",
        act=_make_access_token,
    ),
    Sight(
        "group-access-tokens",
        f"{_GROUP}/settings/access_tokens",
        "/groups/acme/-/settings/access_tokens",
    ),
    Sight(
        "project-job-tokens",
        f"{_PROJECT}/settings/ci_cd",
        f"{_WIDGETS}/settings/ci_cd",
        act=_open_all,
    ),
    Sight(
        "project-job-tokens-none",
        f"{_PROJECT}/settings/ci_cd",
        "/acme/research/telescope/-/settings/ci_cd",
    ),
    Sight(
        "project-deploy-tokens",
        f"{_PROJECT}/settings/deploy_tokens",
        f"{_WIDGETS}/settings/deploy_tokens",
    ),
    Sight(
        "project-deploy-tokens-made",
        f"{_PROJECT}/settings/deploy_tokens",
        "/acme/research/telescope/-/settings/deploy_tokens",
        act=_make_deploy_token,
    ),
    Sight(
        "group-deploy-tokens",
        f"{_GROUP}/settings/deploy_tokens",
        "/groups/acme/-/settings/deploy_tokens",
        act=_open_all,
    ),
    Sight("admin", "/admin", "/admin", who="root"),
    Sight("admin-projects", "/admin/projects", "/admin/projects", who="root"),
    Sight("admin-groups", "/admin/groups", "/admin/groups", who="root"),
    Sight("admin-packages", "/admin/packages", "/admin/packages", who="root"),
    Sight("admin-storage", "/admin/storage", "/admin/storage?count=1", who="root"),
    Sight("admin-settings", "/admin/settings", "/admin/settings", who="root"),
    Sight("admin-journal", "/admin/journal", "/admin/journal", who="root", act=_open_all),
    Sight("admin-health", "/admin/health", "/admin/health", who="root"),
    Sight("admin-users", "/admin/users", "/admin/users", who="root"),
    Sight("admin-user-new", "/admin/users/new", "/admin/users/new", who="root"),
    Sight("admin-user-made", "/admin/users/new", "/admin/users/new", who="root", act=_make_user),
    Sight("admin-user", "/admin/users/{user}", "/admin/users/{user}", who="root", act=_open_all),
    Sight("admin-user-bot", "/admin/users/{user}", "/admin/users/{bot}", who="root"),
    Sight("admin-user-blocked", "/admin/users/{user}", "/admin/users/{blocked}", who="root"),
    Sight("refused-403", "/admin", "/admin", status=403),
    Sight("refused-404", "/{place}", "/there/is/nothing/here", status=404),
    Sight("refused-404-nobody", "/{place}", "/there/is/nothing/here", who="", status=404),
)

NO_PAGES = {
    "/assets/{digest}/{name}": "a file",
    "/search/suggestions": "a part of every page",
    "/groups/{group}": "leads to the home of the group",
    f"{_RELEASE}/files/{{file}}/download": "a file",
    "/admin/journal.csv": "a file",
    "/admin/journal.jsonl": "a file",
    **dict.fromkeys(moved.ADDRESSES, "leads to where it is now"),
}
"""Routes that show no page, and why."""


def list_routes(registry: Registry, method: str) -> list[Route]:
    """The routes of the pages that take a method."""
    return [
        route
        for route in page_routes(registry, Turns(), Outline((), ()))
        if route.methods and method in route.methods
    ]


def path_of(route: Route) -> str:
    """The path of a route without the kinds of its parameters."""
    return route.path.replace(":full_path", "")
