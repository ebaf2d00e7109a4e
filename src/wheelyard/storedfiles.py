"""Whether the store has every file and its metadata, and mending what can be mended.

A file's metadata is a blob of its own, so that it can be served without opening the file.  What is
missing of it, or is not what its digest says, can be had again from the file.  That metadata is
small: it is read and compared each time, where files are compared only when all is to be read.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update

from wheelyard import journal
from wheelyard.blobs.store import BlobStore, Missing, Sha256
from wheelyard.database.engine import Database
from wheelyard.database.schema import files, packages, projects, releases
from wheelyard.facts import Sentence, Unavailable
from wheelyard.journal import OPERATOR, Entry
from wheelyard.pypi import archives, metadata, names
from wheelyard.pypi.archives import Distribution

FILES: Select[Any] = (
    select(
        files.c.id,
        files.c.filename,
        files.c.size,
        files.c.sha256,
        files.c.metadata_sha256,
        files.c.serves_metadata,
        releases.c.version,
        packages.c.normalized_name,
        packages.c.project_id,
        projects.c.full_path,
    )
    .join_from(files, releases, files.c.release_id == releases.c.id)
    .join(packages, releases.c.package_id == packages.c.id)
    .join(projects, packages.c.project_id == projects.c.id)
    .order_by(files.c.id)
)
"""Every file, with what is looked at."""

_RESTORE = Sentence("Restore the blob from a backup, or delete the file and upload it again.")
_REPAIR = Sentence("Run the command doctor with --repair: it takes the metadata from the file.")
_REPAIR_AGAIN = Sentence("Let the store be written to, and run doctor with --repair again.")

_WRONGLY = {
    True: Sentence("its metadata is served, and cannot be relied on"),
    False: Sentence("its metadata can be relied on, and is not served"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one file, or was."""

    sentence: Sentence
    remedy: Sentence | None
    """What to do about it; None when it has been done."""


@dataclass(frozen=True, slots=True)
class Mender:
    """Where what is mended is written."""

    database: Database
    at: datetime


@dataclass(frozen=True, slots=True)
class Inspector:
    """Looks at one file after another, and mends it where there is a mender."""

    blobs: BlobStore
    reads_all: bool
    """Whether the digests of files are compared, and their metadata with what is kept."""

    mender: Mender | None = None

    def faults(self, file: Row[Any]) -> Iterator[Fault]:
        """Look at a row of FILES."""
        problem = self._find_problem(file)
        if problem:
            yield Fault(_of_blob(file, file.sha256, problem), _RESTORE)
        yield from self._metadata_faults(file, is_file_whole=problem is None)

    def _find_problem(self, file: Row[Any]) -> Sentence | None:
        """Return what is wrong with a file's own bytes."""
        try:
            found = self.blobs.find_size(file.sha256)
            if found is None:
                return Sentence("is missing")
            if found != file.size:
                return Sentence(
                    "has %(found)s bytes instead of %(size)s", found=found, size=file.size
                )
            if self.reads_all and self._digest(file.sha256) != file.sha256:
                return Sentence("has other bytes than its digest says")
        except Unavailable as fact:
            return Sentence("cannot be read: %(reason)s", reason=fact)
        return None

    def _digest(self, sha256: Sha256) -> str:
        hashed = hashlib.sha256()
        for piece in self.blobs.pieces(sha256):
            hashed.update(piece)
        return hashed.hexdigest()

    def _metadata_faults(self, file: Row[Any], *, is_file_whole: bool) -> Iterator[Fault]:
        kept, problem = self._read_kept(file.metadata_sha256)
        is_needed = self.reads_all or (problem is not None and self.mender is not None)
        own = self._open(file) if is_file_whole and is_needed else None
        if problem:
            said = _of_blob(file, file.metadata_sha256, problem)
        elif own is not None and own.metadata.content != kept:
            said = _of_file(file, Sentence("what is kept as its metadata is not its own"))
        elif (own := own or _read(file, kept)) and own.has_final_metadata != file.serves_metadata:
            said = _of_file(file, _WRONGLY[file.serves_metadata])
        else:
            return
        if self.mender is None:
            yield Fault(said, _REPAIR if is_file_whole else _RESTORE)
        elif own is not None:
            yield self._mend(self.mender, file, own, said)
        else:
            if kept is not None:  # otherwise it may be there when the store answers again
                self._withdraw(self.mender, file)
            yield Fault(said, _RESTORE)

    def _read_kept(self, sha256: Sha256) -> tuple[bytes | None, Sentence | None]:
        """Return the metadata that is kept, if it can be had, and what is wrong with it."""
        try:
            content = self.blobs.read(sha256)
        except Missing:
            return b"", Sentence("is missing")
        except Unavailable as fact:
            return None, Sentence("cannot be read: %(reason)s", reason=fact)
        if hashlib.sha256(content).hexdigest() != sha256:
            return content, Sentence("has other bytes than its digest says")
        return content, None

    def _open(self, file: Row[Any]) -> Distribution | None:
        """Read the file itself; None for one that cannot be read, or would be refused today."""
        try:
            with self.blobs.local_copy(file.sha256) as path:
                return archives.inspect(path, names.parse_filename(file.filename))
        except (archives.InvalidArchive, names.InvalidFilename, Unavailable, OSError):
            return None

    def _mend(self, mender: Mender, file: Row[Any], own: Distribution, said: Sentence) -> Fault:
        """Store the metadata anew, blob first, and name it where another was named.

        What the store does not take is this file's problem; the next may be mended all the same.
        """
        try:
            sha256 = self.blobs.put(own.metadata.content).sha256
        except Unavailable as fact:
            failed = Sentence("%(said)s It cannot be mended: %(reason)s.", said=said, reason=fact)
            return Fault(failed, _REPAIR_AGAIN)
        _name(mender, file, sha256, serves=own.has_final_metadata)
        return Fault(Sentence("%(said)s It has been mended from the file.", said=said), None)

    def _withdraw(self, mender: Mender, file: Row[Any]) -> None:
        """Announce no more what is not there, and cannot be had: installers would fail on it."""
        _name(mender, file, file.metadata_sha256, serves=False)


def _read(file: Row[Any], content: bytes | None) -> Distribution | None:
    """Read what is kept of a file as if it were the file's own."""
    if content is None:
        return None
    try:
        return Distribution(names.parse_filename(file.filename), metadata.parse(content))
    except (names.InvalidFilename, metadata.InvalidMetadata):
        return None


def _name(mender: Mender, file: Row[Any], sha256: Sha256, *, serves: bool) -> None:
    """Say in the row and in the journal what is announced from now on, if it is another."""
    if (sha256, serves) == (file.metadata_sha256, file.serves_metadata):
        return
    with mender.database.write() as conn:
        changed = conn.execute(
            update(files)
            .where(files.c.id == file.id, files.c.metadata_sha256 == file.metadata_sha256)
            .values(metadata_sha256=sha256, serves_metadata=serves)
        )
        if changed.rowcount:  # it may have been deleted meanwhile
            _record(conn, mender, file)


def _record(conn: Connection, mender: Mender, file: Row[Any]) -> None:
    journal.record(
        conn,
        Entry("file.repaired", project_id=file.project_id, package=file.normalized_name),
        by=OPERATOR,
        at=mender.at,
        version=file.version,
        filename=file.filename,
        sha256=file.sha256,
    )


def _of_blob(file: Row[Any], sha256: str, problem: Sentence) -> Sentence:
    return Sentence(
        "%(file)s of %(place)s: the blob %(blob)s %(problem)s.",
        file=file.filename,
        place=file.full_path,
        blob=sha256,
        problem=problem,
    )


def _of_file(file: Row[Any], problem: Sentence) -> Sentence:
    return Sentence(
        "%(file)s of %(place)s: %(problem)s.",
        file=file.filename,
        place=file.full_path,
        problem=problem,
    )
