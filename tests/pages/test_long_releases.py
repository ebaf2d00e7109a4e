"""Pages of a release stay small however much there is in it: its lists are shown in parts."""

from tests import library
from tests.actors import Installation
from tests.builders import wheel
from tests.pages.visitor import Visitor, rows, text_of
from wheelyard import packages
from wheelyard.registry import utc_now

LARGEST = 100_000
"""Bytes of a page."""


def test_every_page_of_a_release_with_many_wheels_is_small(
    town: Installation, administrator: Visitor
) -> None:
    project = town.project()
    with town.database.write() as conn:
        for number in range(45):
            tag = f"cp313-cp313-manylinux_2_17_x86_64.manylinux_2_{18 + number}_x86_64"
            dist = wheel("demo", tag=tag)
            release, _ = library.publish(conn, project, dist, utc_now())
        library.publish(conn, project, dist, utc_now())
    here = f"/{project.full_path}/-/packages/{release.id}/files"

    parts = [administrator.get(here, page=str(number)).text for number in (1, 2, 3)]

    assert [part.count("Look inside") for part in parts] == [20, 20, 6]
    assert max(len(part.encode()) for part in parts) < LARGEST
    assert parts[0].index("This copy is served") < parts[0].index("manylinux_2_61_x86_64.whl</h2>")
    assert "Older copy" in text_of(parts[2].rpartition("<section")[2])
    assert "1\u201320 of 46" in text_of(parts[0])


def test_every_page_of_a_package_with_many_versions_is_small(
    town: Installation, administrator: Visitor
) -> None:
    project = town.project()
    with town.database.write() as conn:
        for number in range(102):
            dist = wheel("demo", f"1.{number}")
            release, _ = library.publish(conn, project, dist, utc_now())
    here = f"/{project.full_path}/-/packages/{release.id}/versions"

    shown, last = administrator.get(here), administrator.get(here, page="3")

    assert len(rows(shown)) == 50
    assert len(shown.content) < LARGEST
    assert rows(shown)[0][0].startswith("1.101")
    assert [row[0] for row in rows(last)] == ["1.1", "1.0"]
    assert "Versions 102" in text_of(shown.text)


def test_every_page_of_a_wheel_with_many_members_is_small(
    town: Installation, administrator: Visitor
) -> None:
    project = town.project()
    files = {f"demo/a_folder_of_many_things/module_{number:05}.py": b"" for number in range(2000)}
    with town.holding(town.deploy_token(project, "write_package_registry")) as robot:
        assert robot.publish(project, wheel(files=files)).status_code == 201
    with town.database.read() as conn:
        release = packages.latest_packages(conn, project.id, limit=1)[0].release
        file = packages.all_files(conn, release)[0].file

    shown = administrator.get(f"/{project.full_path}/-/packages/{release.id}/files/{file.id}")

    assert "2,004 entries" in text_of(shown.text)
    assert "1\u2013100 of 2,004" in text_of(shown.text)
    assert "sha256=47DEQpj8HBSa…" in shown.text
    assert len(shown.content) < LARGEST
