"""What the routes of the Python package repository take and answer.

They are no REST calls: they take every form of credential, and most answer with no JSON.  Their
endpoints read their own requests, and stand by these declarations as the others do by theirs.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from wheelyard.pypi import simple
from wheelyard.web.asked import Line, Text, header
from wheelyard.web.operations import FILE, Operation, Stored
from wheelyard.web.principal import Dialect

_TAG = "Python package repository"
_UNCHANGED = "The client has it already, by its `ETag`."
_NOT_ACCEPTABLE = "The client accepts none of the forms that there are."


class SimpleConditions(Struct, kw_only=True, frozen=True):
    """What a client says of what it has."""

    if_none_match: Annotated[
        str | None, header("If-None-Match"), Meta(description="`ETag`s of what is there already.")
    ] = None


class SimpleQuery(SimpleConditions, kw_only=True, frozen=True):
    """In which form a client wants a page."""

    format: Annotated[
        str | None,
        Meta(
            description="`json`, `html`, or one of the media types; counts before `Accept`.",
            examples=["json"],
        ),
    ] = None


class FileConditions(SimpleConditions, kw_only=True, frozen=True):
    """What a client says of what it has, and which part it wants."""

    range: Annotated[
        str | None,
        header("Range"),
        Meta(description="One range of bytes (RFC 9110, 14.2); of several the whole is sent."),
    ] = None
    if_range: Annotated[
        str | None,
        header("If-Range"),
        Meta(description="The `ETag`, or the `Last-Modified`, of which the range is to be."),
    ] = None
    if_modified_since: Annotated[
        str | None,
        header("If-Modified-Since"),
        Meta(description="The `Last-Modified` of what is there already."),
    ] = None
    if_match: Annotated[
        str | None,
        header("If-Match"),
        Meta(description="Refuse when none of these is the `ETag`."),
    ] = None
    if_unmodified_since: Annotated[
        str | None,
        header("If-Unmodified-Since"),
        Meta(description="An HTTP date: refuse when it has changed since."),
    ] = None


class SimpleMeta(
    Struct,
    kw_only=True,
    frozen=True,
    rename={"api_version": "api-version", "last_serial": "_last-serial"},
):
    """Of which version of the simple API a page is, and how new."""

    api_version: Literal["1.4"]
    last_serial: Annotated[int, Meta(description="Of the newest change of what it lists.")]


class SimpleListed(Struct, kw_only=True, frozen=True, rename={"last_serial": "_last-serial"}):
    """A package of an index."""

    name: Annotated[str, Meta(description="Normalised.")]
    last_serial: Annotated[int, Meta(description="Of its newest change.")]


class SimpleList(Struct, kw_only=True, frozen=True):
    """The packages of an index (PEP 691)."""

    meta: SimpleMeta
    projects: list[SimpleListed]


class SimpleStatus(Struct, kw_only=True, frozen=True):
    """What a package is said to be as a whole (PEP 792)."""

    status: Literal["archived", "quarantined", "deprecated"]
    reason: str | UnsetType = UNSET


class SimpleHashes(Struct, kw_only=True, frozen=True):
    """Digests, in lower-case hexadecimal."""

    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class SimpleFile(Struct, kw_only=True, frozen=True, rename="kebab"):
    """A file of a package (PEP 691, PEP 700)."""

    filename: str
    url: Annotated[str, Meta(description="Root-relative.")]
    hashes: SimpleHashes
    size: Annotated[int, Meta(description="In bytes.")]
    upload_time: datetime
    yanked: Annotated[bool | str, Meta(description="Whether it is yanked, or why it is (PEP 592).")]
    requires_python: str | UnsetType = UNSET
    core_metadata: Annotated[
        SimpleHashes | UnsetType,
        Meta(description="Of what `.metadata` after the URL serves (PEP 714)."),
    ] = UNSET


class SimpleDetail(Struct, kw_only=True, frozen=True, rename="kebab"):
    """The files of a package (PEP 691)."""

    meta: SimpleMeta
    name: Annotated[str, Meta(description="Normalised.")]
    versions: list[str]
    files: list[SimpleFile]
    project_status: Annotated[
        SimpleStatus | UnsetType, Meta(description="Absent for one that is active.")
    ] = UNSET


class Upload(Struct, kw_only=True, frozen=True):
    """One file of one release, as twine sends it; fields that stand in the file are ignored."""

    content: Annotated[Stored, Meta(description="The wheel or sdist, with its file name.")]
    name: Annotated[Line, Meta(description="Of the package, in any spelling.")]
    version: Annotated[Line, Meta(description="Of the release.")]
    requires_python: Annotated[
        Text, Meta(description="Which versions of Python can install it; else the file tells.")
    ] = ""
    sha256_digest: Annotated[
        str,
        Meta(pattern="^([0-9a-fA-F]{64})?$", description="Compared with the bytes, when sent."),
    ] = ""
    md5_digest: Annotated[Text, Meta(description="The same.")] = ""
    blake2_256_digest: Annotated[Text, Meta(description="The same.")] = ""


class Uploaded(Struct, frozen=True):
    """What has become of an upload."""

    message: str


SIMPLE_INDEX = Operation(
    name="list_simple",
    tag=_TAG,
    summary="List the packages, for installers.",
    description="The simple repository's index (PEP 503, PEP 691).",
    asked=SimpleQuery,
    answer=str,
    answer_type=simple.HTML_TYPE,
    also_answers={simple.HTML_V1_TYPE: str, simple.JSON_V1_TYPE: SimpleList},
    also={304: _UNCHANGED, 406: _NOT_ACCEPTABLE},
    dialect=Dialect.PACKAGING,
)

_DETAILS = {simple.HTML_V1_TYPE: str, simple.JSON_V1_TYPE: SimpleDetail}

SIMPLE_PAGE = Operation(
    name="get_simple",
    tag=_TAG,
    summary="List the files of a package, for installers.",
    description="The simple repository's page of a package (PEP 503, PEP 691).",
    asked=SimpleQuery,
    answer=str,
    answer_type=simple.HTML_TYPE,
    also_answers=_DETAILS,
    also={
        302: "There is no such package here, and an upstream index is asked instead.",
        304: _UNCHANGED,
        406: _NOT_ACCEPTABLE,
    },
    also_types={302: "text/plain"},
    dialect=Dialect.PACKAGING,
)

PUBLISHED_PAGE = Operation(
    name="get_published",
    tag=_TAG,
    summary="List the files of a package, for Hatch before it publishes.",
    description="The same page; of a package that is not here no other index is asked.",
    asked=SimpleQuery,
    answer=str,
    answer_type=simple.HTML_TYPE,
    also_answers=_DETAILS,
    also={304: _UNCHANGED, 406: _NOT_ACCEPTABLE},
    dialect=Dialect.PACKAGING,
)

DOWNLOAD = Operation(
    name="download_file",
    tag=_TAG,
    summary="Download a file.",
    description=(
        "An address serves the bytes of its own digest for ever.  With `.metadata` after it, it "
        "serves the file's METADATA or PKG-INFO, of every wheel, and of every sdist of which that "
        "can be relied on (PEP 658, PEP 643)."
    ),
    asked=FileConditions,
    answer=Any,
    answer_type=FILE,
    also={
        206: "The part that was asked for.",
        304: _UNCHANGED,
        416: "The range begins past the end of the file.",
    },
    dialect=Dialect.PACKAGING,
)

PUBLISH = Operation(
    name="publish",
    tag=_TAG,
    summary="Publish a file, as twine and uv do.",
    description="When it is answered it is durable and on its page.",
    asked=Upload,
    body_types=("multipart/form-data",),
    status=201,
    answer=Uploaded,
    also={
        408: "The body came too slowly.",
        507: "No room is left for the file.",
    },
    dialect=Dialect.PACKAGING,
)
