"""The pages as a table: for each route who may use it, and a request that shows whether they can.

An open way leads somewhere that a refusal does not lead to.  Nothing that other cells need is
changed: what is sent is incomplete, or says what is so already, or is about something that was
made for this one cell.
"""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.routing import Route

from tests.pages.policy import Anybody, Outcome, Place, Policy, SignedIn
from tests.pages.visitor import Visitor
from tests.pages.world import Looker, Quarter, World, new_looker, new_release
from wheelyard.access import Role
from wheelyard.protection import Level
from wheelyard.registry import Registry
from wheelyard.web.pages import assets
from wheelyard.web.pages.account import moved
from wheelyard.web.routes import routes

DEVELOPER, MAINTAINER, OWNER = Role.DEVELOPER, Role.MAINTAINER, Role.OWNER

_NUMBERS = itertools.count(1)

Names = dict[str, str]
"""What stands in the place of a path's parameters."""

Reached = Callable[[httpx.Response], bool]
Key = tuple[str, str]


@dataclass(frozen=True)
class Row:
    """One route."""

    policy: Policy
    reached: Reached
    sent: Mapping[str, str] = field(default_factory=dict)
    fresh: Callable[[World, Quarter, Looker], Names] | None = None
    spends: bool = False
    """Whether it ends the session."""

    @property
    def about_place(self) -> bool:
        return isinstance(self.policy, Place)


# How a way is seen to be open ---------------------------------------------------------------------


def shows(status: int = 200) -> Reached:
    """A page of its own, or a form again with what is wrong."""
    return lambda answer: answer.status_code == status


def says(status: int, words: str) -> Reached:
    """A page with these words."""
    return lambda answer: answer.status_code == status and words in answer.text


def leads(*addresses: str) -> Reached:
    """To another page: to one that ends like this, which asking to sign in does not."""
    return lambda answer: (
        answer.status_code == 303 and answer.headers["location"].endswith(addresses)
    )


def shows_or_leads(*addresses: str) -> Reached:
    """Either."""
    return lambda answer: shows()(answer) or leads(*addresses)(answer)


def leads_home(answer: httpx.Response) -> bool:
    """To the home of a place."""
    return answer.status_code == 303 and not answer.headers["location"].startswith("/users/")


# What is made for one cell ------------------------------------------------------------------------


def release_to_spoil(world: World, quarter: Quarter, who: Looker) -> Names:
    """A release and its file."""
    del who
    release, file = new_release(world.town, quarter.project)
    return {"release": str(release.id), "file": str(file.id), "releases[]": str(release.id)}


def own_token_to_spoil(world: World, quarter: Quarter, who: Looker) -> Names:
    """A token of whoever looks."""
    del quarter
    user = who.user or world.bystander
    return {"token": str(world.town.token(user).token.id)}


def deploy_token_of_project(world: World, quarter: Quarter, who: Looker) -> Names:
    """A deploy token of the project."""
    del who
    minted = world.town.deploy_token(quarter.project, "read_package_registry")
    return {"token": str(minted.token.id)}


def deploy_token_of_group(world: World, quarter: Quarter, who: Looker) -> Names:
    """A deploy token of the group."""
    del who
    minted = world.town.deploy_token(quarter.group, "read_package_registry")
    return {"token": str(minted.token.id)}


def rule_to_spoil(world: World, quarter: Quarter, who: Looker) -> Names:
    """A protection rule of the project, of packages that it has not."""
    del who
    pattern = f"spoil{next(_NUMBERS)}"
    return {"rule": str(world.town.protect(quarter.project, pattern, delete=Level.OWNER).id)}


def access_token_of_project(world: World, quarter: Quarter, who: Looker) -> Names:
    """An access token of the project, of the least role."""
    del who
    return {"token": str(world.town.access_token(quarter.project, Role.GUEST).token.id)}


def access_token_of_group(world: World, quarter: Quarter, who: Looker) -> Names:
    """An access token of the group, of the least role."""
    del who
    return {"token": str(world.town.access_token(quarter.group, Role.GUEST).token.id)}


def guest_project(world: World, quarter: Quarter, who: Looker) -> Names:
    """A project whose job tokens are admitted."""
    del who
    guest = world.town.project()
    world.town.admit(quarter.project, guest)
    return {"guest": str(guest.id)}


def guest_group(world: World, quarter: Quarter, who: Looker) -> Names:
    """The same of a group."""
    del who
    guest = world.town.group()
    world.town.admit(quarter.project, guest)
    return {"guest": str(guest.id)}


def member_of_project(world: World, quarter: Quarter, who: Looker) -> Names:
    """A guest of the project."""
    del who
    user = world.town.join(world.town.user(), quarter.project, Role.GUEST)
    return {"user": str(user.id)}


def member_of_group(world: World, quarter: Quarter, who: Looker) -> Names:
    """A guest of the group."""
    del who
    return {"user": str(world.town.join(world.town.user(), quarter.group, Role.GUEST).id)}


def user_to_spoil(world: World, quarter: Quarter, who: Looker) -> Names:
    """A user and a token of theirs."""
    del quarter, who
    user = world.town.user()
    return {"user": str(user.id), "token": str(world.town.token(user).token.id)}


# The rows -----------------------------------------------------------------------------------------


def reading(role: Role = Role.NONE, **more: Any) -> Row:
    """A page about a place, for whoever sees it and has this role."""
    return Row(Place(role), shows(), **more)


def changing(role: Role, reached: Reached | None = None, **more: Any) -> Row:
    """A form about a place; sent empty it is shown again."""
    return Row(Place(role, signed_in=True), reached or shows(422), **more)


def own(reached: Reached | None = None, **more: Any) -> Row:
    """A page for whoever is signed in."""
    return Row(SignedIn(), reached or shows(), **more)


def administering(reached: Reached | None = None, **more: Any) -> Row:
    """A page for administrators."""
    return Row(SignedIn(admin=True), reached or shows(), **more)


ANYBODY = Anybody()
SETTINGS = "/-/user_settings"
TOKENS = f"{SETTINGS}/personal_access_tokens"
PROJECT, GROUP = "/{project}/-", "/groups/{group}/-"
RULES = f"{PROJECT}/settings/packages_and_registries"
RELEASE = f"{PROJECT}/packages/{{release}}"
SAVED = "/-/settings/general"


def rows_of_place(place: str, manager: Role, deployer: Role) -> dict[Key, Row]:
    """The pages that projects and groups have alike."""
    members = f"{place}/{'project' if place == PROJECT else 'group'}_members"
    tokens = f"{place}/settings/deploy_tokens"
    bots = f"{place}/settings/access_tokens"
    bot = access_token_of_project if place == PROJECT else access_token_of_group
    member = member_of_project if place == PROJECT else member_of_group
    token = deploy_token_of_project if place == PROJECT else deploy_token_of_group
    revoking = Row(Place(deployer), leads("/deploy_tokens"), fresh=token)
    return {
        ("GET", members): Row(Place(signed_in=True), shows()),
        ("POST", members): changing(manager),
        ("POST", f"{members}/{{user}}/edit"): changing(manager, fresh=member),
        ("POST", f"{members}/{{user}}/remove"): changing(manager, leads("_members"), fresh=member),
        ("GET", bots): Row(Place(manager, signed_in=True), shows()),
        ("POST", bots): changing(manager),
        ("POST", f"{bots}/{{token}}/rotate"): changing(manager, leads("/access_tokens"), fresh=bot),
        ("POST", f"{bots}/{{token}}/revoke"): changing(manager, leads("/access_tokens"), fresh=bot),
        ("GET", tokens): reading(MAINTAINER),
        ("POST", tokens): Row(Place(deployer), shows(422)),
        ("POST", f"{tokens}/{{token}}/revoke"): revoking,
    }


ROWS: dict[Key, Row] = {
    ("GET", "/assets/{digest}/{name}"): Row(ANYBODY, shows()),
    ("GET", "/users/sign_in"): Row(ANYBODY, shows_or_leads("/")),
    ("POST", "/users/sign_in"): Row(ANYBODY, says(403, "The name or the password is not right")),
    ("POST", "/users/sign_out"): Row(ANYBODY, leads("/users/sign_in"), spends=True),
    ("POST", "/-/preferences"): Row(ANYBODY, leads("/")),
    ("GET", "/"): Row(SignedIn(), shows()),
    ("GET", "/explore"): Row(ANYBODY, shows()),
    ("GET", "/explore/groups"): Row(ANYBODY, shows()),
    ("GET", "/explore/packages"): Row(ANYBODY, shows()),
    ("GET", "/search"): Row(ANYBODY, shows()),
    ("GET", "/help/api"): Row(ANYBODY, shows()),
    ("GET", "/help/api/{resource}"): Row(ANYBODY, shows()),
    ("GET", "/search/suggestions"): Row(ANYBODY, shows()),
    **{("GET", old): Row(ANYBODY, leads(to)) for old, to in moved.ADDRESSES.items()},
    ("GET", f"{SETTINGS}/profile"): own(),
    ("POST", f"{SETTINGS}/profile"): own(shows(422)),
    ("GET", f"{SETTINGS}/preferences"): own(),
    ("POST", f"{SETTINGS}/preferences"): own(leads("/preferences")),
    ("GET", f"{SETTINGS}/password"): own(),
    ("POST", f"{SETTINGS}/password"): own(shows(422)),
    ("GET", f"{SETTINGS}/active_sessions"): own(),
    ("POST", f"{SETTINGS}/active_sessions/end"): own(leads("/active_sessions")),
    ("POST", f"{SETTINGS}/active_sessions/end_others"): own(leads("/active_sessions")),
    ("GET", TOKENS): own(),
    ("POST", TOKENS): own(shows(422)),
    ("POST", f"{TOKENS}/{{token}}/rotate"): own(
        leads("/personal_access_tokens"), fresh=own_token_to_spoil
    ),
    ("POST", f"{TOKENS}/{{token}}/revoke"): own(
        leads("/personal_access_tokens"), fresh=own_token_to_spoil
    ),
    ("GET", "/projects/new"): own(),
    ("POST", "/projects/new"): own(shows(422)),
    ("GET", f"{PROJECT}/settings/general"): Row(Place(MAINTAINER, signed_in=True), shows()),
    ("POST", f"{PROJECT}/settings/general"): changing(MAINTAINER),
    ("POST", f"{PROJECT}/settings/permissions"): changing(MAINTAINER, leads(SAVED)),
    ("POST", f"{PROJECT}/settings/packages"): changing(MAINTAINER, leads(SAVED)),
    ("POST", f"{PROJECT}/settings/path"): changing(OWNER),
    ("POST", f"{PROJECT}/settings/transfer"): changing(OWNER),
    ("POST", f"{PROJECT}/settings/archive"): changing(
        OWNER, leads(SAVED), sent={"archived": "false"}
    ),
    ("POST", f"{PROJECT}/settings/delete"): changing(OWNER),
    ("GET", RULES): Row(Place(MAINTAINER, signed_in=True), shows()),
    ("POST", RULES): changing(MAINTAINER),
    ("POST", f"{RULES}/{{rule}}/edit"): changing(
        MAINTAINER, leads("/packages_and_registries"), fresh=rule_to_spoil, sent={"push": "owner"}
    ),
    ("POST", f"{RULES}/{{rule}}/delete"): changing(
        MAINTAINER, leads("/packages_and_registries"), fresh=rule_to_spoil
    ),
    ("GET", f"{PROJECT}/settings/ci_cd"): Row(Place(MAINTAINER, signed_in=True), shows()),
    ("POST", f"{PROJECT}/settings/ci_cd"): changing(MAINTAINER),
    ("POST", f"{PROJECT}/settings/ci_cd/admit"): changing(MAINTAINER),
    ("POST", f"{PROJECT}/settings/ci_cd/projects/{{guest}}/dismiss"): changing(
        MAINTAINER, leads("/ci_cd"), fresh=guest_project
    ),
    ("POST", f"{PROJECT}/settings/ci_cd/groups/{{guest}}/dismiss"): changing(
        MAINTAINER, leads("/ci_cd"), fresh=guest_group
    ),
    **rows_of_place(PROJECT, manager=MAINTAINER, deployer=MAINTAINER),
    **rows_of_place(GROUP, manager=OWNER, deployer=OWNER),
    ("GET", f"{PROJECT}/packages"): reading(),
    ("POST", f"{PROJECT}/packages/upload"): Row(Place(DEVELOPER), shows(422)),
    ("GET", f"{PROJECT}/packages/delete"): reading(MAINTAINER, fresh=release_to_spoil),
    ("POST", f"{PROJECT}/packages/delete"): Row(
        Place(MAINTAINER), leads("/-/packages"), fresh=release_to_spoil
    ),
    ("GET", RELEASE): reading(),
    ("GET", f"{RELEASE}/files"): reading(),
    ("GET", f"{RELEASE}/versions"): reading(),
    ("GET", f"{RELEASE}/downloads"): reading(),
    ("GET", f"{RELEASE}/simple"): reading(),
    ("POST", f"{RELEASE}/delete"): Row(
        Place(MAINTAINER), leads("/-/packages"), fresh=release_to_spoil
    ),
    ("GET", f"{RELEASE}/availability"): reading(MAINTAINER, fresh=release_to_spoil),
    ("POST", f"{RELEASE}/yank"): Row(
        Place(MAINTAINER), leads("/availability"), fresh=release_to_spoil
    ),
    ("POST", f"{RELEASE}/unyank"): Row(
        Place(MAINTAINER), leads("/availability"), fresh=release_to_spoil
    ),
    ("POST", f"{RELEASE}/files/yank"): Row(Place(MAINTAINER), shows(422), fresh=release_to_spoil),
    ("POST", f"{RELEASE}/files/{{file}}/unyank"): Row(
        Place(MAINTAINER), leads("/availability"), fresh=release_to_spoil
    ),
    ("POST", f"{RELEASE}/status"): Row(Place(MAINTAINER), shows(422), fresh=release_to_spoil),
    ("GET", f"{RELEASE}/files/{{file}}"): reading(),
    ("POST", f"{RELEASE}/files/{{file}}/delete"): Row(
        Place(MAINTAINER), leads("/-/packages"), fresh=release_to_spoil
    ),
    ("GET", f"{RELEASE}/files/{{file}}/download"): reading(),
    ("GET", "/groups/new"): own(),
    ("POST", "/groups/new"): own(shows(422)),
    ("GET", "/groups/{group}"): Row(Place(), leads_home),
    ("GET", f"{GROUP}/packages"): reading(),
    ("GET", f"{GROUP}/settings/general"): Row(Place(OWNER, signed_in=True), shows()),
    ("POST", f"{GROUP}/settings/general"): changing(OWNER),
    ("POST", f"{GROUP}/settings/path"): changing(OWNER),
    ("GET", f"{GROUP}/settings/packages_and_registries"): Row(
        Place(OWNER, signed_in=True), shows()
    ),
    ("POST", f"{GROUP}/settings/packages"): changing(OWNER, leads("/packages_and_registries")),
    ("POST", f"{GROUP}/settings/forwarding"): changing(OWNER, leads("/packages_and_registries")),
    ("POST", f"{GROUP}/settings/delete"): changing(OWNER),
    **{
        ("GET", f"/admin{page}"): administering()
        for page in (
            "",
            "/projects",
            "/groups",
            "/packages",
            "/storage",
            "/settings",
            "/journal",
            "/journal.csv",
            "/journal.jsonl",
            "/health",
            "/users",
            "/users/new",
            "/users/{user}",
        )
    },
    ("POST", "/admin/packages"): administering(leads("/admin/packages")),
    ("POST", "/admin/packages/forwarding"): administering(leads("/admin/packages")),
    ("POST", "/admin/users/new"): administering(shows(422)),
    ("POST", "/admin/users/{user}"): administering(shows(422)),
    ("POST", "/admin/users/{user}/delete"): administering(shows(422)),
    **{
        ("POST", f"/admin/users/{{user}}/{form}"): administering(leads_home, fresh=user_to_spoil)
        for form in ("block", "unblock", "sessions/end", "tokens/{token}/revoke")
    },
    ("GET", "/{place}"): reading(),
}

UPLOAD = ("POST", f"{PROJECT}/packages/upload")
ON_PACKAGES = [key for key in ROWS if key[1].startswith(f"{PROJECT}/packages")]
FORMS = [key for key in ROWS if key[0] == "POST"]
"""Every route that changes something."""

PAGES = [key for key in ROWS if key[0] == "GET"]


def list_page_routes(registry: Registry) -> set[Key]:
    """The method and path of every route of pages."""
    found = set()
    for route in routes(registry):
        assert isinstance(route, Route)
        if type(route.endpoint).__module__.startswith("wheelyard.web.pages"):
            assert route.methods is not None, f"{route.path} answers every method"
            path = route.path.replace(":full_path}", "}")
            found |= {(method, path) for method in route.methods - {"HEAD"}}
    return found


# Asking -------------------------------------------------------------------------------------------


def names_of(world: World, quarter: Quarter, row: Row, who: Looker) -> Names:
    """What stands in the place of a path's parameters for one cell."""
    digest, name = assets.url("style.css").split("/")[-2:]
    names = {
        "project": quarter.project.full_path,
        "group": quarter.group.full_path,
        "place": quarter.project.full_path,
        "release": str(quarter.release.id),
        "file": str(quarter.file.id),
        "user": str(world.bystander.id),
        "token": "0",
        "rule": "0",
        "digest": digest,
        "name": name,
        "resource": "projects",
    }
    return names | (row.fresh(world, quarter, who) if row.fresh else {})


def ask(
    world: World,
    quarter: Quarter,
    key: Key,
    who: Looker,
    *,
    headers: Mapping[str, str] | None = None,
    token: str | None = None,
    names: Names | None = None,
) -> httpx.Response:
    """Make the request of one cell, as a browser does."""
    row = ROWS[key]
    names = names or names_of(world, quarter, row, who)
    if not row.spends or token is not None:
        return _send(key, names, who.visitor, headers, token)
    with new_looker(world.town, who.label, who.kind, who.role, who.user).visitor as visitor:
        return _send(key, names, visitor, headers, token)


def _send(
    key: Key,
    names: Names,
    visitor: Visitor,
    headers: Mapping[str, str] | None,
    token: str | None,
) -> httpx.Response:
    path = key[1].format(**names)
    chosen = {name: text for name, text in names.items() if name.endswith("[]")}
    if key[0] == "GET":
        return visitor.http.get(path, params=chosen or None, headers=headers)
    given = visitor.form_token if token is None else token
    sent = {"form_token": given, **chosen, **ROWS[key].sent}
    files = {"nothing": b""} if key == UPLOAD else None
    return visitor.http.post(path, data=sent, files=files, headers=headers)


_REFUSALS = ("You may not do this", "You are not allowed to do this")
"""On a page of its own, or above the form that was sent."""


def outcome_of(row: Row, answer: httpx.Response) -> Outcome | str:
    """What a page did, as far as it is one of what it may do."""
    if row.reached(answer):
        return Outcome.REACHED
    status = answer.status_code
    if status == 303 and answer.headers["location"].startswith("/users/sign_in"):
        return Outcome.ASKED
    if status == 404 and "There is no such page" in answer.text:
        return Outcome.NOT_FOUND
    if status == 403 and any(words in answer.text for words in _REFUSALS):
        return Outcome.REFUSED
    return f"{status} {answer.headers.get('location', '')}"
