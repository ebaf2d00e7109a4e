"""A login of each kind of token but the personal, as each kind's holder writes it."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.actors import Installation
from wheelyard import namespaces
from wheelyard.access import Role
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project


@dataclass(frozen=True, slots=True)
class Login:
    """A user name and a token."""

    username: str
    secret: str


Maker = Callable[[Installation, Project], Login]


def of_project(town: Installation, project: Project) -> Login:
    """The token of a project's bot."""
    return Login("a-bot", town.access_token(project, Role.DEVELOPER).secret)


def of_group(town: Installation, project: Project) -> Login:
    """The token of a bot of the group that the project is in."""
    return Login("a-bot", town.access_token(group_of(town, project), Role.DEVELOPER).secret)


def deploy(town: Installation, project: Project) -> Login:
    """A deploy token, under its own user name."""
    return _deploying(town, project)


def group_deploy(town: Installation, project: Project) -> Login:
    """A deploy token of the group."""
    return _deploying(town, group_of(town, project))


def _deploying(town: Installation, where: Project | Namespace) -> Login:
    token = town.deploy_token(where, "read_package_registry", "write_package_registry")
    return Login(str(token.token.username), token.secret)


def job(town: Installation, project: Project) -> Login:
    """The token of a job that a developer has started in the project."""
    user = town.join(town.user(), project, Role.DEVELOPER)
    return Login("gitlab-ci-token", town.job_token(user, project).secret)


def group_of(town: Installation, project: Project) -> Namespace:
    """The group that the project is in."""
    with town.database.read() as conn:
        return namespaces.get(conn, project.namespace_id)


KINDS: dict[str, Maker] = {
    "project access token": of_project,
    "group access token": of_group,
    "deploy token": deploy,
    "group deploy token": group_deploy,
    "job token": job,
}
"""Each makes a login that may publish into a project and install from it."""
