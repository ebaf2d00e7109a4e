"""No page names what its reader may not see, wherever they go and whatever they guess.

The pages that each reader comes by are read by their markup too: nothing in them runs, and every
one is sound.
"""

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest

from tests.actors import Installation
from tests.pages import markup, secrets
from tests.pages.crawler import STARTS, Seen, crawl, guesses
from tests.pages.secrets import ADMIN, NOBODY, READERS, Town
from tests.pages.visitor import Visitor, visiting
from tests.servers import running

pytestmark = pytest.mark.xdist_group("leaks")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, prepared: object) -> Iterator[Town]:
    """A town on a server of its own, in which nothing else is to be found."""
    data = shutil.copytree(str(prepared), tmp_path_factory.mktemp("leaks") / "data")
    with running(data) as server:
        installation = Installation(server.data, server.url)
        yield secrets.build(installation)
        installation.close()


@pytest.fixture(scope="module")
def walks(town: Town) -> Callable[[str], list[Seen]]:
    """What a reader sees by following links; each walks once."""
    walked: dict[str, list[Seen]] = {}

    def walk(reader: str) -> list[Seen]:
        if reader not in walked:
            with browser(town, reader) as visitor:
                walked[reader] = list(crawl(visitor, STARTS))
        return walked[reader]

    return walk


def browser(town: Town, reader: str) -> Visitor:
    """A reader's browser."""
    return visiting(town.installation, town.people.get(reader))


def leaked(town: Town, reader: str, seen: list[Seen]) -> list[str]:
    """Where something stands that the reader may not see."""
    hidden = town.hidden_from(reader)
    return [f"{each.path}: {marker}" for each in seen for marker in each.markers & hidden]


@pytest.mark.parametrize("reader", READERS)
def test_links_lead_to_nothing_hidden(
    town: Town,
    walks: Callable[[str], list[Seen]],
    reader: str,
    record_property: Callable[[str, object], None],
) -> None:
    seen = walks(reader)
    record_property("pages read", len(seen))

    assert leaked(town, reader, seen) == []
    assert [each.path for each in seen if each.answer.status_code >= 500] == []


@pytest.mark.parametrize("reader", [NOBODY, secrets.STRANGER, "guest", "maintainer", ADMIN])
def test_guessed_addresses_tell_nothing_hidden(
    town: Town, reader: str, record_property: Callable[[str, object], None]
) -> None:
    with browser(town, reader) as visitor:
        seen = [Seen(path, visitor.http.get(path)) for path in guesses(town)]
    record_property("pages read", len(seen))

    assert leaked(town, reader, seen) == []
    assert [each.path for each in seen if each.answer.status_code >= 500] == []


@pytest.mark.parametrize("reader", READERS)
def test_what_may_be_seen_is_found(
    town: Town, walks: Callable[[str], list[Seen]], reader: str
) -> None:
    shown = frozenset().union(*(each.markers for each in walks(reader)))
    kinds = ("project", "group", "package", "summary", "readme")
    open_to = {
        marker
        for marker, readers in town.markers.items()
        if reader in readers and marker.lstrip(f"{secrets.PREFIX}0123456789") in kinds
    }

    assert open_to - shown == set()


def test_whoever_has_the_greater_role_sees_more(
    town: Town, walks: Callable[[str], list[Seen]]
) -> None:
    shown = {
        reader: frozenset().union(*(each.markers for each in walks(reader))) for reader in READERS
    }
    private = defaultdict(set)  # one's own tokens and address
    for marker, readers in town.markers.items():
        for reader in readers:
            if readers <= {reader, ADMIN}:
                private[reader].add(marker)

    for less, more in pairwise(READERS):
        assert shown[less] - private[less] <= shown[more], (less, more)
    assert len(shown[NOBODY]) < len(shown[ADMIN]) / 2


@pytest.mark.parametrize("reader", READERS)
def test_nothing_in_a_page_runs(walks: Callable[[str], list[Seen]], reader: str) -> None:
    wrong = {
        each.path: found
        for each in walks(reader)
        if each.is_page and (found := markup.find_active(markup.read(each.answer.text)))
    }

    assert wrong == {}


@pytest.mark.parametrize("reader", READERS)
def test_every_page_is_sound(walks: Callable[[str], list[Seen]], reader: str) -> None:
    wrong = {
        each.path: found
        for each in walks(reader)
        if each.is_page
        and not each.path.startswith("/search/suggestions")  # a part of a page
        and (found := markup.find_faults(markup.read(each.answer.text)))
    }

    assert wrong == {}


@pytest.mark.parametrize("reader", [NOBODY, secrets.STRANGER])
def test_what_is_hidden_and_what_is_not_there_answer_alike(town: Town, reader: str) -> None:
    hidden = town.hidden_paths(reader)
    assert len(hidden) > 5
    differing = []
    with browser(town, reader) as visitor:
        visitor.get("/explore")
        for path in hidden:
            absent = path[:-1] + ("x" if path[-1] != "x" else "y")
            for pattern in PATTERNS:
                told, not_told = (_without(pattern, each, visitor) for each in (path, absent))
                if told != not_told:
                    differing.append(pattern.format(path=path))

    assert differing == []


PATTERNS = (
    "GET /{path}",
    "GET /{path}/-/packages",
    "GET /{path}/-/packages/1",
    "GET /{path}/-/packages/1/files/1/download",
    "GET /{path}/-/packages/delete",
    "GET /{path}/-/settings/general",
    "GET /{path}/-/project_members",
    "GET /{path}/-/settings/access_tokens",
    "GET /{path}/-/settings/ci_cd",
    "GET /{path}/-/settings/deploy_tokens",
    "GET /groups/{path}",
    "GET /groups/{path}/-/group_members",
    "GET /groups/{path}/-/settings/access_tokens",
    "GET /groups/{path}/-/settings/deploy_tokens",
    "POST /{path}/-/packages/upload",
    "POST /{path}/-/packages/delete",
    "POST /{path}/-/packages/1/delete",
    "POST /{path}/-/packages/1/files/1/delete",
    "POST /{path}/-/settings/general",
    "POST /{path}/-/settings/delete",
    "POST /{path}/-/project_members",
    "POST /groups/{path}/-/group_members",
    "POST /{path}/-/settings/access_tokens",
    "POST /{path}/-/settings/ci_cd/admit",
    "POST /{path}/-/settings/deploy_tokens",
)


def _without(pattern: str, path: str, visitor: Visitor) -> tuple[int, str, dict[str, str]]:
    """An answer, without the path that was asked for, the moment and its own number."""
    method, address = pattern.format(path=path).split(" ")
    sent = {"data": {"form_token": visitor.form_token}} if method == "POST" else {}
    answer = visitor.http.request(method, address, **sent)  # type: ignore[arg-type]  # of both
    seen = Seen(address, answer)
    headers = {name: value.replace(path, "") for name, value in answer.headers.items()}
    headers.pop("date", None)
    headers.pop("x-request-id")
    return answer.status_code, seen.text.partition("\ndate:")[0].replace(path, ""), headers
