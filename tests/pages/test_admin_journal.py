"""The journal is read in sentences, filtered, paged, and taken away as a file."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.actors import Actor, Installation
from tests.builders import wheel
from tests.pages.visitor import Visitor, text_of, visiting
from wheelyard import journal, projects
from wheelyard.access import Actor as By
from wheelyard.access import Role
from wheelyard.journal import OPERATOR, Entry
from wheelyard.projects import Project
from wheelyard.registry import utc_now
from wheelyard.users import User

JOURNAL = "/admin/journal"
DIST = wheel()


def sentences(visitor: Visitor, **filters: str) -> list[str]:
    """The first line of each entry, without its time."""
    body = visitor.get(JOURNAL, **filters).text
    found = body.partition('<ul class="list">')[2].partition("</main>")[0]
    lines = found.split('<div class="grow">')[1:]
    return [text_of(line.partition("<details")[0].partition("</div>")[0]) for line in lines]


def record(
    town: Installation, entry: Entry, *, by: By = OPERATOR, at: datetime | None = None, **more: str
) -> None:
    """Write an entry, as the core does beside a change."""
    with town.database.write() as conn:
        journal.record(conn, entry, by=by, at=at or utc_now(), **more)


# Sentences ---------------------------------------------------------------------------------------


def test_what_happens_to_a_project_is_told_with_links(
    administrator: Visitor, town: Installation, user: User, project: Project
) -> None:
    town.join(user, project, Role.DEVELOPER)
    minted = town.token(user)
    deploy = town.deploy_token(project, "write_package_registry")
    with town.holding(minted) as uploader:
        assert uploader.publish(project, DIST).status_code == 201
    with town.holding(deploy) as uploader:
        assert uploader.publish(project, wheel(version="2.0")).status_code == 201
    path = project.full_path

    told = sentences(administrator, project=path)
    page = administrator.get(JOURNAL, project=path).text

    assert told == [
        f"The deploy token a token published demo-2.0-py3-none-any.whl ( demo 2.0 ) in {path}",
        f"{user.username} published demo-1.0-py3-none-any.whl ( demo 1.0 ) in {path}",
        f"The command line created the deploy token a token of {path}",
        f"The command line made {user.username} a member of {path} : Developer",
        f"The command line created the project {path}",
    ]
    assert f'<a href="/admin/users/{user.id}">{user.username}</a>' in page
    assert f'<a href="/{path}">{path}</a>' in page
    assert f"/{path}/-/packages/" in page
    assert "<dt>With the access token</dt><dd>a token</dd>" in page
    assert DIST.sha256 in page


def test_what_is_gone_keeps_its_name(
    administrator: Visitor, town: Installation, user: User, project: Project
) -> None:
    town.join(user, project, Role.GUEST)
    with town.database.write() as conn:
        projects.remove(conn, project, by=OPERATOR, at=utc_now())
    town.remove(user)
    path = project.full_path

    told = sentences(administrator, project=path)

    assert told == [
        f"The command line deleted the project {path}",
        f"The command line made {user.username} (deleted) a member of {path} (deleted): Guest",
        f"The command line created the project {path} (deleted)",
    ]


def test_who_signs_in_is_told_with_the_address(
    administrator: Visitor, town: Installation, user: User
) -> None:
    with visiting(town, user):
        pass

    assert sentences(administrator, actor=user.username) == [
        f"{user.username} signed in from 127.0.0.1"
    ]


def test_a_name_that_is_forgotten_is_told(administrator: Visitor, town: Installation) -> None:
    record(town, Entry("name.forgotten", package="numpy"))

    assert sentences(administrator, action="name.")[:1] == [
        "The command line forgot the package name numpy, which may be forwarded again"
    ]


def test_names_in_the_journal_are_text_and_no_markup(
    administrator: Visitor, town: Installation, user: User
) -> None:
    evil = "<script>alert(1)</script>"
    record(town, Entry("token.created", user_id=user.id), by=By(user.id), name=evil, odd=evil)

    page = administrator.get(JOURNAL, actor=user.username).text

    assert evil not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_an_action_of_another_release_is_told_by_its_name(
    administrator: Visitor, town: Installation, project: Project
) -> None:
    record(town, Entry("moon.landed", project_id=project.id, package="eagle"))

    assert f"The command line : moon.landed eagle {project.full_path}" in [
        line.replace("line:", "line :") for line in sentences(administrator)
    ]


# Filters -----------------------------------------------------------------------------------------


def test_an_action_or_all_about_something_is_chosen(
    administrator: Visitor, town: Installation, project: Project
) -> None:
    town.edit(project, description="x")
    path = project.full_path

    assert len(sentences(administrator, project=path, action="project.edited")) == 1
    assert len(sentences(administrator, project=path, action="project.")) == 2
    assert sentences(administrator, project=path, action="nonsense") == []


def test_days_are_those_of_the_reader(
    administrator: Visitor, town: Installation, project: Project, user: User
) -> None:
    del project
    for hour in (1, 12, 23):
        at = datetime(2040, 5, 5, hour, 30, tzinfo=UTC)
        record(town, Entry("user.edited", user_id=user.id), by=By(user.id), at=at)

    def found(day: str) -> int:
        return len(sentences(administrator, actor=user.username, since=day, until=day))

    in_utc = [found(day) for day in ("2040-05-04", "2040-05-05", "2040-05-06")]
    administrator.http.cookies.set("wheelyard_zone", "Pacific/Auckland")
    in_auckland = [found(day) for day in ("2040-05-04", "2040-05-05", "2040-05-06")]

    assert in_utc == [0, 3, 0]
    assert in_auckland == [0, 1, 2]


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("actor", "nobody-is-this", "There is no user of this name."),
        ("project", "no/such/project", "There is no project with this path."),
        ("since", "yesterday", "This is no day: write it as 2031-12-31."),
        ("until", "9999-99-99", "This is no day: write it as 2031-12-31."),
    ],
)
def test_a_filter_that_means_nothing_says_so(
    administrator: Visitor, name: str, typed: str, said: str
) -> None:
    page = administrator.get(JOURNAL, **{name: typed})
    exported = administrator.get(f"{JOURNAL}.csv", **{name: typed})

    assert page.status_code == 200
    assert said in page.text
    assert f'value="{typed}"' in page.text
    assert exported.status_code == 400


@pytest.mark.parametrize("typed", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_are_no_days(administrator: Visitor, typed: str) -> None:
    answer = administrator.get(JOURNAL, since=typed, until=typed)

    assert answer.status_code == 200
    assert answer.text.count("This is no day") == 2


# Paging ------------------------------------------------------------------------------------------


def test_one_goes_to_older_entries_and_back(
    administrator: Visitor, town: Installation, user: User
) -> None:
    for number in range(120):
        record(
            town, Entry("token.created", user_id=user.id), by=By(user.id), name=f"token{number:03}"
        )

    def turn(page: str, rel: str) -> str:
        link = page.partition(f'rel="{rel}" href="')[2].partition('"')[0]
        return administrator.get(link.replace("&amp;", "&")).text

    def shown(page: str) -> list[int]:
        return [n for n in range(120) if f"token{n:03} of" in text_of(page)]

    first = administrator.get(JOURNAL, actor=user.username).text
    second = turn(first, "next")
    third = turn(second, "next")
    again = turn(third, "prev")

    assert [len(shown(page)) for page in (first, second, third)] == [50, 50, 20]
    assert shown(first) + shown(second) + shown(third) != []
    assert (min(shown(first)), max(shown(second)), max(shown(third))) == (70, 69, 19)
    assert shown(again) == shown(second)
    assert 'rel="next"' not in third
    assert 'rel="prev"' not in first
    assert shown(turn(again, "prev")) == shown(first)


# Exports -----------------------------------------------------------------------------------------


def test_a_table_holds_what_the_filter_shows(
    administrator: Visitor, town: Installation, project: Project
) -> None:
    town.edit(project, description="x")

    answer = administrator.get(f"{JOURNAL}.csv", project=project.full_path)

    found = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="journal.csv"'
    assert answer.headers["cache-control"] == "private, no-store"
    assert [row["action"] for row in found] == ["project.edited", "project.created"]
    assert {row["project"] for row in found} == {project.full_path}
    assert json.loads(found[0]["details"]) == {"description": "x"}


def test_a_line_of_json_is_an_entry(
    administrator: Visitor, user: User, town: Installation, project: Project
) -> None:
    town.join(user, project, Role.REPORTER)

    answer = administrator.get(f"{JOURNAL}.jsonl", project=project.full_path, action="member.added")

    (entry,) = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert (entry["user"], entry["project"]) == (user.username, project.full_path)
    assert entry["details"] == {"role": "reporter", "expires_at": None}
    assert datetime.fromisoformat(entry["at"]) > utc_now() - timedelta(minutes=5)


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_table_is_a_formula(
    administrator: Visitor, town: Installation, user: User, first: str
) -> None:
    formula = f"{first}cmd|' /C calc'!A0"
    record(town, Entry("token.created", user_id=user.id, package=formula), by=By(user.id))

    answer = administrator.get(f"{JOURNAL}.csv", actor=user.username)

    rows = list(csv.reader(io.StringIO(answer.content.decode(), newline="")))
    assert f"'{formula}" in rows[1]
    assert not [cell for cell in rows[1] if cell.startswith(first)]


def test_an_export_of_many_entries_comes_whole(
    administrator: Visitor, town: Installation, user: User
) -> None:
    with town.database.write() as conn:
        for number in range(2500):
            journal.record(
                conn,
                Entry("user.edited", user_id=user.id),
                by=By(user.id),
                at=utc_now(),
                number=number,
            )

    answer = administrator.get(f"{JOURNAL}.jsonl", actor=user.username)

    numbers = [json.loads(line)["details"]["number"] for line in answer.text.splitlines()]
    assert numbers == list(range(2499, -1, -1))


def test_the_head_of_an_export_has_no_body(administrator: Visitor) -> None:
    answer = administrator.http.head(f"{JOURNAL}.csv")

    assert (answer.status_code, answer.content) == (200, b"")


def test_who_stops_listening_stops_the_export(
    administrator: Visitor, root: Actor, town: Installation, user: User
) -> None:
    del town, user
    with administrator.http.stream("GET", f"{JOURNAL}.csv") as answer:
        next(answer.iter_bytes())

    assert root.api("GET", "/user").status_code == 200
