"""Who looks at the pages."""

from collections.abc import Iterator

import pytest

from tests.actors import Installation
from tests.pages.visitor import Visitor, visiting
from tests.pages.world import World
from wheelyard.users import User


@pytest.fixture
def user(town: Installation) -> User:
    """A new user without a password."""
    return town.user()


@pytest.fixture
def visitor(town: Installation, user: User) -> Iterator[Visitor]:
    """The new user's browser."""
    with visiting(town, user) as visitor:
        yield visitor


@pytest.fixture(scope="session")
def world(town: Installation) -> Iterator[World]:
    """The people and places of the matrix; tests that use it stand in one group of xdist."""
    world = World(town)
    yield world
    world.close()


@pytest.fixture
def chief(town: Installation) -> User:
    """A new administrator without a password."""
    return town.user(is_admin=True)


@pytest.fixture
def administrator(town: Installation, chief: User) -> Iterator[Visitor]:
    """The new administrator's browser."""
    with visiting(town, chief) as visitor:
        yield visitor
