"""What a process remembers, and when it forgets."""

from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from sqlite3 import connect

import pytest

from wheelyard import groups, journal
from wheelyard import index as index_
from wheelyard.access import ANONYMOUS, Permission, Principal
from wheelyard.groups import NewGroup
from wheelyard.index import (
    EVERYTHING,
    GROUP,
    INSTANCE,
    OWN,
    PROJECT,
    BuiltPage,
    Grant,
    GrantKey,
    Index,
    PageKey,
    PlaceKey,
    Reach,
    key_of,
)
from wheelyard.journal import OPERATOR, Entry
from wheelyard.projects import NewProject, Project, create
from wheelyard.pypi.names import NormalizedName
from wheelyard.registry import Registry, utc_now

DEMO, OTHER = NormalizedName("demo"), NormalizedName("other")
KEY: GrantKey = (b"", "1", Permission.READ_PACKAGES)
PAGE = BuiltPage(body=b"page", etag=b'"etag"', headers=())
HTML, JSON = "HTML", "JSON"


def page_key(project_id: int, name: NormalizedName | None, form: str = HTML) -> PageKey:
    """What a page of a project is remembered by."""
    return ((PROJECT, project_id), name, OWN, form)


def granted(project: Project) -> Grant:
    """That anybody may read a project."""
    return Grant(
        principal=ANONYMOUS,
        place=project,
        key=key_of(project),
        reader=None,
        until=None,
        max_file_bytes=0,
        is_open=False,
    )


@pytest.fixture
def index(registry: Registry) -> Index:
    """The index of the library, fresh."""
    registry.index.refresh()
    return registry.index


@pytest.fixture
def tenant(registry: Registry) -> Project:
    """A project."""
    with registry.database.write() as conn:
        acme = groups.create(conn, NewGroup("acme", "acme"), None, by=OPERATOR, at=utc_now())
        return create(conn, NewProject("tools", "tools"), acme, by=OPERATOR, at=utc_now())


def write(registry: Registry, entry: Entry) -> None:
    """Let something be in the journal."""
    with registry.database.write() as conn:
        journal.record(conn, entry, by=OPERATOR, at=utc_now())


def test_a_publication_drops_the_page_of_its_package_and_the_index_alone(
    registry: Registry, index: Index, tenant: Project
) -> None:
    index.refresh()
    for number, name in ((0, DEMO), (0, OTHER), (0, None), (1, DEMO)):
        index.pages.keep(page_key(tenant.id + number, name), PAGE, index.serial)

    write(registry, Entry("file.published", project_id=tenant.id, package="demo"))
    index.refresh()

    assert index.pages.find(page_key(tenant.id, DEMO)) is None
    assert index.pages.find(page_key(tenant.id, None)) is None
    assert index.pages.find(page_key(tenant.id, OTHER)) is PAGE
    assert index.pages.find(page_key(tenant.id + 1, DEMO)) is PAGE


@pytest.mark.parametrize("place", [(PROJECT, 1), (GROUP, 1)])
def test_a_change_drops_every_form_of_a_page(
    registry: Registry, index: Index, tenant: Project, place: PlaceKey
) -> None:
    assert tenant.id == 1
    index.refresh()
    sources = OWN if place[0] == PROJECT else SOURCES
    keys: list[PageKey] = [
        (place, name, sources, form) for name in (DEMO, None) for form in (HTML, JSON)
    ]
    for key in keys:
        index.pages.keep(key, PAGE, index.serial)

    write(registry, Entry("release.yanked", project_id=tenant.id, package="demo"))
    index.refresh()

    assert [index.pages.find(key) for key in keys] == [None] * 4


@pytest.mark.parametrize(
    "action",
    ["session.ended", "user.blocked", "member.removed", "project.edited", "group.edited"],
)
def test_a_change_of_who_may_what_drops_everything_known_about_callers(
    registry: Registry, index: Index, tenant: Project, action: str
) -> None:
    index.refresh()
    grant = granted(tenant)
    index.grants.keep(KEY, grant, index.serial)

    write(registry, Entry(action, project_id=tenant.id))
    index.refresh()

    assert index.grants.find(KEY) is None


def test_a_revoked_token_drops_what_is_known_of_it_alone(
    registry: Registry, index: Index, tenant: Project
) -> None:
    index.refresh()
    grants = {
        (bytes([number]), "1", Permission.READ_PACKAGES): replace(
            granted(tenant), principal=Principal(user_id=1, token_id=number)
        )
        for number in (1, 2, 3)
    }
    for key, grant in grants.items():
        index.grants.keep(key, grant, index.serial)

    for number in (1, 3):
        write(registry, Entry("token.revoked", token_id=number))
    index.refresh()

    found = [index.grants.find(key) for key in grants]
    assert [grant and grant.principal.token_id for grant in found] == [None, 2, None]


@pytest.mark.parametrize("action", ["token.created", "user.created", "project.created"])
def test_what_is_new_drops_nothing(
    registry: Registry, index: Index, tenant: Project, action: str
) -> None:
    index.refresh()
    grant = granted(tenant)
    index.grants.keep(KEY, grant, index.serial)

    write(registry, Entry(action))
    index.refresh()

    assert index.grants.find(KEY) is grant


def test_what_was_read_before_the_newest_change_is_not_kept(
    registry: Registry, index: Index, tenant: Project
) -> None:
    index.refresh()
    read_at = index.serial
    write(registry, Entry("file.published", project_id=tenant.id, package="demo"))
    index.refresh()

    index.pages.keep(page_key(tenant.id, DEMO), PAGE, read_at)

    assert index.pages.find(page_key(tenant.id, DEMO)) is None


def test_too_much_news_drops_everything(registry: Registry, index: Index, tenant: Project) -> None:
    index.refresh()
    index.pages.keep(page_key(tenant.id, OTHER), PAGE, index.serial)
    with registry.database.write() as conn:
        for _ in range(index_.MAX_NEWS):
            entry = Entry("file.published", project_id=tenant.id, package="demo")
            journal.record(conn, entry, by=OPERATOR, at=utc_now())
        last = journal.last_serial(conn)

    index.refresh()

    assert index.pages.find(page_key(tenant.id, OTHER)) is None
    assert index.serial == last


def test_a_page_larger_than_the_shelf_is_not_kept(index: Index, tenant: Project) -> None:
    huge = replace(PAGE, body=bytes(index_.MAX_PAGE_BYTES + 1))

    index.pages.keep(page_key(tenant.id, DEMO), huge, index.serial)

    assert index.pages.find(page_key(tenant.id, DEMO)) is None


@pytest.mark.usefixtures("tenant")
def test_a_process_starts_from_the_newest_entry(registry: Registry) -> None:
    fresh = Index(registry.database.watch())
    with registry.database.read() as conn:
        last = journal.last_serial(conn)

    assert fresh.serial == last
    fresh.close()


def test_what_was_not_used_for_longest_makes_room(index: Index) -> None:
    half = replace(PAGE, body=bytes(index_.MAX_PAGE_BYTES // 2 - index_.PAGE_OVERHEAD))
    for number in (1, 2):
        index.pages.keep(page_key(number, DEMO), half, index.serial)
    assert index.pages.find(page_key(1, DEMO)) is half

    index.pages.keep(page_key(3, DEMO), half, index.serial)

    assert index.pages.find(page_key(1, DEMO)) is half
    assert index.pages.find(page_key(2, DEMO)) is None
    assert index.pages.find(page_key(3, DEMO)) is half


# Many projects read as one ----------------------------------------------------------------------

PLACES: list[PlaceKey] = [(GROUP, 1), (GROUP, 2), (INSTANCE, 0)]
SOURCES = b"digest"
REACH = Reach(SOURCES, until=None)


def fill(index: Index) -> None:
    """Remember reaches, pages and indexes in every place."""
    for place in PLACES:
        for name in (DEMO, OTHER, None):
            index.reaches.keep((place, name, EVERYTHING), REACH, index.serial)
            index.pages.keep((place, name, SOURCES, HTML), PAGE, index.serial)


def reaches(index: Index) -> set[NormalizedName | None]:
    """Of which names a reach is left, in each place alike."""
    left = [
        {name for name in (DEMO, OTHER, None) if index.reaches.find((place, name, EVERYTHING))}
        for place in PLACES
    ]
    assert left[0] == left[1] == left[2]
    return left[0]


def pages(index: Index) -> set[NormalizedName | None]:
    """Of which names a page is left, in each place alike."""
    left = [
        {name for name in (DEMO, OTHER, None) if index.pages.find((place, name, SOURCES, HTML))}
        for place in PLACES
    ]
    assert left[0] == left[1] == left[2]
    return left[0]


@pytest.mark.parametrize("action", ["file.published", "file.deleted", "release.deleted"])
def test_a_row_of_a_package_drops_its_name_in_every_place_and_every_index(
    registry: Registry, index: Index, tenant: Project, action: str
) -> None:
    index.refresh()
    fill(index)

    write(registry, Entry(action, project_id=tenant.id, package="demo"))
    index.refresh()

    assert pages(index) == {OTHER}
    assert reaches(index) == {OTHER, None}


@pytest.mark.parametrize(
    "action",
    [
        *("project.created", "group.created", "user.created", "member.added", "member.removed"),
        *("project.edited", "project.transferred", "group.edited", "user.edited"),
        *("admission.added", "admission.removed", "instance.edited"),
    ],
)
def test_whatever_can_change_what_is_read_drops_every_reach(
    registry: Registry, index: Index, action: str
) -> None:
    fill(index)

    write(registry, Entry(action))
    index.refresh()

    assert reaches(index) == set()
    # A page is of projects, whoever reads them; but the name of a group is its index's title.
    assert pages(index) == ({DEMO, OTHER} if action.startswith("group") else {DEMO, OTHER, None})


@pytest.mark.parametrize(
    "action", ["token.created", "token.revoked", "session.created", "session.ended"]
)
def test_a_credential_changes_nothing_that_its_user_reads(
    registry: Registry, index: Index, action: str
) -> None:
    fill(index)

    write(registry, Entry(action))
    index.refresh()

    assert reaches(index) == pages(index) == {DEMO, OTHER, None}


def test_what_made_room_is_not_dropped_a_second_time(
    registry: Registry, index: Index, tenant: Project
) -> None:
    third = replace(PAGE, body=bytes(index_.MAX_PAGE_BYTES // 3))
    index.refresh()
    for place in (*PLACES, (GROUP, 3), (GROUP, 4)):
        index.pages.keep((place, DEMO, SOURCES, HTML), third, index.serial)
    assert index.pages.find((PLACES[0], DEMO, SOURCES, HTML)) is None

    write(registry, Entry("file.published", project_id=tenant.id, package="demo"))
    index.refresh()
    index.pages.keep((PLACES[0], OTHER, SOURCES, HTML), third, index.serial)

    assert index.pages.find(((GROUP, 4), DEMO, SOURCES, HTML)) is None
    assert index.pages.find((PLACES[0], OTHER, SOURCES, HTML)) is third


def test_a_reach_is_not_used_from_its_end_on(index: Index, tenant: Project) -> None:
    now = utc_now()
    grant = replace(granted(tenant), key=PLACES[0], reader=(7,))
    index.keep_reach(grant, DEMO, Reach(SOURCES, until=now), index.serial)

    def a_moment_before() -> datetime:
        return now - timedelta(seconds=1)

    assert index.find_sources(grant, DEMO, a_moment_before) == SOURCES
    assert index.find_sources(grant, DEMO, lambda: now) == index_.UNKNOWN


def test_a_database_that_is_restored_while_this_runs_is_known_for_another_one(
    registry: Registry, index: Index, tenant: Project
) -> None:
    """Whatever was read of the other one: its entries are not told as news, for they are gone."""
    with (
        closing(connect(":memory:", isolation_level=None)) as copy,
        closing(connect(registry.settings.database_path, isolation_level=None)) as own,
    ):
        own.backup(copy)
        write(registry, Entry("release.yanked", project_id=tenant.id, package="demo"))
        index.refresh()
        index.pages.keep(page_key(tenant.id, DEMO), PAGE, index.serial)
        index.grants.keep(KEY, granted(tenant), index.serial)
        noticed = index.serial
        copy.backup(own)
        index.refresh()

    assert index.pages.find(page_key(tenant.id, DEMO)) is None
    assert index.grants.find(KEY) is None
    assert index.serial == noticed - 1
