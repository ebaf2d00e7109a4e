"""What people look at: how long the server takes for each page, and how large the page is.

The registry holds 100,000 packages in one project, a thousand more projects, a thousand groups of
which who looks is a member, and a journal of as many entries; the page of a package shows one that
was uploaded as any other.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from sqlalchemy import Connection, Table, insert, update
from tests.actors import Installation
from tests.builders import metadata, wheel
from tests.servers import running

from benchmarks.endpoints import Answer, Broken, Endpoint, ask
from benchmarks.report import OURS, Figure
from wheelyard import groups, projects, sessions
from wheelyard.access import Visibility
from wheelyard.database import schema
from wheelyard.groups import NewGroup
from wheelyard.journal import OPERATOR
from wheelyard.namespaces import Namespace
from wheelyard.projects import NewProject, Project
from wheelyard.registry import utc_now
from wheelyard.users import User

PACKAGES = 100_000
PROJECTS = 1_000
GROUPS = 1_000
MOST_MS = 50
MOST_KB = 100

_BATCH = 20_000
_BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
_README = "# A heading\n\nSome *text* with `code`, and a list:\n\n- one\n- two\n\n" * 40


def measure(folder: Path, *, rounds: int) -> Iterator[Figure]:
    """Measure every page for an administrator, who is shown the most."""
    with running(folder / "pages") as server:
        town = Installation(server.data, server.url)
        admin = town.user(is_admin=True)
        group = town.group()
        project = town.project(within=group)
        with town.database.write() as conn:
            _fill(conn, project, group)
            join_groups(conn, admin)
            begun = sessions.begin(conn, admin, address="", user_agent="", at=utc_now())
        with town.holding(town.token(admin)) as uploader:
            described = metadata("shown", "1.0", extra="Description-Content-Type: text/markdown")
            dist = wheel("shown", "1.0", described=described + _README.encode())
            uploader.publish(project, dist).raise_for_status()
        town.close()
        cookie = {"Cookie": f"wheelyard_session={begun.secret}"}
        for title, path in _pages(project, group).items():
            yield from _look(title, Endpoint(OURS, server.port, path, cookie), rounds)


def _pages(project: Project, group: Namespace) -> Mapping[str, str]:
    home, packages = f"/{project.full_path}", f"/{project.full_path}/-/packages"
    shown = f"{packages}/{PACKAGES + 1}"
    return {
        "start": "/",
        "new project": "/projects/new",
        "new group": "/groups/new",
        "explore": "/explore",
        "explore packages": "/explore/packages",
        "search": "/search?q=package-77",
        "project": home,
        "packages": packages,
        "packages by name": f"{packages}?sort=name-up&page=2500",
        "packages filtered": f"{packages}?q=package-77",
        "package": shown,
        "files": f"{shown}/files",
        "versions": f"{shown}/versions",
        "downloads": f"{shown}/downloads",
        "settings": f"{home}/-/settings/general",
        "members": f"{home}/-/project_members",
        "tokens": "/-/user_settings/personal_access_tokens",
        "group": f"/{group.full_path}",
        "group packages": f"/groups/{group.full_path}/-/packages",
        "admin": "/admin",
        "admin users": "/admin/users",
        "admin groups": "/admin/groups",
        "admin projects": "/admin/projects",
        "admin storage": "/admin/storage",
        "admin journal": "/admin/journal",
    }


def _look(title: str, endpoint: Endpoint, rounds: int) -> Iterator[Figure]:
    _require_page(endpoint, ask(endpoint))  # the first compiles the template
    times, sizes = [], []
    for _ in range(rounds):
        began = perf_counter()
        answer = ask(endpoint)
        times.append((perf_counter() - began) * 1000)
        sizes.append(len(answer.body) / 1024)
    yield Figure(f"{title}, ms", {OURS: times}, most=MOST_MS)
    yield Figure(f"{title}, KB", {OURS: sizes}, most=MOST_KB)


def _require_page(endpoint: Endpoint, answer: Answer) -> None:
    if answer.status != 200:
        raise Broken(f"{endpoint.url} answers {answer.status}")


def _fill(conn: Connection, project: Project, group: Namespace) -> None:
    """Write the rows that so many uploads would have left, without their bytes."""
    for number in range(PROJECTS):
        new = NewProject(f"p{number}", f"p{number}", visibility=Visibility.PRIVATE)
        projects.create(conn, new, group, by=OPERATOR, at=_BEGIN)
    numbers = range(1, PACKAGES + 1)
    _insert(conn, schema.packages, (_package(project, number) for number in numbers))
    _insert(conn, schema.releases, (_release(project, number) for number in numbers))
    _insert(conn, schema.files, (_file(number) for number in numbers))
    _insert(conn, schema.journal, (_entry(project, number) for number in numbers))
    sums = {"package_bytes": PACKAGES * 1000, "file_count": PACKAGES, "last_published_at": _at(0)}
    conn.execute(update(schema.projects).where(schema.projects.c.id == project.id).values(sums))


def join_groups(conn: Connection, user: User) -> None:
    """Make a user the owner of many groups."""
    for number in range(GROUPS):
        groups.create(
            conn, NewGroup(f"g{number}", f"g{number}"), None, owner=user, by=OPERATOR, at=_BEGIN
        )


def _insert(conn: Connection, table: Table, rows: Iterator[dict[str, object]]) -> None:
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            conn.execute(insert(table), batch)
            batch = []
    if batch:
        conn.execute(insert(table), batch)


def _at(number: int) -> datetime:
    return _BEGIN + timedelta(minutes=5 * (number % 99_991))


def _package(project: Project, number: int) -> dict[str, object]:
    name = f"package-{number:06}"
    return {
        "id": number,
        "project_id": project.id,
        "normalized_name": name,
        "name": name,
        "created_at": _at(number),
    }


def _release(project: Project, number: int) -> dict[str, object]:
    return {
        "id": number,
        "package_id": number,
        "project_id": project.id,
        "version": "1.0",
        "normalized_version": "1",
        "summary": "What this package does, in one line",
        "creator_id": 1,
        "created_at": _at(number),
        "downloads": number * 7919 % 10_007,
    }


def _file(number: int) -> dict[str, object]:
    digest = f"{number:064x}"
    return {
        "release_id": number,
        "filename": f"package_{number:06}-1.0-py3-none-any.whl",
        "filename_key": f"package-{number:06}-1-py3-none-any.whl",
        "filetype": "bdist_wheel",
        "size": 1000,
        "sha256": digest,
        "md5": digest[:32],
        "blake2_256": digest,
        "requires_python": "",
        "metadata_version": "2.1",
        "metadata_sha256": digest,
        "creator_id": 1,
        "created_at": _at(number),
    }


def _entry(project: Project, number: int) -> dict[str, object]:
    return {
        "at": _at(number),
        "action": "file.published",
        "actor_id": 1,
        "project_id": project.id,
        "package": f"package-{number:06}",
        "details": '{"version":"1.0","filename":"package-1.0-py3-none-any.whl","size":1000}',
    }
