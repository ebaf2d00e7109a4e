"""Changes of what is allowed and of where clients are sent, of a project, a group, the instance."""

from collections.abc import Callable

from tests.actors import Source, basic, pypi
from tests.builders import wheel
from tests.freshness.lines import Line
from tests.freshness.looks import Look, status
from tests.freshness.rounds import Change
from tests.freshness.scene import NOBODY, Scene
from wheelyard import packages
from wheelyard.access import RegistryAccess
from wheelyard.journal import OPERATOR
from wheelyard.protection import Level
from wheelyard.registry import utc_now

SETTINGS = "/application/settings"


def packages_switched_off(scene: Scene) -> Change:
    """All packages are switched off and on."""
    headers = basic(scene.token("api"))
    return Change(
        do=lambda line: scene.call(line, "PUT", SETTINGS, packages_enabled=False),
        undo=lambda line: scene.call(line, "PUT", SETTINGS, packages_enabled=None),
        looks=lambda: [
            *scene.reads(headers, here=404, elsewhere=404, place=404),
            scene.attempt(headers, after=404),
        ],
    )


def name_protected(scene: Scene) -> Change:
    """A rule keeps a package for maintainers, and goes again."""
    root = f"/projects/{scene.project.id}/packages/protection/rules"
    number: list[int] = []

    def protect(line: Line) -> None:
        asked = {"package_name_pattern": scene.name, "package_type": "pypi"}
        made = scene.call(line, "POST", root, **asked, minimum_access_level_for_push="maintainer")
        number[:] = [made["id"]]

    return Change(
        do=protect,
        undo=lambda line: scene.call(line, "DELETE", f"{root}/{number[0]}"),
        looks=_always(_uploads(scene, 403)),
    )


def rule_edited(scene: Scene) -> Change:
    """A rule is of this package, and of another."""
    rule = scene.town.protect(scene.project, f"{scene.name}-other", push=Level.MAINTAINER)
    path = f"/projects/{scene.project.id}/packages/protection/rules/{rule.id}"
    return Change(
        do=lambda line: scene.call(line, "PATCH", path, package_name_pattern=scene.name),
        undo=lambda line: scene.call(
            line, "PATCH", path, package_name_pattern=f"{scene.name}-other"
        ),
        looks=_always(_uploads(scene, 403)),
    )


def limit_of_the_project(scene: Scene) -> Change:
    """A project takes small files alone."""
    return _limit(scene, f"/projects/{scene.project.id}")


def limit_of_the_group(scene: Scene) -> Change:
    """A group takes small files alone."""
    return _limit(scene, f"/groups/{scene.group.id}")


def limit_of_the_instance(scene: Scene) -> Change:
    """The instance takes small files alone."""
    return _limit(scene, SETTINGS)


def _limit(scene: Scene, path: str) -> Change:
    return Change(
        do=lambda line: scene.call(line, "PUT", path, pypi_max_file_size=10),
        undo=lambda line: scene.call(line, "PUT", path, pypi_max_file_size=None),
        looks=_always(_uploads(scene, "too large")),
    )


def duplicates_refused(scene: Scene) -> Change:
    """A file that comes again is refused, where the same bytes were welcome."""
    path = f"/projects/{scene.project.id}"
    return Change(
        do=lambda line: scene.call(line, "PUT", path, pypi_duplicates="refuse"),
        undo=lambda line: scene.call(line, "PUT", path, pypi_duplicates="identical"),
        looks=_always(_uploads(scene, "already been taken")),
    )


def _always(looks: list[Look]) -> Callable[[], list[Look]]:
    """Look at the same after each change."""
    return lambda: looks


def _uploads(scene: Scene, after: int | str) -> list[Look]:
    """Upload the file that is there already, which is welcome and changes nothing."""
    scene.town.edit(scene.project, duplicates="identical")
    headers = basic(scene.token("api"))
    return [
        scene.upload(headers, scene.dist, before=201, after=after),
        scene.page(scene.project, headers, "1.0", "1.0"),
    ]


# Other indexes -----------------------------------------------------------------------------------

UPSTREAM = "https://upstream.example.com/simple"
"""Where the server sends clients for what is not here."""


def forwarding_switched_off(scene: Scene) -> Change:
    """A project sends nobody on, and sends them on again."""
    return _forwarding(scene, f"/projects/{scene.project.id}", (scene.project,))


def forwarding_of_the_group_switched_off(scene: Scene) -> Change:
    """A group sends nobody on, and sends them on again."""
    return _forwarding(scene, f"/groups/{scene.group.id}", (scene.project, scene.group))


def forwarding_of_the_instance_switched_off(scene: Scene) -> Change:
    """Nobody is sent on, and all are again."""
    return _forwarding(scene, SETTINGS, (scene.project, scene.group, None))


def _forwarding(scene: Scene, path: str, places: tuple[Source, ...]) -> Change:
    def say(line: Line, value: object) -> None:
        scene.call(line, "PUT", path, pypi_package_requests_forwarding=value)

    return Change(
        do=lambda line: say(line, value=False),
        undo=lambda line: say(line, value=None),
        looks=_always(_absent(scene, f"{scene.name}-absent", places, 404)),
    )


def prefix_reserved(scene: Scene) -> Change:
    """A group reserves a prefix for itself, and gives it back."""
    path = f"/groups/{scene.group.id}"
    places = (scene.project, scene.group, None)
    return Change(
        do=lambda line: scene.call(line, "PUT", path, pypi_reserved_prefixes=[scene.name]),
        undo=lambda line: scene.call(line, "PUT", path, pypi_reserved_prefixes=[]),
        looks=_always(_absent(scene, f"{scene.name}-absent", places, 404)),
    )


def name_published_elsewhere(scene: Scene) -> Change:
    """A name is published where the reader sees nothing, and forgotten."""
    hidden, dist = scene.town.project(), wheel(f"{scene.name}-absent", "1.0")
    root = f"/projects/{hidden.id}/packages"

    def forget(line: Line) -> None:
        (found,) = scene.call(line, "GET", root)
        scene.call(line, "DELETE", f"{root}/{found['id']}")
        with scene.town.database.write() as conn:
            packages.forget_name(conn, dist.name, by=OPERATOR, at=utc_now())

    return Change(
        do=lambda line: scene.publish(line, dist, hidden),
        undo=forget,
        looks=_always(_absent(scene, dist.name, (scene.project, scene.group, None), 404)),
    )


def _absent(scene: Scene, name: str, places: tuple[Source, ...], after: int) -> list[Look]:
    """Look for a package that is not here."""
    headers = basic(scene.token("read_api"))
    paths = [f"{pypi(place)}/simple/{name}/" for place in places]
    return [Look(path, headers, status, 302, after) for path in paths]


def nobody_installs_from_private_projects(scene: Scene) -> Change:
    """Private projects may not let anybody install, and may again."""
    switch = "package_registry_allow_anyone_to_pull_option"
    scene.project = scene.town.edit(
        scene.project, registry_access_level=RegistryAccess.PUBLIC.value
    )
    return Change(
        do=lambda line: scene.call(line, "PUT", SETTINGS, **{switch: False}),
        undo=lambda line: scene.call(line, "PUT", SETTINGS, **{switch: None}),
        looks=lambda: scene.reads_here(NOBODY, 401),
    )
