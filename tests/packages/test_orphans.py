"""Blobs that no file names can be told from those that some file does."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.actors import Installation
from tests.builders import wheel
from tests.library import publish
from wheelyard import packages
from wheelyard.blobs.store import Blob
from wheelyard.facts import Unavailable
from wheelyard.journal import OPERATOR
from wheelyard.registry import Registry

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
DIST = wheel()


def test_every_blob_is_listed_with_its_size_and_age(registry: Registry) -> None:
    contents = [bytes([number % 256]) * number for number in range(600)]
    digests = {registry.blobs.put(content).sha256: len(content) for content in contents}
    (registry.settings.blobs_path / "00" / "notes.txt").write_text("no blob")
    staged = registry.blobs.stage()

    found = list(registry.blobs.all_blobs())
    staged.discard()

    assert {blob.sha256: blob.size for blob in found} == digests
    age = datetime.now(UTC) - found[0].used_at
    assert timedelta(seconds=-2) < age < timedelta(minutes=5)


def test_a_blob_is_an_orphan_when_no_file_names_it(registry: Registry) -> None:
    town = Installation(registry.settings.data)
    project = town.project()
    town.close()
    for number in range(1200):
        registry.blobs.put(b"%d" % number)
    for content in (DIST.content, DIST.metadata):
        registry.blobs.put(content)

    def orphans() -> list[Blob]:
        with registry.database.read() as conn:
            return list(packages.unnamed_blobs(conn, registry.blobs.all_blobs()))

    assert len(orphans()) == 1202
    with registry.database.write() as conn:
        release, _ = publish(conn, project, DIST, NOON)
    assert len(orphans()) == 1200
    with registry.database.write() as conn:
        packages.delete_release(conn, release, by=OPERATOR, at=NOON)
    assert len(orphans()) == 1202


def test_a_store_that_cannot_be_read_says_so(registry: Registry) -> None:
    (registry.settings.blobs_path / "7f").rmdir()

    with pytest.raises(Unavailable, match="cannot be listed: No such file"):
        list(registry.blobs.all_blobs())
