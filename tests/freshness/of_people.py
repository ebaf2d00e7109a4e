"""Changes of users and of their roles."""

from tests.actors import basic
from tests.freshness.lines import Line
from tests.freshness.rounds import Change
from tests.freshness.scene import Scene
from wheelyard.access import Role
from wheelyard.tokens import Minted
from wheelyard.users import User


def member_removed(scene: Scene) -> Change:
    """The member of a project is removed and added again."""
    return _membership(scene, f"/projects/{scene.project.id}/members", scene.user)


def group_member_removed(scene: Scene) -> Change:
    """The member of a group is removed and added again."""
    user = scene.town.join(scene.town.user(), scene.group, Role.DEVELOPER)
    return _membership(scene, f"/groups/{scene.group.id}/members", user)


def _membership(scene: Scene, root: str, user: User) -> Change:
    headers = basic(scene.town.token(user, "api"))
    level = int(Role.DEVELOPER)
    return Change(
        do=lambda line: scene.call(line, "DELETE", f"{root}/{user.id}"),
        undo=lambda line: scene.call(line, "POST", root, user_id=user.id, access_level=level),
        looks=lambda: [
            *scene.reads(headers, here=404, elsewhere=404),
            scene.attempt(headers, after=404),
        ],
    )


def role_lowered(scene: Scene) -> Change:
    """A developer becomes a reporter, who reads on and uploads no more."""
    headers = basic(scene.token("api"))
    path = f"/projects/{scene.project.id}/members/{scene.user.id}"
    return Change(
        do=lambda line: scene.call(line, "PUT", path, access_level=int(Role.REPORTER)),
        undo=lambda line: scene.call(line, "PUT", path, access_level=int(Role.DEVELOPER)),
        looks=lambda: [
            scene.attempt(headers, after=403),
            scene.page(scene.project, headers, "1.0", "1.0"),
        ],
    )


def user_blocked(scene: Scene) -> Change:
    """A user is blocked and unblocked."""
    headers = basic(scene.token("api"))
    path = f"/users/{scene.user.id}"
    return Change(
        do=lambda line: scene.call(line, "POST", f"{path}/block"),
        undo=lambda line: scene.call(line, "POST", f"{path}/unblock"),
        looks=lambda: [
            *scene.reads(headers, here=403, elsewhere=403, place=403),
            scene.attempt(headers, after=403),
        ],
    )


def administrator_demoted(scene: Scene) -> Change:
    """An administrator becomes a user like any other, and an administrator again."""
    user = scene.town.user(is_admin=True)
    headers = basic(scene.town.token(user, "api"))
    return Change(
        do=lambda line: scene.call(line, "PUT", f"/users/{user.id}", admin=False),
        undo=lambda line: scene.call(line, "PUT", f"/users/{user.id}", admin=True),
        looks=lambda: scene.reads(headers, here=404, elsewhere=404),
    )


def user_deleted(scene: Scene) -> Change:
    """A user is deleted, and another comes."""

    def come() -> tuple[User, Minted]:
        user = scene.town.join(scene.town.user(), scene.project, Role.REPORTER)
        return user, scene.town.token(user, "api")

    now = [come()]

    def replace(line: Line) -> None:
        del line
        now[0] = come()

    return Change(
        do=lambda line: scene.call(line, "DELETE", f"/users/{now[0][0].id}"),
        undo=replace,
        looks=lambda: scene.reads(basic(now[0][1]), here=401, elsewhere=404),
    )
