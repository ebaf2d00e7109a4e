"""The page of a package's versions shows so many of them, and says how many it leaves out."""

from tests import library
from tests.actors import Installation
from tests.builders import wheel
from tests.pages.visitor import Visitor, rows, text_of
from wheelyard.registry import utc_now


def test_the_oldest_of_many_versions_are_counted_and_not_shown(
    town: Installation, administrator: Visitor
) -> None:
    project = town.project()
    with town.database.write() as conn:
        for number in range(302):
            dist = wheel("demo", f"1.{number}")
            release, _ = library.publish(conn, project, dist, utc_now())

    shown = administrator.get(f"/{project.full_path}/-/packages/{release.id}/versions")

    assert len(rows(shown)) == 300
    assert rows(shown)[0][0].startswith("1.301")
    assert rows(shown)[-1][0] == "1.2"
    assert "2 older versions are not shown." in text_of(shown.text)
    assert "Versions 302" in text_of(shown.text)
