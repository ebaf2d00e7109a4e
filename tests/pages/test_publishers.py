"""Pages name who published: a user with a link, one who is gone, and a deploy token."""

import pytest

from tests.actors import Installation
from tests.builders import wheel
from tests.pages.visitor import Visitor, text_of
from wheelyard import packages
from wheelyard.access import Role
from wheelyard.projects import Project


def pages(town: Installation, project: Project) -> list[str]:
    """Every page that says who published the project's only release."""
    with town.database.read() as conn:
        release = packages.latest_packages(conn, project.id, limit=1)[0].release
    home = f"/{project.full_path}/-/packages"
    return [home, *(f"{home}/{release.id}{more}" for more in ("", "/versions", "/files"))]


@pytest.mark.parametrize("leaves", [False, True])
def test_a_user_is_named_and_is_known_to_be_gone(
    town: Installation, administrator: Visitor, project: Project, *, leaves: bool
) -> None:
    user = town.join(town.user(), project, Role.DEVELOPER)
    with town.holding(town.token(user)) as actor:
        assert actor.publish(project, wheel()).status_code == 201
    if leaves:
        town.remove(user)

    for page in pages(town, project):
        shown = administrator.get(page).text
        assert (f'by <a href="/{user.username}">{user.name}</a>' in shown) is not leaves
        assert (f"by {user.username} (deleted)" in text_of(shown)) is leaves
        assert "deploy token" not in text_of(shown)


@pytest.mark.parametrize("revoked", [False, True])
def test_a_deploy_token_is_named(
    town: Installation, administrator: Visitor, project: Project, *, revoked: bool
) -> None:
    minted = town.deploy_token(project, "write_package_registry")
    with town.holding(minted) as robot:
        assert robot.publish(project, wheel()).status_code == 201
    if revoked:
        town.revoke(minted)

    for page in pages(town, project):
        said = f"by the deploy token {minted.token.username}"
        assert said in text_of(administrator.get(page).text)
