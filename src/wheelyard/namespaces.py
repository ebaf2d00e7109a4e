"""Namespaces: users' own and groups, nested to any depth, each with one full path.

A path is what stands in a URL: ``acme/tools``.  It belongs to one namespace or one project, in
whatever case it is written.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, or_, select, update

from wheelyard import journal
from wheelyard.access import Actor, Subject, Visibility
from wheelyard.database.rows import add_row
from wheelyard.database.schema import namespaces, projects
from wheelyard.facts import InvalidRecord, NotFound, Sentence
from wheelyard.journal import Entry
from wheelyard.pypi.names import NormalizedName
from wheelyard.settings import Duplicates

# What GitLab takes: no leading hyphen, so that "/-/" can separate pages from paths.
_PATH = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]*\Z", re.ASCII)

# First words of the URLs that are ours, or that a browser asks for by itself.
_RESERVED = frozenset(
    {
        ".",
        "..",
        ".well-known",
        "admin",
        "api",
        "assets",
        "dashboard",
        "explore",
        "favicon.ico",
        "files",
        "groups",
        "health_check",
        "help",
        "import",
        "jwt",
        "oauth",
        "profile",
        "projects",
        "public",
        "robots.txt",
        "s",
        "search",
        "sessions",
        "snippets",
        "static",
        "unsubscribe",
        "uploads",
        "user",
        "users",
        "v2",
    }
)


class Kind(StrEnum):
    """Whose namespace it is."""

    USER = "user"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Namespace:
    """A group, or the one namespace that is a user's own."""

    id: int
    kind: Kind
    parent_id: int | None
    user_id: int | None
    name: str
    path: str
    full_path: str
    lineage: tuple[int, ...]
    description: str
    visibility: Visibility
    created_at: datetime
    max_file_bytes: int | None
    """This and the next two are None for what comes from above, as ``policies`` says."""

    duplicates: Duplicates | None
    forwarding: bool | None
    forwarding_locked: bool
    """Whether all that is below has to do as this does."""

    reserved_prefixes: tuple[NormalizedName, ...]
    """Its own; those from above count as well."""

    @property
    def subject(self) -> Subject:
        """As much of it as decides who may do what."""
        return Subject(visibility=self.visibility, lineage=self.lineage)


def from_row(row: Row[Any]) -> Namespace:
    """Make a record of a row of the table."""
    return Namespace(
        id=row.id,
        kind=Kind(row.kind),
        parent_id=row.parent_id,
        user_id=row.user_id,
        name=row.name,
        path=row.path,
        full_path=row.full_path,
        lineage=parse_lineage(row.lineage),
        description=row.description,
        visibility=Visibility(row.visibility),
        created_at=row.created_at,
        max_file_bytes=row.max_file_bytes,
        duplicates=Duplicates(row.duplicates) if row.duplicates else None,
        forwarding=row.forwarding,
        forwarding_locked=row.forwarding_locked,
        reserved_prefixes=tuple(map(NormalizedName, row.reserved_prefixes.split())),
    )


def parse_lineage(text: str) -> tuple[int, ...]:
    """Read ``/1/4/9/``."""
    return tuple(map(int, text.strip("/").split("/")))


def lineage_text(lineage: Iterable[int]) -> str:
    """Write ``/1/4/9/``, the prefix of every lineage under it."""
    return "/".join(map(str, ("", *lineage, "")))


def is_under(column: ColumnElement[str], prefix: str | ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a lineage is this one or under it, as a range that an index can be searched for.

    "0" is the character after "/".  A LIKE would ignore case, and so the index.
    """
    end = prefix[:-1] if isinstance(prefix, str) else func.rtrim(prefix, "/")
    return (column >= prefix) & (column < end + "0")


def path_key(full_path: str) -> str:
    """Bring a path to the form in which equal paths are equal text."""
    return full_path.lower()


def is_id(ref: str) -> bool:
    """Whether a reference is a decimal id rather than a path; ids fit 63 bits."""
    return ref.isascii() and ref.isdigit() and len(ref) <= 18  # noqa: PLR2004  digits of 2**63 - 1


def find(conn: Connection, namespace_id: int) -> Namespace | None:
    """Return a namespace of either kind."""
    row = conn.execute(select(namespaces).where(namespaces.c.id == namespace_id)).first()
    return from_row(row) if row else None


def find_by_ref(conn: Connection, ref: str) -> Namespace | None:
    """Return a namespace of either kind by decimal id or full path, in whatever case."""
    return find(conn, int(ref)) if is_id(ref) else find_by_path(conn, ref)


def find_by_path(conn: Connection, full_path: str) -> Namespace | None:
    """Return a namespace of either kind by full path, in whatever case."""
    row = conn.execute(
        select(namespaces).where(namespaces.c.full_path_key == path_key(full_path))
    ).first()
    return from_row(row) if row else None


def find_each(conn: Connection, ids: Iterable[int]) -> dict[int, Namespace]:
    """Return the namespaces with these ids, by id, for a list that names what is above."""
    rows = conn.execute(select(namespaces).where(namespaces.c.id.in_(set(ids))))
    return {row.id: from_row(row) for row in rows}


def reserved_prefixes_under(conn: Connection, group: Namespace | None) -> set[NormalizedName]:
    """Return the prefixes that a group and all groups below it reserve; None: all there are."""
    reserving = select(namespaces.c.reserved_prefixes).where(namespaces.c.reserved_prefixes != "")
    if group is not None:
        prefix = lineage_text(group.lineage)
        reserving = reserving.where(is_under(namespaces.c.lineage, prefix))
    return {NormalizedName(one) for text in conn.scalars(reserving) for one in text.split()}


def find_group(conn: Connection, ref: str) -> Namespace | None:
    """Return a group by decimal id or full path; a user's namespace is no group."""
    matches = (
        namespaces.c.id == int(ref) if is_id(ref) else namespaces.c.full_path_key == path_key(ref)
    )
    row = conn.execute(
        select(namespaces).where(matches, namespaces.c.kind == Kind.GROUP.value)
    ).first()
    return from_row(row) if row else None


def find_own(conn: Connection, user_id: int) -> Namespace | None:
    """Return the namespace that is a user's own."""
    row = conn.execute(select(namespaces).where(namespaces.c.user_id == user_id)).first()
    return from_row(row) if row else None


def path_of(name: str) -> str:
    """Make a path of a name that comes without one; GitLab keeps the name where it can."""
    if re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", name, re.ASCII):
        return name
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9_-]+", "-", plain.lower()).strip("-")


def require_free_path(conn: Connection, path: str, *, parent: Namespace | None) -> str:
    """Return the full path that a new thing would have; raises InvalidRecord."""
    if not _PATH.match(path) or len(path) > 255 or path.endswith((".", ".git", ".atom")):  # noqa: PLR2004  the column's width
        raise InvalidRecord(
            path=Sentence(
                "can contain only letters, digits, '_', '-' and '.', cannot start with '-', "
                "and cannot end in '.', '.git' or '.atom'"
            )
        )
    if parent is None and path.lower() in _RESERVED:
        raise InvalidRecord(path=Sentence("%(path)s is a reserved name", path=path))
    full_path = f"{parent.full_path}/{path}" if parent else path
    key = path_key(full_path)
    for table in (namespaces, projects):
        if conn.execute(select(table.c.id).where(table.c.full_path_key == key)).first():
            raise InvalidRecord(path=Sentence("has already been taken"))
    return full_path


def require_visibility_within(visibility: Visibility, parent: Namespace | None) -> None:
    """Raise InvalidRecord for anything more visible than the group that holds it."""
    order = list(Visibility)
    if (
        parent is not None
        and parent.kind is Kind.GROUP
        and order.index(visibility) > order.index(parent.visibility)
    ):
        raise InvalidRecord(
            visibility_level=Sentence(
                "%(level)s is not allowed since the parent group has a %(parent)s visibility",
                level=visibility,
                parent=parent.visibility,
            )
        )


def create_own(
    conn: Connection, *, user_id: int, username: str, name: str, at: datetime
) -> Namespace:
    """Make the namespace that is a user's own; the journal speaks of the user."""
    full_path = require_free_path(conn, username, parent=None)
    return add(
        conn,
        kind=Kind.USER,
        parent=None,
        user_id=user_id,
        name=name,
        path=username,
        full_path=full_path,
        description="",
        # A user's page is no secret; what is in it has a visibility of its own.
        visibility=Visibility.PUBLIC,
        at=at,
    )


def rename_own(conn: Connection, *, user_id: int, username: str, name: str) -> None:
    """Let a user's own namespace follow the user; raises InvalidRecord."""
    own = find_own(conn, user_id)
    assert own is not None  # noqa: S101  every user has one
    if path_key(username) != path_key(own.path):
        require_free_path(conn, username, parent=None)
    values = {"name": name, "path": username}
    conn.execute(update(namespaces).where(namespaces.c.id == own.id).values(values))
    if username != own.path:
        move(conn, own.full_path, username)


def add(
    conn: Connection,
    *,
    kind: Kind,
    parent: Namespace | None,
    full_path: str,
    at: datetime,
    **columns: object,
) -> Namespace:
    """Insert a row with the columns that follow from its place; its path is known to be free."""
    new_id = add_row(
        conn,
        namespaces,
        kind=kind.value,
        parent_id=parent.id if parent else None,
        full_path=full_path,
        full_path_key=path_key(full_path),
        lineage="",
        created_at=at,
        **columns,
    )
    lineage = lineage_text((*(parent.lineage if parent else ()), new_id))
    conn.execute(update(namespaces).where(namespaces.c.id == new_id).values(lineage=lineage))
    return get(conn, new_id)


def get(conn: Connection, namespace_id: int) -> Namespace:
    """Return a namespace of either kind; raises NotFound."""
    namespace = find(conn, namespace_id)
    if namespace is None:
        raise NotFound("Namespace")
    return namespace


def move(conn: Connection, old: str, new: str) -> None:
    """Rewrite the full path of a namespace and of everything under it."""
    for table in (namespaces, projects):
        full_path = table.c.full_path
        moved = new + func.substr(full_path, len(old) + 1)
        conn.execute(
            update(table)
            .where(or_(full_path == old, full_path.startswith(f"{old}/", autoescape=True)))
            .values(full_path=moved, full_path_key=func.lower(moved))
        )


def ids_under(namespace: Namespace) -> Select[tuple[int]]:
    """Select the ids of a namespace and of all groups below it."""
    under = is_under(namespaces.c.lineage, lineage_text(namespace.lineage))
    return select(namespaces.c.id).where(under)


def projects_under(namespace: Namespace) -> Select[tuple[int]]:
    """Select the ids of all projects in a namespace and below it."""
    return select(projects.c.id).where(projects.c.namespace_id.in_(ids_under(namespace)))


def record_losses(conn: Connection, namespace: Namespace, *, by: Actor, at: datetime) -> None:
    """Tell the journal of the groups and projects that go with a namespace."""
    under = is_under(namespaces.c.lineage, lineage_text(namespace.lineage))
    lost_projects = conn.execute(
        select(projects.c.id, projects.c.full_path)
        .join_from(projects, namespaces, projects.c.namespace_id == namespaces.c.id)
        .where(under)
        .order_by(projects.c.id)
    ).all()
    lost_groups = conn.execute(
        select(namespaces.c.id, namespaces.c.full_path)
        .where(under, namespaces.c.id != namespace.id)
        .order_by(namespaces.c.id.desc())  # what is inside first
    ).all()
    for row in lost_projects:
        entry = Entry("project.deleted", project_id=row.id)
        journal.record(conn, entry, by=by, at=at, full_path=row.full_path)
    for row in lost_groups:
        entry = Entry("group.deleted", namespace_id=row.id)
        journal.record(conn, entry, by=by, at=at, full_path=row.full_path)
