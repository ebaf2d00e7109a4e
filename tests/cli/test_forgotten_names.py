"""A name that was here can be forgotten, so that clients are sent elsewhere for it again."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from tests import library
from tests.actors import Installation
from tests.builders import wheel
from tests.cli.terminal import Terminal
from wheelyard import forwarding, packages
from wheelyard.access import Principal
from wheelyard.database.schema import journal
from wheelyard.journal import OPERATOR
from wheelyard.projects import Project
from wheelyard.registry import utc_now
from wheelyard.settings import Settings

ON = Settings(forwarding=True, upstream_url="https://mirror.example.com/simple")


@pytest.fixture
def town(started: Terminal) -> Iterator[Installation]:
    """The people and things of the terminal's installation."""
    town = Installation(started.data)
    yield town
    town.close()


def is_forwarded(town: Installation, name: str) -> bool:
    with town.database.read() as conn:
        return forwarding.find_target(conn, Principal(user_id=1), None, name, ON) is not None


def publish(town: Installation, project: Project, name: str, *, then_delete: bool = False) -> None:
    with town.database.write() as conn:
        release, _ = library.publish(conn, project, wheel(name, "1.0"), utc_now())
        if then_delete:
            packages.delete_release(conn, release, by=OPERATOR, at=utc_now())


def test_a_name_that_is_gone_is_forwarded_again_and_the_journal_tells(
    started: Terminal, town: Installation
) -> None:
    publish(town, town.project(), "Num.Py", then_delete=True)
    publish(town, town.project(), "other", then_delete=True)
    assert not is_forwarded(town, "num-py")

    ran = started.run("forget-name", "NUM_py")

    assert (ran.out, ran.code) == ("", 0)
    assert ran.err == "Forgot NUM_py: where forwarding is on, it may be forwarded again.\n"
    assert (is_forwarded(town, "num-py"), is_forwarded(town, "other")) == (True, False)
    told = select(journal.c.action, journal.c.package, journal.c.actor_id)
    with town.database.read() as conn:
        newest = conn.execute(told.order_by(journal.c.serial.desc())).first()
    assert newest == ("name.forgotten", "num-py", None)


def test_a_name_stays_known_while_any_project_has_a_package_of_it(
    started: Terminal, town: Installation
) -> None:
    holder = town.project()
    publish(town, town.project(), "numpy", then_delete=True)
    publish(town, holder, "numpy")

    ran = started.run("forget-name", "numpy")

    said = f"wheelyard: The project {holder.full_path} has a package numpy\n"
    assert (ran.out, ran.err, ran.code) == ("", said, 1)
    assert not is_forwarded(town, "numpy")


def test_a_name_that_is_not_known_cannot_be_forgotten(started: Terminal) -> None:
    ran = started.run("forget-name", "NumPy")

    said = "wheelyard: There is no package name numpy to forget\n"
    assert (ran.out, ran.err, ran.code) == ("", said, 1)


def test_a_name_that_comes_again_is_known_again(started: Terminal, town: Installation) -> None:
    project = town.project()
    publish(town, project, "numpy", then_delete=True)
    started.run("forget-name", "numpy")

    publish(town, project, "numpy", then_delete=True)

    assert not is_forwarded(town, "numpy")
