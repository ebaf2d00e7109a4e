"""Publishing through the library alone: rows without a server and without bytes."""

from datetime import datetime

from sqlalchemy import Connection

from tests.builders import Dist
from wheelyard import packages
from wheelyard.access import Actor
from wheelyard.blobs.store import Hasher, Sha256
from wheelyard.journal import OPERATOR
from wheelyard.packages import File, Release, StoredFile
from wheelyard.projects import Project
from wheelyard.pypi import metadata, names
from wheelyard.pypi.archives import Distribution


def publish(
    conn: Connection, project: Project, dist: Dist, at: datetime, *, by: Actor = OPERATOR
) -> tuple[Release, File]:
    """Add a file to a project."""
    release = packages.ensure_release(
        conn, project, name=dist.name, version=dist.version, summary="", by=by, at=at
    )
    hasher = Hasher()
    hasher.update(dist.content)
    distribution = Distribution(names.parse_filename(dist.filename), metadata.parse(dist.metadata))
    described = Hasher()
    described.update(dist.metadata)
    stored = StoredFile(hasher.digests(), Sha256(described.digests().sha256), "")
    return release, packages.add_file(conn, release, distribution, stored, by=by, at=at)
