"""Simple pages: records of what they say, and the two forms in which they say it.

Essential reading: PEP 503 (HTML), PEP 691 (JSON), PEP 592 (yanked files), PEP 700 (versions, sizes,
times), PEP 714 (metadata beside files), PEP 792 (status), PEP 833 (HTML frozen at 1.4), current in
the PyPA specification "Simple repository API".

One record makes both forms, so that they cannot differ in what both can say.  HTML has no place for
versions, sizes and times.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any

from wheelyard.pypi.names import NormalizedName
from wheelyard.pypi.status import PackageStatus

HTML_TYPE = "text/html; charset=utf-8"
HTML_V1_TYPE = "application/vnd.pypi.simple.v1+html"
JSON_V1_TYPE = "application/vnd.pypi.simple.v1+json"

API_VERSION = "1.4"
"""Of both forms.  HTML stays at it for ever; a version 1.5 of JSON would announce PEP 752."""

_HEAD = """\
<!DOCTYPE html>
<html>
  <head>
{metas}    <title>Links for {title}</title>
  </head>
  <body>
    <h1>Links for {title}</h1>
"""
# As the public Python Package Index ends its pages; mirrors read it.
_FOOT = """\
  </body>
</html>
<!--SERIAL {serial}-->
"""


@dataclass(frozen=True, slots=True)
class SimpleFile:
    """One file of a package's page.

    PEP 503: the URL must end in the file name; HTML adds ``#sha256=`` to it, and JSON does not.
    """

    filename: str
    url: str
    sha256: str
    requires_python: str
    """Empty for a file that any Python can install."""

    size: int
    """In bytes."""

    uploaded_at: datetime
    yanked: str | None = None
    """Why it is yanked, perhaps with nothing; None when it is not."""

    core_metadata: str | None = None
    """The SHA-256 of what ``.metadata`` after the URL serves; None where nothing does."""


@dataclass(frozen=True, slots=True)
class Detail:
    """What a package's page says: the specification's "project detail"."""

    name: NormalizedName
    shown_name: str
    """As it was first uploaded."""

    serial: int
    """Of the newest change of it."""

    versions: Sequence[str]
    files: Sequence[SimpleFile]
    status: PackageStatus = PackageStatus.ACTIVE
    status_reason: str = ""
    """Empty for none."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One package of an index."""

    name: NormalizedName
    shown_name: str
    serial: int
    """Of the newest change of it."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What an index says: the specification's "project list"."""

    title: str
    root: str
    """The index's own root-relative URL, without a slash at its end."""

    serial: int
    """Of the newest change of any package; of one, perhaps, that is listed no more."""

    packages: Sequence[Listed]


# HTML --------------------------------------------------------------------------------------------


def render_html(record: Detail | Listing) -> bytes:
    """Write a page as HTML, one anchor in a line."""
    if isinstance(record, Listing):
        title, told, anchors = record.title, {}, _package_anchors(record)
    else:
        title, told, anchors = record.shown_name, _status_metas(record), _file_anchors(record)
    metas = "".join(
        f'    <meta name="{name}" content="{escape(value)}">\n'
        for name, value in {"pypi:repository-version": API_VERSION, **told}.items()
    )
    body = "<br>\n".join(anchors)
    head = _HEAD.format(metas=metas, title=escape(title))
    end = ("\n" if body else "") + _FOOT.format(serial=record.serial)
    return f"{head}{body}{end}".encode()


def _status_metas(detail: Detail) -> dict[str, str]:
    if detail.status is PackageStatus.ACTIVE:
        return {}
    said = {"pypi:project-status": detail.status.value}
    if detail.status_reason:
        said["pypi:project-status-reason"] = detail.status_reason
    return said


def _package_anchors(listing: Listing) -> Iterator[str]:
    # PEP 503: the text may be the name as written, the link must be the normalised one, and end in
    # a slash.
    root = escape(listing.root)
    for package in listing.packages:
        yield f'    <a href="{root}/{package.name}/">{escape(package.shown_name)}</a>'


def _file_anchors(detail: Detail) -> Iterator[str]:
    for file in detail.files:
        said = " ".join(f'{name}="{escape(value)}"' for name, value in _attributes(file))
        yield f"    <a {said}>{escape(file.filename)}</a>"


def _attributes(file: SimpleFile) -> Iterator[tuple[str, str]]:
    yield "href", f"{file.url}#sha256={file.sha256}"
    # Left out when empty, because an empty specifier says the same and some older readers stumble
    # on it.
    if file.requires_python:
        yield "data-requires-python", file.requires_python
    if file.core_metadata is not None:
        yield "data-core-metadata", f"sha256={file.core_metadata}"
        # As it was called at first, for clients of that time (PEP 714).
        yield "data-dist-info-metadata", f"sha256={file.core_metadata}"
    if file.yanked is not None:
        yield "data-yanked", file.yanked


# JSON --------------------------------------------------------------------------------------------


def render_json(record: Detail | Listing) -> bytes:
    """Write a page as JSON."""
    return json.dumps(_in_json(record), ensure_ascii=False, separators=(",", ":")).encode()


def show_json(record: Detail | Listing) -> str:
    """Write the same for people, over several lines."""
    return json.dumps(_in_json(record), ensure_ascii=False, indent=2)


def _in_json(record: Detail | Listing) -> dict[str, Any]:
    return _list_in_json(record) if isinstance(record, Listing) else _detail_in_json(record)


def _list_in_json(listing: Listing) -> dict[str, Any]:
    return {
        "meta": _meta(listing),
        "projects": [
            {"name": package.name, "_last-serial": package.serial} for package in listing.packages
        ],
    }


def _detail_in_json(detail: Detail) -> dict[str, Any]:
    said: dict[str, Any] = {
        "meta": _meta(detail),
        "name": detail.name,
        "versions": list(detail.versions),
        "files": [_file_in_json(file) for file in detail.files],
    }
    # At the top, as PEP 792 says and clients read it; the example in the specification has it
    # under "meta".
    if detail.status is not PackageStatus.ACTIVE:
        reason = {"reason": detail.status_reason} if detail.status_reason else {}
        said["project-status"] = {"status": detail.status.value, **reason}
    return said


def _meta(record: Detail | Listing) -> dict[str, Any]:
    # With an underscore, because no standard knows it (PEP 700).
    return {"api-version": API_VERSION, "_last-serial": record.serial}


def _file_in_json(file: SimpleFile) -> dict[str, Any]:
    said: dict[str, Any] = {
        "filename": file.filename,
        "url": file.url,
        "hashes": {"sha256": file.sha256},
        "size": file.size,
        "upload-time": _write_time(file.uploaded_at),
        "yanked": file.yanked or file.yanked is not None,
    }
    if file.requires_python:
        said["requires-python"] = file.requires_python
    # In JSON by its newer name alone, for pip 23.0 misreads the older (PEP 714).
    if file.core_metadata is not None:
        said["core-metadata"] = {"sha256": file.core_metadata}
    return said


def _write_time(moment: datetime) -> str:
    """Write a moment as PEP 700 wants it: in UTC, with a Z, and no finer than microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
