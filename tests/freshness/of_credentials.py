"""Changes of credentials: each is made, used, and taken back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.actors import Installation, basic
from tests.freshness.lines import Line
from tests.freshness.looks import Look, status
from tests.freshness.rounds import Change
from tests.freshness.scene import NOBODY, Scene
from wheelyard import sessions
from wheelyard.access import Role
from wheelyard.journal import OPERATOR
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project
from wheelyard.registry import utc_now
from wheelyard.tokens import Minted


@dataclass
class Held:
    """The credential of now: its id, and the headers that present it."""

    id: int
    headers: dict[str, str]


def _held(minted: Minted, username: str = "__token__") -> Held:
    return Held(minted.token.id, basic(minted, username))


def _told(token: dict[str, object], username: str = "__token__") -> Held:
    """What a call tells that makes a token."""
    assert isinstance(token["id"], int)
    return Held(token["id"], basic(str(token["token"]), username))


def _as_refused(scene: Scene, held: Held) -> Sequence[Look]:
    """What is looked at by a credential that is refused when it is over."""
    return scene.reads(held.headers, here=401, elsewhere=401, place=401)


def _as_nobody(scene: Scene, held: Held) -> Sequence[Look]:
    """The same by one that stands for nobody then, who sees the group."""
    return scene.reads(held.headers, here=401, elsewhere=404)


def _as_nobody_here(scene: Scene, held: Held) -> Sequence[Look]:
    """The same by one that opens the project alone."""
    return scene.reads_here(held.headers, 401)


def _taken(
    scene: Scene,
    make: Callable[[Line], Held],
    take: Callable[[Line, int], object],
    first: Held,
    looks: Callable[[Scene, Held], Sequence[Look]] = _as_refused,
) -> Change:
    """A credential that is taken back, and another one made."""
    held = [first]

    def renew(line: Line) -> None:
        held[0] = make(line)

    return Change(
        do=lambda line: take(line, held[0].id),
        undo=renew,
        looks=lambda: looks(scene, held[0]),
    )


def personal_token_revoked(scene: Scene) -> Change:
    """A personal access token is revoked, and the next one works at once."""

    def make(line: Line) -> Held:
        path = f"/users/{scene.user.id}/personal_access_tokens"
        return _told(scene.call(line, "POST", path, name="next", scopes=["read_api"]))

    return _taken(
        scene,
        make,
        lambda line, number: scene.call(line, "DELETE", f"/personal_access_tokens/{number}"),
        _held(scene.token("read_api")),
    )


def personal_token_rotated(scene: Scene) -> Change:
    """A personal access token gives way to its successor."""
    held, following = [_held(scene.token("api"))], [_held(scene.token("api"))]

    def rotate(line: Line) -> None:
        path = f"/personal_access_tokens/{held[0].id}/rotate"
        following[0] = _told(scene.call(line, "POST", path))

    def follow(line: Line) -> None:
        del line
        held[0] = following[0]

    return Change(
        do=rotate,
        undo=follow,
        looks=lambda: scene.reads(held[0].headers, here=401, elsewhere=401, place=401),
    )


def access_token_revoked(scene: Scene) -> Change:
    """An access token of the project is revoked, and its bot with it."""
    return _access(scene, f"/projects/{scene.project.id}/access_tokens", scene.project)


def group_access_token_revoked(scene: Scene) -> Change:
    """An access token of the group is revoked, and its bot with it."""
    return _access(scene, f"/groups/{scene.group.id}/access_tokens", scene.group)


def _access(scene: Scene, root: str, where: Project | Namespace) -> Change:
    def make(line: Line) -> Held:
        level = int(Role.REPORTER)
        asked = {"name": "next", "scopes": ["read_api"], "access_level": level}
        return _told(scene.call(line, "POST", root, **asked))

    return _taken(
        scene,
        make,
        lambda line, number: scene.call(line, "DELETE", f"{root}/{number}"),
        _held(scene.town.access_token(where, Role.REPORTER, "read_api")),
    )


def deploy_token_revoked(scene: Scene) -> Change:
    """A deploy token of the project is revoked, which stands for nobody from then on."""
    return _deploy(scene, f"/projects/{scene.project.id}/deploy_tokens", in_group=False)


def group_deploy_token_revoked(scene: Scene) -> Change:
    """A deploy token of the group is revoked."""
    return _deploy(scene, f"/groups/{scene.group.id}/deploy_tokens", in_group=True)


def _deploy(scene: Scene, root: str, *, in_group: bool) -> Change:
    def make(line: Line) -> Held:
        return _told(scene.call(line, "POST", root, name="next", scopes=["read_package_registry"]))

    where = scene.group if in_group else scene.project
    return _taken(
        scene,
        make,
        lambda line, number: scene.call(line, "DELETE", f"{root}/{number}"),
        _held(scene.town.deploy_token(where, "read_package_registry")),
        _as_nobody if in_group else _as_nobody_here,
    )


def job_ended(scene: Scene) -> Change:
    """The token of a job is taken back at its end."""
    root = f"/projects/{scene.project.id}/job_tokens"
    ci = "gitlab-ci-token"

    def make(line: Line) -> Held:
        return _told(scene.call(line, "POST", root, user_id=scene.user.id), ci)

    return _taken(
        scene,
        make,
        lambda line, number: scene.call(line, "DELETE", f"{root}/{number}"),
        _held(scene.town.job_token(scene.user, scene.project), ci),
    )


def session_ended(scene: Scene) -> Change:
    """A browser is signed out, through neither worker."""

    def begin() -> Held:
        with scene.town.database.write() as conn:
            begun = sessions.begin(conn, scene.user, address="", user_agent="", at=utc_now())
        return Held(begun.session.id, {"Cookie": f"wheelyard_session={begun.secret}"})

    def end(line: Line, number: int) -> None:
        del line
        _end_session(scene.town, scene, number)

    def looks(scene: Scene, held: Held) -> Sequence[Look]:
        """Look as the browser, and as nobody, who is never shown what it is shown."""
        as_nobody = scene.index(scene.group, NOBODY, "missing", "missing")
        path = f"/{scene.group.full_path}/{scene.project.path}/-/packages"
        page = Look(path, held.headers, status, 200, 404)
        return [*_as_nobody(scene, held), as_nobody, page]

    return _taken(scene, lambda _: begin(), end, begin(), looks)


def _end_session(town: Installation, scene: Scene, number: int) -> None:
    with town.database.write() as conn:
        for session in sessions.all_sessions(conn, scene.user, at=utc_now()):
            if session.id == number:
                sessions.end(conn, session, by=OPERATOR, at=utc_now())


def token_of_another_form(scene: Scene) -> Change:
    """A token that is sent as scripts do, in a header of its own, and in the query."""
    held = [scene.token("read_api")]

    def revoke(line: Line) -> None:
        scene.call(line, "DELETE", f"/personal_access_tokens/{held[0].token.id}")

    def renew(line: Line) -> None:
        del line
        held[0] = scene.token("read_api")

    def looks() -> list[Look]:
        own = {"PRIVATE-TOKEN": held[0].secret}
        found = scene.reads(own, here=401, elsewhere=401, place=401)
        rest = Look(f"/api/v4/projects/{scene.project.id}/packages", own, status, 200, 401)
        bearer = {"Authorization": f"Bearer {held[0].secret}"}
        return [*found, rest, *scene.pages(scene.project, bearer, "1.0", 401)]

    return Change(do=revoke, undo=renew, looks=looks)
