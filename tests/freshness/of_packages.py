"""Changes of packages: published, deleted, published again."""

from collections.abc import Callable
from dataclasses import replace

from tests.actors import Source, basic
from tests.builders import Dist, wheel
from tests.freshness.lines import Line
from tests.freshness.looks import Look, digests
from tests.freshness.rounds import Change
from tests.freshness.scene import Scene
from tests.library import publish
from wheelyard import packages
from wheelyard.journal import OPERATOR
from wheelyard.pypi.status import PackageStatus
from wheelyard.registry import utc_now


def upload_and_deletion_of_the_file(scene: Scene) -> Change:
    """A second version comes and goes."""
    later, reader = scene.later("2.0"), basic(scene.token("read_api"))
    both = [
        look
        for place in places(scene)
        for look in (
            *scene.pages(place, reader, "1.0", "1.0, 2.0"),
            scene.file(place, reader, 404, 200, later),
            scene.metadata(place, reader, 404, 200, later),
        )
    ]
    return Change(
        do=lambda line: scene.publish(line, later),
        undo=lambda line: scene.call(line, "DELETE", scene.file_of(line, later)),
        looks=lambda: both,
    )


def upload_and_deletion_of_the_release(scene: Scene) -> Change:
    """A package comes and goes."""
    new = wheel(f"{scene.name}-new", "1.0")
    reader = basic(scene.token("read_api"))
    other = replace(scene, dist=new)
    _have_been_here(scene, new)
    looks = [
        look
        for place in places(scene)
        for look in (
            other.index(place, reader, "missing", "listed"),
            *other.pages(place, reader, 404, "1.0"),
            other.file(place, reader, 404, 200),
        )
    ]
    return Change(
        do=lambda line: scene.publish(line, new),
        undo=lambda line: scene.call(line, "DELETE", _named(scene, line, new.name)),
        looks=lambda: looks,
    )


def upload_of_other_bytes_and_their_deletion(scene: Scene) -> Change:
    """A file of the same name takes the place of the first, which stays where it was."""
    again = wheel(scene.name, "1.0", files={"other.txt": b"other bytes"})
    reader = basic(scene.token("read_api"))
    first, second = scene.dist.sha256[:8], again.sha256[:8]
    looks = [
        look
        for place in places(scene)
        for look in (
            *(replace(look, see=digests) for look in scene.pages(place, reader, first, second)),
            scene.file(place, reader, 404, 200, again),
        )
    ]
    return Change(
        do=lambda line: scene.publish(line, again),
        undo=lambda line: scene.call(line, "DELETE", scene.file_of(line, again)),
        looks=lambda: looks,
    )


def release_yanked(scene: Scene) -> Change:
    """A release is yanked and taken back."""
    return _yank(scene, scene.release_of)


def file_yanked(scene: Scene) -> Change:
    """One file is yanked and taken back."""
    return _yank(scene, scene.file_of)


def _yank(scene: Scene, find: Callable[[Line, Dist], str]) -> Change:
    def path(line: Line) -> str:
        return f"{find(line, scene.dist)}/yank"

    return Change(
        do=lambda line: scene.call(line, "PUT", path(line), reason="broken"),
        undo=lambda line: scene.call(line, "DELETE", path(line)),
        looks=_pages(scene, "1.0 yanked"),
    )


def package_deprecated(scene: Scene) -> Change:
    """A package is deprecated, which its pages say, and active again."""
    return _status(scene, PackageStatus.DEPRECATED, _pages(scene, "1.0, deprecated"))


def package_archived(scene: Scene) -> Change:
    """A package is archived, which its pages say, and active again."""
    return _status(scene, PackageStatus.ARCHIVED, _pages(scene, "1.0, archived"))


def package_quarantined(scene: Scene) -> Change:
    """A package is quarantined, of which there is nothing then, and active again."""
    reader = basic(scene.token("read_api"))
    looks = [
        *_pages(scene, "quarantined")(),
        *(scene.file(place, reader, 200, 403) for place in places(scene)),
        *(scene.metadata(place, reader, 200, 403) for place in places(scene)),
    ]
    return _status(scene, PackageStatus.QUARANTINED, lambda: looks)


def _status(scene: Scene, status: PackageStatus, looks: Callable[[], list[Look]]) -> Change:
    path = f"/projects/{scene.project.id}/packages/pypi/status/{scene.name}"
    return Change(
        do=lambda line: scene.call(line, "PUT", path, status=status.value, reason="a reason"),
        undo=lambda line: scene.call(line, "PUT", path, status="active"),
        looks=looks,
    )


def _pages(scene: Scene, after: str) -> Callable[[], list[Look]]:
    """Look at the package's page in each place, in both formats."""
    reader = basic(scene.token("read_api"))
    looks = [look for place in places(scene) for look in scene.pages(place, reader, "1.0", after)]
    return lambda: looks


def _have_been_here(scene: Scene, dist: Dist) -> None:
    """Let a name be known, of which clients are sent nowhere else."""
    with scene.town.database.write() as conn:
        release, _ = publish(conn, scene.project, dist, utc_now())
        packages.delete_release(conn, release, by=OPERATOR, at=utc_now())


def places(scene: Scene) -> tuple[Source, ...]:
    """Where its packages are read."""
    return scene.project, scene.group, None


def _named(scene: Scene, line: Line, name: str) -> str:
    root = f"/projects/{scene.project.id}/packages"
    found = scene.call(line, "GET", f"{root}?package_name={name}")
    return f"{root}/{found[0]['id']}"
