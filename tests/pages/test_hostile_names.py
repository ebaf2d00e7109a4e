"""Whatever people write into names and metadata is text on every page, and nothing else."""

import itertools
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from markupsafe import escape

from tests.actors import Installation
from tests.builders import Dist, metadata, sdist, wheel
from tests.pages import markup
from tests.pages.visitor import Visitor, visiting
from wheelyard import groups, packages, projects, tokens, users
from wheelyard.access import Role, TokenKind, Visibility
from wheelyard.groups import NewGroup
from wheelyard.journal import OPERATOR
from wheelyard.namespaces import Namespace
from wheelyard.projects import NewProject, Project
from wheelyard.registry import utc_now
from wheelyard.tokens import Holder, NewToken
from wheelyard.users import NewUser, User

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1) zxss>',
    "' onmouseover=alert(1) zxss='",
    "</title></textarea></select><svg onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7*7 }}{% raw %}%(name)s",
    "<!--<a zxss href='javascript:alert(1)'>",
)
_numbers = itertools.count(1)


class Place:
    """A group and a project with one payload in every name, and who owns them."""

    def __init__(self, town: Installation, payload: str) -> None:
        self.town, self.payload, self.at = town, payload, utc_now()
        number = next(_numbers)
        with town.database.write() as conn:
            new = NewUser(
                f"hostile{number}", payload, f"hostile{number}@example.com", None, is_admin=True
            )
            self.user = users.create(conn, new, by=OPERATOR, at=self.at)
            made = NewGroup(payload, f"hostile-group{number}", payload, Visibility.PUBLIC)
            self.group = groups.create(conn, made, None, by=OPERATOR, at=self.at)
            fresh = NewProject(payload, f"hostile{number}", payload, Visibility.PUBLIC)
            self.project = projects.create(conn, fresh, self.group, by=OPERATOR, at=self.at)
        town.join(self.user, self.group, Role.OWNER)
        self._mint(TokenKind.PERSONAL, Holder(user_id=self.user.id), "api")
        self._mint(TokenKind.DEPLOY, Holder(project_id=self.project.id), "read_package_registry")
        self._mint(TokenKind.DEPLOY, Holder(namespace_id=self.group.id), "read_package_registry")

    def _mint(self, kind: TokenKind, holder: Holder, scope: str) -> None:
        new = NewToken(kind, holder, self.payload, (scope,), description=self.payload)
        with self.town.database.write() as conn:
            tokens.mint(conn, new, by=OPERATOR, at=self.at)


@pytest.fixture(params=PAYLOADS)
def place(town: Installation, request: pytest.FixtureRequest) -> Place:
    """A place for each payload."""
    return Place(town, request.param)


@pytest.fixture
def owner(town: Installation, place: Place) -> Iterator[Visitor]:
    """The owner's browser."""
    with visiting(town, place.user) as visitor:
        yield visitor


def hostile_metadata(name: str, payload: str) -> bytes:
    """A METADATA file with a payload in every field that takes text."""
    fields = (
        ("Summary", payload),
        ("Home-page", payload),
        ("Download-URL", payload),
        ("Author", payload),
        ("Author-email", f"{payload} <a@example.com>, {payload}"),
        ("Maintainer", payload),
        ("Maintainer-email", payload),
        ("License", payload),
        ("License-Expression", payload),
        ("License-File", payload),
        ("Keywords", f"a,{payload},b"),
        ("Classifier", payload),
        ("Classifier", f"Topic :: {payload}"),
        ("Project-URL", f"{payload}, https://example.com/{payload}"),
        ("Project-URL", f"Docs, {payload}"),
        ("Project-URL", "Script, javascript:alert(1)"),
        ("Project-URL", "Script, JAVASCRIPT:alert(1)//https://example.com"),
        ("Project-URL", "Tab, java\tscript:alert(1)"),
        ("Project-URL", "Data, data:text/html;base64,PHNjcmlwdD4="),
        ("Project-URL", 'Quote, https://example.com/" onclick="alert(1)'),
        ("Requires-Dist", payload),
        ("Requires-Dist", f"demo ; extra == {payload!r}"),
        ("Requires-Dist", f"demo @ {payload}"),
        ("Requires-Dist", "demo @ javascript:alert(1)"),
        ("Requires-External", payload),
        ("Provides-Extra", payload),
        ("Provides-Dist", payload),
        ("Obsoletes-Dist", payload),
        ("Platform", payload),
        ("Dynamic", payload),
        ("Import-Name", payload),
    )
    extra = "".join(f"{field}: {text}\n" for field, text in fields)
    return metadata(name, "1.0", extra=extra)


def hostile_files(payload: str) -> dict[str, bytes]:
    """Members whose names are payloads, as far as an archive may hold them."""
    name = payload.replace("/", "_").replace("\\", "_").replace(":", "_")
    return {f"hostile/{name}.py": payload.encode(), f"hostile/{name}": payload.encode()}


def publish(town: Installation, project: Project, dist: Dist, payload: str) -> None:
    """Publish over HTTP, with the payload as the form's summary too."""
    with town.holding(town.deploy_token(project, "write_package_registry")) as robot:
        answer = robot.publish(project, dist, summary=payload)
    assert answer.status_code == 201, answer.text


def harmless(visitor: Visitor, path: str, payload: str, *, status: int = 200) -> str:
    """Look at a page: nothing of it runs, and the payload is no markup."""
    answer = visitor.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    assert markup.find_active(markup.read(answer.text)) == [], path
    if "<" in payload:
        assert payload not in answer.text, path
    return answer.text


def of_project(project: Project) -> Iterator[str]:
    """The pages about a project."""
    yield f"/{project.full_path}"
    yield f"/{project.full_path}/-/packages"
    yield f"/{project.full_path}/-/project_members"
    yield f"/{project.full_path}/-/settings/general"
    yield f"/{project.full_path}/-/settings/access_tokens"
    yield f"/{project.full_path}/-/settings/ci_cd"
    yield f"/{project.full_path}/-/settings/deploy_tokens"


def of_group(group: Namespace) -> Iterator[str]:
    """The pages about a group."""
    yield f"/{group.full_path}"
    yield f"/groups/{group.full_path}/-/group_members"
    yield f"/groups/{group.full_path}/-/settings/access_tokens"
    yield f"/groups/{group.full_path}/-/settings/deploy_tokens"


def of_people(user: User) -> Iterator[str]:
    """The pages about a user, and those that list everything."""
    yield f"/{user.username}"
    yield "/"
    yield "/-/user_settings/profile"
    yield "/-/user_settings/personal_access_tokens"
    yield "/-/user_settings/active_sessions"
    yield "/projects/new"
    yield "/explore?q=hostile"
    yield "/explore/groups?q=hostile"
    yield "/search?q=hostile"
    yield "/search/suggestions?q=hostile"


def test_names_and_descriptions_are_text(place: Place, owner: Visitor) -> None:
    seen = ""
    for path in (*of_project(place.project), *of_group(place.group), *of_people(place.user)):
        seen += harmless(owner, path, place.payload)

    assert seen.count(escape(place.payload)) > 10


@pytest.mark.parametrize("make", [wheel, sdist])
def test_metadata_and_members_are_text(
    town: Installation, place: Place, owner: Visitor, make: object
) -> None:
    name = f"hostile{next(_numbers)}"
    described = hostile_metadata(name, place.payload)
    files = hostile_files(place.payload)
    if make is wheel:
        dist = wheel(name, "1.0", described=described, files=files)
    else:
        stem = f"{name}-1.0"
        inside = {f"{stem}/{path}": content for path, content in files.items()}
        dist = sdist(name, "1.0", files={**inside, f"{stem}/PKG-INFO": described})
    publish(town, place.project, dist, place.payload)
    with town.database.read() as conn:
        release = packages.latest_packages(conn, place.project.id, limit=1)[0].release
        file = packages.all_files(conn, release)[0].file
    page = f"/{place.project.full_path}/-/packages/{release.id}"

    text = harmless(owner, page, place.payload)
    for below in ("/files", "/versions", "/downloads", f"/files/{file.id}"):
        harmless(owner, page + below, place.payload)
    for member in files:
        for path in (member, f"{name}-1.0/{member}"):
            query = str(owner.http.build_request("GET", "/", params={"member": path}).url.query)
            harmless(owner, f"{page}/files/{file.id}?{query[2:-1]}", place.payload)

    assert escape(place.payload) in text
    links = [e.attributes.get("href", "") for e in markup.read(text).all("a")]
    assert not [link for link in links if link.lower().lstrip().startswith(("javascript", "data"))]


def test_what_is_typed_into_a_query_or_a_form_is_text(place: Place, owner: Visitor) -> None:
    payload = place.payload
    for path in (
        "/search",
        "/search/suggestions",
        "/explore",
        "/explore/groups",
        "/users/sign_in",
        f"/{place.project.full_path}/-/packages",
        f"/{place.project.full_path}/-/project_members",
        f"/{place.group.full_path}",
        "/-/user_settings/personal_access_tokens",
        "/nothing/here",
    ):
        for field in ("q", "page", "sort", "name", "return_to", "credential", "member", "scopes"):
            answer = owner.get(path, **{field: payload})
            assert markup.find_active(markup.read(answer.text)) == [], (path, field)
            assert "<" not in payload or payload not in answer.text, (path, field)
    settings = f"/{place.project.full_path}/-/settings"
    for path, fields in (
        ("/-/user_settings/profile", ("name", "username", "email")),
        ("/-/user_settings/personal_access_tokens", ("description", "expires_at", "scopes[]")),
        ("/-/user_settings/preferences", ("zone",)),
        ("/projects/new", ("name", "path", "description", "visibility", "namespace_id")),
        (f"{settings}/general", ("description",)),
        (f"{settings}/path", ("path",)),
        (f"{settings}/packages", ("max_file_mb", "duplicates")),
        (f"{settings}/transfer", ("namespace_id", "confirmation")),
        (f"{settings}/delete", ("confirmation",)),
        (f"{settings}/access_tokens", ("description", "access_level", "scopes[]")),
        (f"{settings}/ci_cd/admit", ("path",)),
        (f"{settings}/deploy_tokens", ("username", "expires_at", "scopes[]")),
        (f"/{place.project.full_path}/-/project_members", ("login", "access_level", "expires_at")),
        ("/users/sign_in", ("login", "password", "return_to")),
    ):
        owner.get("/-/user_settings/profile")
        answer = owner.post(path, dict.fromkeys(fields, payload))
        assert answer.status_code in {403, 409, 422}, (path, answer.status_code)
        assert markup.find_active(markup.read(answer.text)) == [], path
        assert "<" not in payload or payload not in answer.text, path


def test_headers_and_cookies_are_text(town: Installation, place: Place, owner: Visitor) -> None:
    payload = place.payload
    answer = owner.http.get(
        f"/{place.project.full_path}",
        headers={"Host": f"evil.example.com:80{payload}", "User-Agent": payload},
    )
    assert markup.find_active(markup.read(answer.text)) == []
    for name in ("theme", "zone", "fixed_zone", "language", "credential", "sort", "notice"):
        cookie = f'wheelyard_{name}="{payload}"'.replace(";", "")
        shown = owner.http.get(
            f"{town.url}/{place.project.full_path}/-/packages", headers={"cookie": cookie}
        )
        assert shown.status_code == 200, name
        assert markup.find_active(markup.read(shown.text)) == [], name


@pytest.mark.parametrize("turning", ["\u202e", "\u2067", "\u200f"])
def test_nothing_turns_the_direction_of_a_page(town: Installation, turning: str) -> None:
    place = Place(town, f"back{turning}wards")
    described = hostile_metadata("demo", place.payload)
    dist = wheel(described=described, files=hostile_files(place.payload))
    publish(town, place.project, dist, place.payload)
    with town.database.read() as conn:
        release = packages.latest_packages(conn, place.project.id, limit=1)[0].release
        file = packages.all_files(conn, release)[0].file
    home = f"/{place.project.full_path}/-/packages/{release.id}"
    looked_at = [
        *of_project(place.project),
        *of_group(place.group),
        home,
        f"{home}/files/{file.id}",
    ]

    with visiting(town, place.user) as visitor:
        seen = "".join(visitor.get(path).text for path in looked_at)

    assert turning not in seen
    assert seen.count("backwards") > len(looked_at)
    assert quote(turning) in seen  # the link to a member still leads to it
