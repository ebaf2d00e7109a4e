"""What a call declares is what is read, and what is wrong is told in GitLab's words."""

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal

import pytest
from msgspec import UNSET, Meta, Struct, UnsetType

from wheelyard.access import Scope, Visibility
from wheelyard.facts import InvalidParameters
from wheelyard.web import asked
from wheelyard.web.api.paging import Paged
from wheelyard.web.asked import AccessLevel, FutureDay, Line, Moment, Number, Text
from wheelyard.web.params import Params

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Ending(Paged, kw_only=True, frozen=True):
    """What others ask for as well."""

    ends: FutureDay | None = None


class Wanted(Ending, kw_only=True, frozen=True):
    """One parameter of each kind."""

    name: Line
    level: AccessLevel
    note: Annotated[str, Meta(max_length=3)] = ""
    visibility: Visibility | None = None
    size: Number | UnsetType | None = UNSET
    order_by: Literal["id", "name"] = "id"
    archived: bool | None = None
    scopes: Annotated[tuple[Scope, ...], asked.only([Scope.API, Scope.READ_API])] = ()
    since: Moment | None = None
    condition: Annotated[Text | None, asked.header("If-Match")] = None


def test_every_kind_is_read() -> None:
    sent = {
        "name": " a name ",
        "level": "30",
        "note": "abc",
        "visibility": "public",
        "size": 5,
        "order_by": "name",
        "archived": "false",
        "scopes": "api, read_api",
        "since": "2026-01-01",
        "ends": "2026-06-01",
        "page": "2",
        "condition": "not a parameter",
        "unknown": "is ignored",
    }

    read = asked.read(Wanted, Params(sent), at=NOW, find_header={b"if-match": "of a header"}.get)

    assert read == Wanted(
        name="a name",
        level=30,
        note="abc",
        visibility=Visibility.PUBLIC,
        size=5,
        order_by="name",
        archived=False,
        scopes=(Scope.API, Scope.READ_API),
        since=datetime(2026, 1, 1, tzinfo=UTC),
        ends=datetime(2026, 6, 1, tzinfo=UTC),
        condition="of a header",
        page=2,
        per_page=20,
    )


def test_what_is_absent_or_empty_is_the_default() -> None:
    least = {"name": "a", "level": 10}
    empty = {"order_by": "", "archived": "", "visibility": None, "page": ""}

    assert asked.read(Wanted, Params(least), at=NOW) == Wanted(name="a", level=10)
    assert asked.read(Wanted, Params(least | empty), at=NOW) == Wanted(name="a", level=10)


@pytest.mark.parametrize("value", [None, ""])
def test_null_is_told_from_absent(value: object) -> None:
    read = asked.read(Wanted, Params({"name": "a", "level": 10, "size": value}), at=NOW)

    assert read.size is None


def test_everything_that_is_wrong_is_told_at_once_and_of_the_list_last() -> None:
    sent = {
        "page": 0,
        "level": 31,
        "note": "long",
        "visibility": "hidden",
        "size": -1,
        "order_by": "size",
        "archived": "perhaps",
        "scopes": "read_user",
        "since": "yesterday",
        "ends": "2026-05-01",
    }

    with pytest.raises(InvalidParameters) as refused:
        asked.read(Wanted, Params(sent), at=NOW)

    assert str(refused.value) == (
        "name is missing, level does not have a valid value, note is invalid, "
        "visibility does not have a valid value, size is invalid, "
        "order_by does not have a valid value, archived is invalid, "
        "scopes does not have a valid value, since is invalid, "
        "ends must be a date in the future, page is invalid"
    )


class EitherOf(Struct, kw_only=True, frozen=True):
    """Two of which one is needed."""

    needs_one_of: ClassVar = ("user_id", "username")

    user_id: Number | None = None
    username: Text = ""


@pytest.mark.parametrize("sent", [{}, {"username": ""}])
def test_one_of_several_may_be_needed(sent: dict[str, Any]) -> None:
    with pytest.raises(InvalidParameters) as refused:
        asked.read(EitherOf, Params(sent), at=NOW)

    assert str(refused.value) == (
        "user_id, username are missing, at least one parameter must be provided"
    )
    assert asked.read(EitherOf, Params({"username": "zoe"}), at=NOW) == EitherOf(username="zoe")


class Unreadable(Struct):
    """Nothing of ours reads a float."""

    ratio: float


class Unbounded(Struct):
    """Text that may be as long as the body."""

    text: str


@pytest.mark.parametrize("declared", [Unreadable, Unbounded])
def test_a_type_that_no_reader_fits_is_found_at_once(declared: type[Struct]) -> None:
    with pytest.raises(TypeError, match="there is no reader for"):
        asked.prepare(declared)
