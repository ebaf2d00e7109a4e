"""Changes of projects and groups: who sees them, where they are, whether they are there."""

from dataclasses import replace

from tests.actors import basic
from tests.freshness.lines import Line
from tests.freshness.looks import Look, title
from tests.freshness.rounds import Change
from tests.freshness.scene import NOBODY, Scene
from wheelyard import admissions
from wheelyard.access import Role, Visibility
from wheelyard.journal import OPERATOR
from wheelyard.registry import utc_now


def project_made_private(scene: Scene) -> Change:
    """What anybody reads becomes private, and public again."""
    path = f"/projects/{scene.project.id}"
    scene.project = scene.town.edit(scene.project, visibility=Visibility.PUBLIC.value)
    member = basic(scene.token("read_api"))
    return Change(
        do=lambda line: scene.call(line, "PUT", path, visibility="private"),
        undo=lambda line: scene.call(line, "PUT", path, visibility="public"),
        looks=lambda: [
            *scene.reads(NOBODY, here=401, elsewhere=404),
            scene.page(scene.project, member, "1.0", "1.0"),
        ],
    )


def project_made_private_that_users_read(scene: Scene) -> Change:
    """What every user reads becomes private, and internal again."""
    path = f"/projects/{scene.project.id}"
    scene.project = scene.town.edit(scene.project, visibility=Visibility.INTERNAL.value)
    stranger = basic(scene.town.token(scene.town.user(), "read_api"))
    return Change(
        do=lambda line: scene.call(line, "PUT", path, visibility="private"),
        undo=lambda line: scene.call(line, "PUT", path, visibility="internal"),
        looks=lambda: scene.reads(stranger, here=404, elsewhere=404),
    )


def group_made_private(scene: Scene) -> Change:
    """A group of nothing but private projects becomes private, and public again."""
    path = f"/groups/{scene.group.id}"
    member = basic(scene.token("read_api"))
    return Change(
        do=lambda line: scene.call(line, "PUT", path, visibility="private"),
        undo=lambda line: scene.call(line, "PUT", path, visibility="public"),
        looks=lambda: [
            scene.index(scene.group, NOBODY, "missing", 401),
            scene.page(scene.group, NOBODY, 404, 401),
            scene.page(scene.project, member, "1.0", "1.0"),
        ],
    )


def registry_switched_off(scene: Scene) -> Change:
    """The registry of a project is switched off and on."""
    headers = basic(scene.token("api"))
    looks = scene.reads(headers, here=403, elsewhere=404)
    return _access_level(scene, "enabled", "disabled", looks)


def registry_kept_to_members(scene: Scene) -> Change:
    """The registry of a public project is for its members alone, and for everybody again."""
    scene.project = scene.town.edit(scene.project, visibility=Visibility.PUBLIC.value)
    looks = scene.reads(NOBODY, here=401, elsewhere=404)
    return _access_level(scene, "enabled", "private", looks)


def registry_opened_to_anybody(scene: Scene) -> Change:
    """The registry of a private project lets anybody install, and nobody again."""
    return _access_level(scene, "public", "private", scene.reads_here(NOBODY, 401))


def _access_level(scene: Scene, before: str, after: str, looks: list[Look]) -> Change:
    path = f"/projects/{scene.project.id}"
    scene.project = scene.town.edit(scene.project, registry_access_level=before)
    return Change(
        do=lambda line: scene.call(line, "PUT", path, package_registry_access_level=after),
        undo=lambda line: scene.call(line, "PUT", path, package_registry_access_level=before),
        looks=lambda: looks,
    )


def project_archived(scene: Scene) -> Change:
    """A project is archived, which is read and takes no upload, and is brought back."""
    headers = basic(scene.token("api"))
    path = f"/projects/{scene.project.id}"
    return Change(
        do=lambda line: scene.call(line, "POST", f"{path}/archive"),
        undo=lambda line: scene.call(line, "POST", f"{path}/unarchive"),
        looks=lambda: [
            scene.attempt(headers, after=403),
            scene.file(scene.project, headers, 200, 200),
        ],
    )


def project_moved(scene: Scene) -> Change:
    """A project moves into another group and back."""
    other = scene.town.group(visibility=Visibility.PUBLIC)
    headers = basic(scene.token("read_api"))
    moved = f"{other.full_path}%2F{scene.project.path}"
    path = f"/projects/{scene.project.id}/transfer"
    return Change(
        do=lambda line: scene.call(line, "PUT", path, namespace=str(other.id)),
        undo=lambda line: scene.call(line, "PUT", path, namespace=str(scene.group.id)),
        looks=lambda: [
            scene.index(scene.group, headers, "listed", "missing"),
            scene.index(other, headers, "missing", "listed"),
            *scene.pages(scene.group, headers, "1.0", 404),
            *scene.pages(other, headers, 404, "1.0"),
            scene.file(scene.group, headers, 200, 404),
            scene.file(other, headers, 404, 200),
            scene.page(scene.path, headers, "1.0", 404),
            scene.page(moved, headers, 404, "1.0"),
            scene.page(scene.project, headers, "1.0", "1.0"),
        ],
    )


def project_renamed(scene: Scene) -> Change:
    """A project gets another path and another name, and its own again."""
    headers = basic(scene.token("read_api"))
    project, renamed = scene.project, f"{scene.group.full_path}%2Frenamed"
    path = f"/projects/{project.id}"
    own = {"path": project.path, "name": project.name}
    index = scene.index(project, headers, project.name, "Renamed")
    return Change(
        do=lambda line: scene.call(line, "PUT", path, path="renamed", name="Renamed"),
        undo=lambda line: scene.call(line, "PUT", path, **own),
        looks=lambda: [
            scene.page(scene.path, headers, "1.0", 404),
            scene.page(renamed, headers, 404, "1.0"),
            _titled(index),
        ],
    )


def group_renamed(scene: Scene) -> Change:
    """A group gets another path and another name, and its own again."""
    headers = basic(scene.token("read_api"))
    group, path = scene.group, f"/groups/{scene.group.id}"
    renamed = f"{group.full_path}-renamed"
    own = {"path": group.path, "name": group.name}
    index = scene.index(group, headers, group.name, "Renamed")
    return Change(
        do=lambda line: scene.call(line, "PUT", path, path=renamed, name="Renamed"),
        undo=lambda line: scene.call(line, "PUT", path, **own),
        looks=lambda: [
            scene.page(scene.path, headers, "1.0", 404),
            scene.page(f"{renamed}%2F{scene.project.path}", headers, 404, "1.0"),
            _titled(index),
        ],
    )


def _titled(index: Look) -> Look:
    before, after = f"Links for {index.before}", f"Links for {index.after}"
    return replace(index, see=title, before=before, after=after)


def project_deleted(scene: Scene) -> Change:
    """A project is deleted, and another one comes that has the package."""
    reader = basic(scene.town.token(scene.town.user(is_admin=True), "read_api"))
    path = scene.project.path

    def come(line: Line) -> None:
        asked = {"path": path, "namespace_id": scene.group.id, "visibility": "private"}
        project_id = scene.call(line, "POST", "/projects", **asked)["id"]
        scene.project = replace(scene.project, id=project_id)
        scene.publish(line, scene.dist)

    return Change(
        do=lambda line: scene.call(line, "DELETE", f"/projects/{scene.project.id}"),
        undo=come,
        looks=lambda: scene.reads(reader, here=404, elsewhere=404),
    )


def group_deleted(scene: Scene) -> Change:
    """A group is deleted with what is in it, and another one comes that has as much."""
    reader = basic(scene.town.token(scene.town.user(is_admin=True), "read_api"))

    def come(line: Line) -> None:
        path = scene.group.path
        made = scene.call(line, "POST", "/groups", path=path, name=path, visibility="public")
        scene.group = replace(scene.group, id=made["id"])
        asked = {"path": scene.project.path, "namespace_id": scene.group.id}
        project_id = scene.call(line, "POST", "/projects", **asked)["id"]
        scene.project = replace(scene.project, id=project_id)
        scene.publish(line, scene.dist)

    return Change(
        do=lambda line: scene.call(line, "DELETE", f"/groups/{scene.group.id}"),
        undo=come,
        looks=lambda: scene.reads(reader, here=404, elsewhere=404, place=404),
    )


def job_admitted(scene: Scene) -> Change:
    """A project no longer admits the jobs of another, and does again."""
    guest = scene.town.project(within=scene.group)
    scene.town.join(scene.user, guest, Role.DEVELOPER)
    scene.town.admit(scene.project, guest)
    headers = basic(scene.town.job_token(scene.user, guest), "gitlab-ci-token")
    root = f"/projects/{scene.project.id}/job_token_scope/allowlist"
    return Change(
        do=lambda line: scene.call(line, "DELETE", f"{root}/{guest.id}"),
        undo=lambda line: scene.call(line, "POST", root, target_project_id=guest.id),
        looks=lambda: scene.reads(headers, here=404, elsewhere=404),
    )


def jobs_admitted_by_a_list(scene: Scene) -> Change:
    """A project admits those jobs alone that are on its list, and all again."""
    guest = scene.town.project(within=scene.group)
    scene.town.join(scene.user, guest, Role.DEVELOPER)
    headers = basic(scene.town.job_token(scene.user, guest), "gitlab-ci-token")
    path = f"/projects/{scene.project.id}/job_token_scope"
    with scene.town.database.write() as conn:
        admissions.keep_list(conn, scene.project.id, enabled=False, by=OPERATOR, at=utc_now())
    return Change(
        do=lambda line: scene.call(line, "PATCH", path, enabled=True),
        undo=lambda line: scene.call(line, "PATCH", path, enabled=False),
        looks=lambda: scene.reads(headers, here=404, elsewhere=404),
    )
