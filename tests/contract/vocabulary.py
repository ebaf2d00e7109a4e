"""The words of a case: what there is, who asks, what is asked for and what is answered.

A file of cases is one section of what GitLab does; the README beside it says how to read and write
them.  A field that is not one of these is an error.
"""

from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Struct, UnsetType

Status: TypeAlias = int | tuple[int, ...]
"""One, or several where GitLab's releases differ."""

Text: TypeAlias = str | tuple[str, ...]


class Upload(Struct, frozen=True, forbid_unknown_fields=True):
    """A file that is published, and its form as twine fills it."""

    name: str = "demo"
    version: str = "1.0"
    kind: Literal["wheel", "sdist", "nothing"] = "wheel"
    """``nothing``: a form without a file."""

    tag: str = "py3-none-any"
    requires_python: str = ""
    """What the file says of itself; the form says it in ``fields``."""

    padding: int = 0
    """So many bytes more that no compression makes smaller; they are the same in every file of
    one number, so that another number is another content under the same file name."""

    filename: str | None = None
    """The name that the form gives the file, where it is not the file's own."""

    content: str | None = None
    """A text in the place of the file's bytes."""

    fields: dict[str, str | None] = {}
    """These in the place of the form's own; null leaves one out."""


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """A protection rule of the project."""

    pattern: str
    push: str | None = None
    delete: str | None = None


class Second(Struct, frozen=True, forbid_unknown_fields=True):
    """One more project, in a subgroup of the group."""

    visibility: str = "private"
    registry: str = "enabled"
    packages: tuple[Upload, ...] = ()


class Given(Struct, frozen=True, forbid_unknown_fields=True):
    """What there is: a group, a project in it, perhaps a subgroup with another."""

    visibility: str = "private"
    """Of the project."""

    group: str = "public"
    """The visibility of the group."""

    registry: str = "enabled"
    archived: bool = False
    packages: tuple[Upload, ...] = ()
    second: Second | None = None
    duplicates: str | None = None
    max_file_size: int | None = None
    """In bytes, of the project (ours; GitLab knows a limit for the whole instance alone)."""

    forwarding: bool | None = None
    """Whether the project and the group send absent names on to the upstream index."""

    protected: tuple[Rule, ...] = ()
    instance: dict[str, Any] = {}
    """What the instance's settings are for as long as the case runs."""


class Caller(Struct, frozen=True, forbid_unknown_fields=True):
    """Who asks, with which credential in which form."""

    credential: Literal["personal", "deploy", "access", "job", "wrong", "none", "admin"] = (
        "personal"
    )
    role: Literal["", "guest", "reporter", "developer", "maintainer", "owner", "stranger"] = ""
    """Of the user, or of an access token's bot; none: a stranger."""

    member_of: Literal["project", "group", "second", "subgroup"] = "project"
    of: Literal["project", "group", "subgroup", "second", "elsewhere"] = "project"
    """Where a deploy or access token was made, or where the job of a job token runs."""

    admitted: bool = False
    """Whether the project admits jobs of where the job token is from."""

    state: Literal["valid", "revoked", "expired", "blocked"] = "valid"
    scopes: tuple[str, ...] = ()
    """Of the token: those of its kind that allow most, unless told."""

    form: Literal[
        "",
        "basic",
        "basic without password",
        "private-token",
        "bearer",
        "deploy-token",
        "job-token",
        "?private_token",
        "?access_token",
        "?job_token",
    ] = ""
    """Unless told, the header of the REST API, and Basic on the routes of installers."""

    username: str = "__token__"

    def __str__(self) -> str:
        fields = [self.role, self.credential, self.state if self.state != "valid" else ""]
        if self.of != "project":
            fields.append(f"of {self.of}")
        if self.member_of != "project":
            fields.append(f"in {self.member_of}")
        if self.username != "__token__":
            fields.append(f"named {self.username or 'nothing'}")
        if self.admitted:
            fields.append("admitted")
        return " ".join(filter(None, [*fields, *self.scopes, self.form]))


class Request(Struct, frozen=True, forbid_unknown_fields=True):
    """One request; a path is below ``/api/v4``, and several are a case each."""

    path: Text
    method: str = "GET"
    headers: dict[str, str] = {}
    json: Any = UNSET
    upload: Upload | None = None


class Expect(Struct, frozen=True, forbid_unknown_fields=True):
    """What is answered; what is not mentioned may be as it likes."""

    status: Status
    json: Any = UNSET
    """The whole body."""

    has: Any = UNSET
    """Of the body, at least this; a list holds at least these, wherever they stand."""

    lacks: tuple[str, ...] = ()
    """Names that the body's object does not have."""

    text: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    headers: dict[str, str | None] = {}
    """Of a header, its value; null: it is not there."""


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """A request that comes before that of the case."""

    request: Request
    status: Status
    caller: Caller = msgspec.field(name="as", default_factory=lambda: Caller(credential="admin"))
    keep: dict[str, str] = {}
    """Names for later placeholders, and where in the answer their values stand: ``0.id``."""


class Case(Struct, frozen=True, forbid_unknown_fields=True):
    """One row."""

    name: str
    request: Request
    expect: Expect
    given: Given | tuple[Given, ...] = Given()
    caller: Caller | tuple[Caller, ...] = msgspec.field(
        name="as", default_factory=lambda: Caller(credential="none")
    )
    before: tuple[Step, ...] = ()
    gitlab: Expect | UnsetType = UNSET
    """What a GitLab answers, where that is on purpose something else."""

    only: Literal["wheelyard", ""] = ""
    """``wheelyard``: a GitLab has nothing to be asked, or no way to make what is asked about."""

    why: str = ""
    """Why the two differ."""


class Exempt(Struct, frozen=True, forbid_unknown_fields=True):
    """A row that is no case."""

    row: str
    why: str


class Section(Struct, frozen=True, forbid_unknown_fields=True):
    """One file."""

    section: int
    title: str
    cases: tuple[Case, ...]
    exempt: tuple[Exempt, ...] = ()
