"""What the routes of the Python package repository take and answer.

They are no REST calls: they take every form of credential, and most answer with no JSON.  Their
endpoints read their own requests, and stand by these declarations as the others do by theirs.
"""

from typing import Annotated, Any

from msgspec import Meta, Struct

from wheelyard.pypi import simple
from wheelyard.web.asked import Line, Text, header
from wheelyard.web.operations import FILE, Operation, Stored
from wheelyard.web.principal import Dialect

_TAG = "Python package repository"
_UNCHANGED = "The client has it already, by its `ETag`."


class SimpleConditions(Struct, kw_only=True, frozen=True):
    """What a client says of what it has."""

    if_none_match: Annotated[
        str | None, header("If-None-Match"), Meta(description="`ETag`s of what is there already.")
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
    description="The simple repository's index (PEP 503).",
    asked=SimpleConditions,
    answer=str,
    answer_type=simple.HTML_TYPE,
    also={304: _UNCHANGED},
    dialect=Dialect.PACKAGING,
)

SIMPLE_PAGE = Operation(
    name="get_simple",
    tag=_TAG,
    summary="List the files of a package, for installers.",
    description="The simple repository's page of a package (PEP 503).",
    asked=SimpleConditions,
    answer=str,
    answer_type=simple.HTML_TYPE,
    also={
        302: "There is no such package here, and an upstream index is asked instead.",
        304: _UNCHANGED,
    },
    also_types={302: "text/plain"},
    dialect=Dialect.PACKAGING,
)

PUBLISHED_PAGE = Operation(
    name="get_published",
    tag=_TAG,
    summary="List the files of a package, for Hatch before it publishes.",
    description="The same page; of a package that is not here no other index is asked.",
    asked=SimpleConditions,
    answer=str,
    answer_type=simple.HTML_TYPE,
    also={304: _UNCHANGED},
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
