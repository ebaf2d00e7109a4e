"""Publishing: the whole story of an upload.

Blob first, row second, never compensate.  The bytes are durable under their digest before a row
names them, so a crash leaves at worst a blob that nothing names; and the answer is given only
after the row is durable too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from packaging.version import InvalidVersion
from sqlalchemy import Connection

from wheelyard import instance, memberships, packages, policies, projects, protection, tokens
from wheelyard.access import Permission, Principal
from wheelyard.blobs.store import BlobStore, Digests, StagedBlob
from wheelyard.database.engine import Database
from wheelyard.facts import InvalidUpload, NotFound, Sentence, Unavailable
from wheelyard.packages import File, StoredFile
from wheelyard.projects import Project
from wheelyard.pypi import archives, metadata, names
from wheelyard.pypi.archives import Distribution
from wheelyard.settings import Duplicates, Settings

TAKEN = Sentence(
    "Validation failed: %(reason)s", reason=Sentence("File name has already been taken")
)
"""GitLab's words; twine's ``--skip-existing`` looks for "already been taken"."""


@dataclass(frozen=True, slots=True)
class Upload:
    """What a client sent: the form's fields that matter here, and the file.

    Browsers send a file alone; then ``name`` and ``version`` are empty, and what the file says of
    itself counts.
    """

    name: str
    version: str
    filename: str
    staged: StagedBlob
    is_file_alone: bool = False
    requires_python: str = ""
    claimed_digests: Mapping[str, str] = field(default_factory=dict)
    """``md5``, ``sha256`` and ``blake2_256``, as far as they were sent, in any case."""


def publish(
    database: Database,
    blobs: BlobStore,
    upload: Upload,
    project_id: int,
    *,
    settings: Settings,
    by: Principal,
    at: datetime,
) -> File:
    """Add one distribution file to a project; durable when this returns.

    ``settings`` are the environment's; what is in force may be otherwise.  Raises InvalidUpload,
    Unavailable, and what ``tokens.refresh``, ``access.require``, ``protection.require_push`` and
    ``packages.require_uploads`` raise; NotFound while packages are switched off.
    """
    filename = _read_form(upload)
    distribution = _inspect(upload, filename)
    requires_python = _requires_python(upload, distribution)
    name = upload.name or distribution.metadata.name
    with database.read() as conn:  # what is refused leaves nothing behind in the store
        _require_still_allowed(conn, project_id, by, name, at)
    stored = StoredFile(
        digests=blobs.adopt(upload.staged),
        metadata_sha256=blobs.put(distribution.metadata.content).sha256,
        requires_python=requires_python,
    )
    with database.write() as conn:
        settings = instance.in_force(conn, settings)
        if not settings.packages_enabled:
            raise NotFound
        project = _require_still_allowed(conn, project_id, by, name, at)
        release = packages.ensure_release(
            conn,
            project,
            name=name,
            version=upload.version or distribution.metadata.version,
            summary=distribution.metadata.summary,
            by=by.actor,
            at=at,
        )
        mode = policies.of_project(conn, project, settings).duplicates
        if mode is not Duplicates.ALLOW:
            existing = packages.find_newest_copy(conn, release, filename)
            if existing is not None:
                _require_identical(existing, stored.digests, mode)
                return existing
        return packages.add_file(conn, release, distribution, stored, by=by.actor, at=at)


def _require_still_allowed(
    conn: Connection, project_id: int, by: Principal, name: str, at: datetime
) -> Project:
    """Decide again, of the moment of the change: a body may have come for hours."""
    by = tokens.refresh(conn, by, at=at)
    project = projects.find_by_id(conn, project_id)
    if project is None:
        raise NotFound
    standing = memberships.require(
        conn, by, Permission.PUBLISH, project.subject, at=at, challenge=True
    )
    protection.require_push(conn, by, standing.role, project.id, name)
    packages.require_uploads(conn, project.id, name)
    return project


def _failed(reason: str) -> InvalidUpload:
    """Refuse with GitLab's words before the reason; pages for people leave them out."""
    return InvalidUpload(Sentence("Validation failed: %(reason)s", reason=reason))


def _read_form(upload: Upload) -> names.Filename:
    """Check all that needs no look into the file."""
    if upload.is_file_alone:
        return _parse_filename(upload.filename)
    name, version = _require_valid_form(upload)
    _require_claimed_digests(upload)
    filename = _parse_filename(upload.filename)
    _require_form_agreement(filename, name, version)
    return filename


def _require_valid_form(upload: Upload) -> tuple[names.NormalizedName, names.NormalizedVersion]:
    if not names.is_name(upload.name):
        raise _failed(Sentence("Name is invalid"))
    try:
        return names.normalize_name(upload.name), names.normalize_version(upload.version)
    except InvalidVersion as error:
        raise _failed(Sentence("Version is invalid")) from error


def _require_claimed_digests(upload: Upload) -> None:
    digests = upload.staged.digests()
    actual = {"md5": digests.md5, "sha256": digests.sha256, "blake2_256": digests.blake2_256}
    for algorithm, claimed in upload.claimed_digests.items():
        if claimed.lower() != actual[algorithm]:
            raise InvalidUpload(Sentence("%(name)s does not match", name=f"{algorithm}_digest"))


def _parse_filename(text: str) -> names.Filename:
    try:
        return names.parse_filename(text)
    except names.InvalidFilename as error:
        invalid = Sentence("File name is invalid: %(reason)s", reason=error.args[0])
        raise _failed(invalid) from error


def _require_form_agreement(
    filename: names.Filename, name: names.NormalizedName, version: names.NormalizedVersion
) -> None:
    if filename.name != name:
        raise _failed(
            Sentence(
                "File name is of %(found)s, the form is of %(name)s", found=filename.name, name=name
            )
        )
    if filename.version != version:
        raise _failed(
            Sentence(
                "File name has version %(found)s, the form %(version)s",
                found=filename.version,
                version=version,
            )
        )


def _inspect(upload: Upload, filename: names.Filename) -> Distribution:
    try:
        return archives.inspect(upload.staged.path, filename)
    except archives.InvalidArchive as error:
        raise _failed(error.args[0]) from error
    except OSError as error:
        raise Unavailable(f"The file cannot be read: {error.strerror}") from error


def _requires_python(upload: Upload, distribution: Distribution) -> str:
    """Take the form's; many a client leaves it out, and then the file knows."""
    try:
        sent = metadata.check_requires_python(upload.requires_python)
    except metadata.InvalidMetadata as error:
        raise _failed(error.args[0]) from error
    return sent or distribution.metadata.requires_python


def _require_identical(existing: File, digests: Digests, duplicates: Duplicates) -> None:
    """Refuse a name that is taken, but for the same bytes where these are welcome."""
    if duplicates is Duplicates.REFUSE or existing.sha256 != digests.sha256:
        raise InvalidUpload(TAKEN)
