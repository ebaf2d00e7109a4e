"""An answer that is remembered whole is, to the byte, the one that would be given anew.

What changes is changed by other processes than the one whose answers are looked at.
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count, product
from sqlite3 import connect

import pytest
from starlette.types import Message, Receive, Scope, Send

from tests.access.inside import Inside
from tests.actors import Actor, Installation, pypi
from tests.builders import wheel
from tests.servers import Server
from wheelyard import groups, memberships, projects, users
from wheelyard.access import ANONYMOUS, RegistryAccess, Role, Visibility
from wheelyard.groups import NewGroup
from wheelyard.index import Grant, key_of
from wheelyard.journal import ACTIONS, OPERATOR, Entry, record
from wheelyard.memberships import Place
from wheelyard.projects import NewProject
from wheelyard.registry import Registry, utc_now
from wheelyard.users import State
from wheelyard.web import headers
from wheelyard.web.warm import WarmAnswers, rest_on

DIST = wheel("warm", "1.0", requires_python=">=3.9")
FILE = f"files/{DIST.sha256}/{DIST.filename}"
ROUNDS = 15
QUESTIONS = 40
"""In each round, of all that there are."""

WAYS: list[dict[str, str]] = [
    {},
    {"accept": "application/vnd.pypi.simple.v1+json"},
    {"accept": "text/html;q=0.1", "accept-encoding": "gzip"},
    {"if-none-match": "*"},
    {"range": "bytes=2-5"},
    {"user-agent": "pip/24.0"},
    {"cookie": "wheelyard_session=nobody's", "x-request-id": "mine", "x-other": "1"},
]


class Scene:
    """A project in a group, people who read it, and what may happen to them."""

    def __init__(self, town: Installation, seed: int) -> None:
        self.town = town
        self.random = random.Random(seed)  # noqa: S311  no secret, and the same every time
        self.group = town.group(visibility=Visibility.PUBLIC)
        self.project = town.project(within=self.group)
        self.member = town.join(town.user(), self.project, Role.GUEST)
        self.stranger = town.user()
        self.people = (self.member, self.stranger)
        self.tokens = [town.token(user) for user in self.people]
        self.robot = town.deploy_token(self.project, "read_package_registry")
        self.versions = count(1)
        self.publish("warm")

    # What may happen -----------------------------------------------------------------------------

    def publish(self, name: str = "") -> None:
        dist = wheel(name or self.random.choice(("warm", "other")), f"{next(self.versions)}.0")
        with self.town.member(self.project, Role.DEVELOPER) as developer:
            developer.publish(self.project, DIST if name else dist)

    def delete_a_release(self) -> None:
        path = f"/projects/{self.project.id}/packages"
        with self.town.caller(self.project, Role.MAINTAINER) as maintainer:
            answer = maintainer.api("GET", path)
            listed = answer.json() if answer.status_code == 200 else []
            for release in listed[:1]:
                maintainer.api("DELETE", f"{path}/{release['id']}")

    def change_visibility(self) -> None:
        visibility = self.random.choice((Visibility.PRIVATE, Visibility.PUBLIC))
        self.project = self.town.edit(self.project, visibility=visibility.value)

    def change_access(self) -> None:
        access = self.random.choice((RegistryAccess.DISABLED, RegistryAccess.ENABLED))
        self.project = self.town.edit(self.project, registry_access_level=access.value)

    def revoke(self) -> None:
        number = self.random.randrange(2)
        self.town.revoke(self.tokens[number])
        if self.random.random() < 0.7:
            self.tokens[number] = self.town.token(self.people[number])

    def join_or_leave(self) -> None:
        place = Place(project_id=self.project.id)
        with self.town.database.write() as conn:
            found = memberships.find_member(conn, place, self.stranger.id, at=utc_now())
            if found is not None:
                memberships.remove(conn, place, found, by=OPERATOR, at=utc_now())
        if found is None:
            self.town.join(self.stranger, self.project, Role.REPORTER)

    def block_or_unblock(self) -> None:
        with self.town.database.write() as conn:
            found = users.get(conn, self.member.id)
            state = State.ACTIVE if found.state is State.BLOCKED else State.BLOCKED
            users.set_state(conn, found, state, by=OPERATOR, at=utc_now())

    def make_a_neighbour(self) -> None:
        self.town.project(within=self.group, visibility=Visibility.PUBLIC)

    def change(self) -> str:
        """Let something happen, and say what."""
        changes: tuple[Callable[[], None], ...] = (
            self.publish,
            self.delete_a_release,
            self.change_visibility,
            self.change_access,
            self.revoke,
            self.join_or_leave,
            self.block_or_unblock,
            self.make_a_neighbour,
        )
        chosen = self.random.choice(changes)
        chosen()
        return chosen.__name__

    # What is asked -------------------------------------------------------------------------------

    def questions(self) -> list[tuple[str, dict[str, str]]]:
        """Some of all that may be asked, by everybody, of every place, in every way."""
        places = [pypi(place) for place in (self.project, self.group, None)]
        paths = ("simple/", "simple/warm/", "simple/Warm", "simple/absent/", FILE)
        credentials = [
            {},
            {"private-token": "glpat-of-nobody"},
            {"deploy-token": self.robot.secret},
        ]
        credentials += [{"private-token": minted.secret} for minted in self.tokens]
        everything = [
            (f"{place}/{path}", {**credential, **way})
            for place, path, credential, way in product(places, paths, credentials, WAYS)
        ]
        return self.random.sample(everything, QUESTIONS)


def told(inside: Inside, path: str, sent: Mapping[str, str]) -> tuple[object, ...]:
    """What is answered, without the request's id, which is never the same."""
    answer = inside.ask("GET", path, headers=sent)
    said = [pair for pair in answer.headers.raw if pair[0] != b"x-request-id"]
    return answer.status_code, said, answer.content


@pytest.mark.parametrize("seed", range(3))
def test_whatever_has_happened_a_remembered_answer_is_the_one_that_would_be_given_anew(
    server: Server, town: Installation, seed: int
) -> None:
    scene = Scene(town, seed)
    happened: list[str] = []
    with Inside(server.data) as remembering:
        for _ in range(ROUNDS):
            questions = scene.questions()
            for question in (*questions, *questions):
                told(remembering, *question)

            happened.append(scene.change())

            with Inside(server.data) as new:
                for question in questions:
                    expected = told(new, *question)
                    assert told(remembering, *question) == expected, (happened, question)
                    assert told(remembering, *question) == expected, (happened, question)


# One answer --------------------------------------------------------------------------------------


class Counted:
    """An application that counts what it answers, each answer resting on one grant."""

    def __init__(self, grant: Grant, meanwhile: Callable[[], None] = lambda: None) -> None:
        self._grant = grant
        self._meanwhile = meanwhile
        self._answered = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        self._answered += 1
        self._meanwhile()
        rest_on(scope, self._grant, self._grant.until)
        await headers.answer(send, 200, [], b"answer %d" % self._answered)


@pytest.fixture
def grant(registry: Registry) -> Grant:
    """That anybody may read the whole instance."""
    del registry
    return Grant(
        principal=ANONYMOUS,
        place=None,
        key=key_of(None),
        reader=None,
        until=None,
        max_file_bytes=0,
        is_open=False,
    )


class Asker:
    """Asks an application behind the memory of answers."""

    def __init__(
        self, registry: Registry, app: Counted, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._warm = WarmAnswers(app, registry.index, registry.usage, clock)
        registry.index.refresh()

    def ask(self, path: str = "/api/v4/packages/pypi/simple/a/", **sent: str) -> bytes:
        """Return what is answered."""
        fields = [(name.replace("_", "-").encode(), value.encode()) for name, value in sent.items()]
        scope: Scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": fields,
        }
        parts: list[bytes] = []

        async def receive() -> Message:
            raise AssertionError("nothing is received")

        async def send(message: Message) -> None:
            parts.append(message.get("body", b""))

        async def answer() -> None:
            await self._warm(scope, receive, send)

        asyncio.run(answer())
        return b"".join(parts)


def test_the_same_question_is_answered_once(registry: Registry, grant: Grant) -> None:
    asker = Asker(registry, Counted(grant))

    assert [asker.ask() for _ in range(3)] == [b"answer 1"] * 3


def test_an_answer_to_a_wrong_credential_is_not_remembered(
    registry: Registry, grant: Grant
) -> None:
    asker = Asker(registry, Counted(grant))

    answers = [asker.ask(authorization="Basic x") for _ in range(2)]

    assert answers == [b"answer 1", b"answer 2"]


def test_an_answer_is_not_given_past_its_end(registry: Registry, grant: Grant) -> None:
    now = utc_now()
    end = now + timedelta(seconds=5)
    moments = iter([end - timedelta(microseconds=1), end])
    asker = Asker(registry, Counted(replace(grant, until=end)), lambda: next(moments))

    # The first is remembered, and looks at no clock.
    assert [asker.ask() for _ in range(3)] == [b"answer 1", b"answer 1", b"answer 2"]


def test_an_answer_that_news_may_have_overtaken_is_not_remembered(
    registry: Registry, grant: Grant
) -> None:
    news = [Entry("member.removed")]

    def meanwhile() -> None:
        """Let something happen once, which another request notices."""
        if news:
            with registry.database.write() as conn:
                record(conn, news.pop(), by=OPERATOR, at=utc_now())
            registry.index.refresh()

    asker = Asker(registry, Counted(grant, meanwhile))

    assert [asker.ask() for _ in range(3)] == [b"answer 1", b"answer 2", b"answer 2"]


@pytest.mark.parametrize("action", ACTIONS)
def test_every_entry_of_the_journal_forgets_every_answer(
    registry: Registry, grant: Grant, action: str
) -> None:
    asker = Asker(registry, Counted(grant))
    before = asker.ask(), asker.ask()

    with registry.database.write() as conn:
        record(conn, Entry(action), by=OPERATOR, at=utc_now())

    assert before == (b"answer 1", b"answer 1")
    assert (asker.ask(), asker.ask()) == (b"answer 2", b"answer 2")


def test_a_database_that_is_restored_while_this_runs_forgets_every_answer(
    registry: Registry, grant: Grant
) -> None:
    """Even where as much has happened since then as before, so that the serial is the same."""
    asker = Asker(registry, Counted(grant))
    before = [asker.ask(), asker.ask()]

    with (
        closing(connect(":memory:", isolation_level=None)) as copy,
        closing(connect(registry.settings.database_path, isolation_level=None)) as own,
    ):
        own.backup(copy)
        write(registry, Entry("release.yanked"))
        changed = asker.ask()
        copy.backup(own)
        write(registry, Entry("token.revoked"))

    assert [*before, changed] == [b"answer 1", b"answer 1", b"answer 2"]
    assert [asker.ask(), asker.ask()] == [b"answer 3", b"answer 3"]


def write(registry: Registry, entry: Entry) -> None:
    """Let something be in the journal."""
    with registry.database.write() as conn:
        record(conn, entry, by=OPERATOR, at=utc_now())


def test_a_page_whose_path_looks_like_a_registry_s_is_asked_with_all_its_headers(
    town: Installation,
) -> None:
    outer = town.group(visibility=Visibility.PUBLIC)
    with town.database.write() as conn:
        wanted = NewGroup("packages", "packages", visibility=Visibility.PUBLIC)
        group = groups.create(conn, wanted, outer, by=OPERATOR, at=utc_now())
        made = NewProject("pypi", "pypi", visibility=Visibility.PUBLIC)
        project = projects.create(conn, made, group, by=OPERATOR, at=utc_now())

    with Actor(town.url, headers={"accept-language": "de"}) as stranger:
        page = stranger.http.get(f"/{project.full_path}/-/packages")

    assert "/packages/pypi/" in str(page.url)
    assert '<html lang="de"' in page.text


@pytest.mark.parametrize(
    "other",
    [
        {"authorization": "Basic x"},
        {"private_token": "x"},
        {"job_token": "x"},
        {"deploy_token": "x"},
        {"accept": "text/html"},
        {"accept_encoding": "gzip"},
        {"if_none_match": "*"},
        {"user_agent": "pip"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_who_sends_something_else_asks_something_else(
    registry: Registry, grant: Grant, other: dict[str, str]
) -> None:
    asker = Asker(registry, Counted(grant))
    asker.ask()

    assert asker.ask(**other) == b"answer 2"
    assert asker.ask() == b"answer 1"


@pytest.mark.parametrize(
    "other",
    [{"cookie": "wheelyard_session=x"}, {"range": "bytes=0-1"}, {"if_modified_since": "x"}],
    ids=lambda other: next(iter(other)),
)
def test_what_is_never_remembered_is_not_answered_from_memory_either(
    registry: Registry, grant: Grant, other: dict[str, str]
) -> None:
    asker = Asker(registry, Counted(grant))
    asker.ask()

    assert [asker.ask(**other) for _ in range(2)] == [b"answer 2", b"answer 3"]
    assert asker.ask() == b"answer 1"
