"""Last uses: gathered in memory, written together, never lost to a database that is busy."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.actors import Installation
from tests.builders import wheel
from wheelyard import packages, tokens
from wheelyard.database.engine import Database
from wheelyard.database.schema import releases
from wheelyard.database.schema import tokens as table
from wheelyard.facts import Unavailable
from wheelyard.journal import OPERATOR
from wheelyard.registry import Registry
from wheelyard.usage import Usage

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
EARLIER, LATER = NOON - timedelta(hours=1), NOON + timedelta(hours=1)


@pytest.fixture
def token_ids(registry: Registry) -> list[int]:
    """Two tokens that nobody has used."""
    town = Installation(registry.settings.data)
    user = town.user()
    ids = [town.token(user).token.id for _ in range(2)]
    town.close()
    return ids


@pytest.fixture
def release_id(registry: Registry) -> int:
    """A release that nobody has downloaded."""
    town = Installation(registry.settings.data)
    project, dist = town.project(), wheel()
    town.close()
    with registry.database.write() as conn:
        return packages.ensure_release(
            conn,
            project,
            name=dist.name,
            version=dist.version,
            summary="",
            by=OPERATOR,
            at=NOON,
        ).id


def used_at(registry: Registry) -> dict[int, datetime]:
    """When each token was last used, of those that were."""
    with registry.database.read() as conn:
        rows = conn.execute(select(table.c.id, table.c.last_used_at))
        return {row.id: row.last_used_at for row in rows if row.last_used_at}


def downloaded_at(registry: Registry) -> list[datetime | None]:
    """When each release was last downloaded."""
    with registry.database.read() as conn:
        return list(conn.scalars(select(releases.c.last_downloaded_at)))


def test_uses_are_written_together(
    registry: Registry, token_ids: list[int], release_id: int
) -> None:
    one, other = token_ids
    registry.usage.note_token(one, EARLIER)
    registry.usage.note_token(one, NOON)
    registry.usage.note_token(other, LATER)
    registry.usage.note_download(release_id, NOON, None)

    registry.usage.flush(registry.database)

    assert used_at(registry) == {one: NOON, other: LATER}
    assert downloaded_at(registry) == [NOON]


def test_a_later_use_that_another_process_has_written_stays(
    registry: Registry, token_ids: list[int], release_id: int
) -> None:
    one, _ = token_ids
    with registry.database.write() as conn:
        tokens.note_use(conn, {one: LATER})
        packages.note_downloads(conn, {release_id: LATER})
    registry.usage.note_token(one, NOON)
    registry.usage.note_download(release_id, NOON, None)

    registry.usage.flush(registry.database)

    assert used_at(registry) == {one: LATER}
    assert downloaded_at(registry) == [LATER]


def test_what_could_not_be_written_is_written_the_next_time(
    registry: Registry, token_ids: list[int], release_id: int
) -> None:
    one, other = token_ids
    usage = Usage()
    usage.note_token(one, NOON)
    usage.note_token(other, EARLIER)
    usage.note_download(release_id, NOON, None)
    path = registry.settings.data / "no-such-folder" / "wheelyard.sqlite"
    absent = Database(path)

    with pytest.raises(Unavailable, match="unable to open database file"):
        usage.flush(absent)
    usage.note_token(other, LATER)
    usage.flush(registry.database)

    assert used_at(registry) == {one: NOON, other: LATER}
    assert downloaded_at(registry) == [NOON]


def test_nothing_is_written_where_nothing_was_used(registry: Registry) -> None:
    with closing(sqlite3.connect(registry.settings.database_path)) as other:
        before = other.execute("PRAGMA data_version").fetchone()

        registry.usage.flush(registry.database)

        assert other.execute("PRAGMA data_version").fetchone() == before
