"""Real archives in a line: what ``python -m build`` makes, without running it."""

import base64
import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Dist:
    """A distribution file in memory, with what its upload form says."""

    filename: str
    content: bytes
    name: str
    version: str
    filetype: str
    metadata: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def metadata_sha256(self) -> str:
        """Of its METADATA or PKG-INFO."""
        return hashlib.sha256(self.metadata).hexdigest()

    @property
    def md5(self) -> str:
        return hashlib.md5(self.content, usedforsecurity=False).hexdigest()

    @property
    def blake2_256(self) -> str:
        return hashlib.blake2b(self.content, digest_size=32).hexdigest()

    def fields(self, **changes: str | None) -> dict[str, str]:
        """The form as twine sends it; None leaves a field out."""
        form: dict[str, str | None] = {
            ":action": "file_upload",
            "protocol_version": "1",
            "name": self.name,
            "version": self.version,
            "filetype": self.filetype,
            "pyversion": "py3" if self.filetype == "bdist_wheel" else "source",
            "metadata_version": "2.1",
            "sha256_digest": self.sha256,
            "md5_digest": self.md5,
            "blake2_256_digest": self.blake2_256,
            **changes,
        }
        return {name: value for name, value in form.items() if value is not None}

    def save(self, folder: Path) -> Path:
        """Write the file into a folder, as a build leaves it in ``dist``."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / self.filename
        path.write_bytes(self.content)
        return path


def metadata(name: str, version: str, *, requires_python: str = "", extra: str = "") -> bytes:
    """A METADATA or PKG-INFO file."""
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    if requires_python:
        lines.append(f"Requires-Python: {requires_python}")
    return ("\n".join(lines) + f"\n{extra}\nA description.\n").encode()


def wheel(
    name: str = "demo",
    version: str = "1.0",
    *,
    requires_python: str = "",
    tag: str = "py3-none-any",
    files: Mapping[str, bytes] | None = None,
    described: bytes | None = None,
) -> Dist:
    """A sound wheel; ``files`` are added to it, ``described`` takes the place of its METADATA."""
    stem = f"{name.replace('-', '_').replace('.', '_')}-{version}"
    about = (
        described
        if described is not None
        else metadata(name, version, requires_python=requires_python)
    )
    members = {
        f"{stem.split('-', maxsplit=1)[0]}/__init__.py": f"version = {version!r}\n".encode(),
        **(files or {}),
        f"{stem}.dist-info/METADATA": about,
        f"{stem}.dist-info/WHEEL": (
            f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: {tag}\n".encode()
        ),
    }
    record = "".join(
        f"{path},sha256={_record_digest(content)},{len(content)}\n"
        for path, content in members.items()
    )
    members[f"{stem}.dist-info/RECORD"] = f"{record}{stem}.dist-info/RECORD,,\n".encode()
    return Dist(f"{stem}-{tag}.whl", zipped(members), name, version, "bdist_wheel", about)


def _record_digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A ZIP archive of these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in members.items():
            archive.writestr(zipfile.ZipInfo(path), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def sdist(
    name: str = "demo",
    version: str = "1.0",
    *,
    requires_python: str = "",
    files: Mapping[str, bytes] | None = None,
    members: tuple[tarfile.TarInfo, ...] = (),
    described: bytes | None = None,
) -> Dist:
    """A sound sdist that pip can build; ``members`` are added without content.

    ``described`` takes the place of its PKG-INFO.
    """
    stem = f"{name.replace('-', '_').replace('.', '_')}-{version}"
    about = (
        described
        if described is not None
        else metadata(name, version, requires_python=requires_python)
    )
    package = stem.split("-", maxsplit=1)[0]
    contents = {
        f"{stem}/PKG-INFO": about,
        f"{stem}/{package}/__init__.py": f"version = {version!r}\n".encode(),
        f"{stem}/setup.py": (
            f"from setuptools import setup\n"
            f"setup(name={name!r}, version={version!r}, packages=[{package!r}])\n"
        ).encode(),
        **(files or {}),
    }
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, content in contents.items():
            member = tarfile.TarInfo(path)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for member in members:
            archive.addfile(member)
    content = gzip.compress(buffer.getvalue(), mtime=0)
    return Dist(f"{stem}.tar.gz", content, name, version, "sdist", about)
