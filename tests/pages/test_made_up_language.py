"""Every page in a language that was made up: nothing that it says of its own is English."""

import re
import shutil
from collections.abc import Callable, Iterator
from html import unescape

import httpx
import pytest

from tests.actors import Installation
from tests.pages import made_up, secrets
from tests.pages.crawler import STARTS, Seen, crawl
from tests.pages.secrets import ADMIN, NOBODY, Town
from tests.pages.visitor import Visitor, visiting
from tests.servers import running
from wheelyard import app, users
from wheelyard.journal import ACTIONS, OPERATOR
from wheelyard.registry import Registry, utc_now
from wheelyard.settings import Settings

pytestmark = pytest.mark.xdist_group("made-up language")

MORE = (
    "/admin/health?full=1",
    "/admin/storage?count=1",
    "/admin/journal?actor=nobody&project=nothing&since=never",
    "/admin/users?q=zqnothing",
    "/explore?q=zqnothing",
    "/explore/groups?q=zqnothing",
    "/explore/packages?q=zqnothing",
    "/search?q=zqnothing",
    "/help/api?q=zqnothing",
)

ALIKE = frozenset(
    {
        *("Wheelyard", "English", "Deutsch", "UTC", "KB", "MB", "GB"),
        *("pip", "uv", "twine", "Poetry", "PDM", "Hatch", "Flit", "pdm", "pypirc"),
        *("pyproject.toml", "requirements.txt", "pip.conf"),
        *("METADATA", "RECORD", "WHEEL", "CSV", "init__.py"),
        *("Wheel-Version", "Generator", "Root-Is-Purelib", "Tag"),
        *("HTML", "JSON", "application", "text", "html", "json"),  # as media types
        *("Python", "SQLite", "granian", "starlette", "sqlalchemy", "msgspec", "packaging"),
        *("root", "example.com", "localhost", "Tests", "gitlab"),
        *("INDEX_WHEELYARD_USERNAME", "INDEX_WHEELYARD_PASSWORD", "UV_INDEX_WHEELYARD"),
        *("api", "read_api", "read_user", "self_rotate", "read_repository"),
        *("read_package_registry", "write_package_registry", "read_registry", "write_registry"),
        *("read_virtual_registry", "write_virtual_registry"),
    }
)
"""Words of no language: names of programs, files, formats, units and scopes."""

OF_THE_JOURNAL = frozenset(ACTIONS) | {action.partition(".")[0] for action in ACTIONS}

DETAILS = ("details/dl/dt", "details/dl/dd")
"""Where the journal shows what it has recorded, as a program would read it."""

ELSEWHERE = {
    ("li/div", "token"),  # a name that tests give
    ("div/div/p", "token"),
    ("tr/td/span", "token"),
    ("ul/li/div", "token"),
    ("details/form/p", "token"),
    ("section/details/p", "add"),  # of a command
    ("section/dl/dd", "tests"),  # what has built a wheel
    ("section/dl/dd", "true"),
    ("ul/li/div", "ok"),  # what SQLite says
}

_NAME = re.compile(rf"{secrets.PREFIX}|\d|-user$")
_FORM = re.compile(r'<form[^>]*? method="post" action="([^"]*)"[^>]*>(.*?)</form>', re.DOTALL)
_FIELD = re.compile(r'<(?:input|textarea|select)[^>]*? name="([^"]+)"')

NOT_SENT = ("/users/sign_out", "/upload")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, prepared: object) -> Iterator[Town]:
    """A town in which nobody's name is that of a role."""
    data = shutil.copytree(str(prepared), tmp_path_factory.mktemp("made-up") / "data")
    with running(data) as server:
        installation = Installation(server.data, server.url)
        town = secrets.build(installation)
        with installation.database.write() as conn:
            root = users.find_by_username(conn, "root")
            assert root is not None
            for user in (root, *town.people.values()):
                named = {"name": f"{user.username}-user"}
                users.edit(conn, user, named, by=OPERATOR, at=utc_now())
        yield town
        installation.close()


@pytest.fixture(scope="module")
def transport(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[made_up.InProcess]:
    """The town's pages, from this process, where the language is known."""
    registry = Registry.open(Settings(data=town.installation.data))
    with pytest.MonkeyPatch.context() as patch:
        made_up.speak_it(patch, tmp_path_factory.mktemp("translations"))
        with made_up.InProcess(app.application(registry)) as transport:
            yield transport
    registry.close()


@pytest.fixture
def browser(town: Town, transport: made_up.InProcess) -> Callable[[str], Visitor]:
    """Opens a reader's browser that speaks the language."""

    def enter(reader: str) -> Visitor:
        visitor = visiting(town.installation, town.people.get(reader))
        cookies = {**visitor.http.cookies, "wheelyard_language": made_up.CODE}
        visitor.http.close()
        visitor.http = httpx.Client(
            transport=transport, base_url="http://here.example.com", cookies=cookies
        )
        visitor.get("/explore")
        return visitor

    return enter


def english(page: str) -> list[str]:
    """The words of a page that nobody has translated, each with where it stands."""
    return [
        f"{where}: {word}"
        for where, word in made_up.unsaid(page)
        if word not in ALIKE
        and where not in DETAILS
        and not (where == "div/select/option" and word in OF_THE_JOURNAL)
        and (where, word) not in ELSEWHERE
        and not _NAME.search(word)
    ]


def found_on(seen: list[Seen]) -> dict[str, str]:
    """What is English, and on which page it was met first."""
    found: dict[str, str] = {}
    for each in seen:
        if each.is_page:
            for word in english(each.answer.text):
                found.setdefault(word, each.path)
    return found


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("<p>⟦Hello⟧</p>", []),
        ("<p>Hello ⟦you⟧</p>", ["p: Hello"]),
        ("<p>⟦by ⟧<a>Ada</a>⟦ and ⟧others⟦⟧</p>", ["p/a: Ada", "p: others"]),
        ("<p>⟦as <strong>⟧root⟦</strong>⟧</p>", []),
        ("<p title='Read'>⟦it⟧</p>", ["p title: Read"]),
        ("<pre>pip install</pre><p>/etc/passwd</p>", []),
    ],
)
def test_what_was_not_said_is_found(page: str, words: list[str]) -> None:
    assert english(page) == words


@pytest.mark.parametrize("reader", [NOBODY, "reporter", "owner", ADMIN])
def test_no_page_has_a_word_that_was_not_translated(
    browser: Callable[[str], Visitor], reader: str
) -> None:
    with browser(reader) as visitor:
        seen = list(crawl(visitor, (*STARTS, *MORE)))

    assert len(seen) > 30
    assert found_on(seen) == {}


def forms(seen: list[Seen]) -> dict[str, tuple[str, str, list[str]]]:
    """One form of each kind: where it stands, where it goes to, and the names of its fields."""
    found: dict[str, tuple[str, str, list[str]]] = {}
    for each in seen:
        for action, body in _FORM.findall(each.answer.text) if each.is_page else []:
            kind = re.sub(
                r"\d+", "1", re.sub(rf"{secrets.PREFIX}\w+(/{secrets.PREFIX}\w+)*", "x", action)
            )
            if not action.endswith(NOT_SENT):
                found.setdefault(kind, (each.path, unescape(action), _FIELD.findall(body)))
    return found


@pytest.mark.parametrize("typed", ["", "zqno zqsuch!", "-1"])
def test_no_answer_to_a_form_has_a_word_that_was_not_translated(
    browser: Callable[[str], Visitor], typed: str
) -> None:
    seen = []
    with browser(ADMIN) as visitor:
        for page, action, fields in forms(list(crawl(visitor, STARTS))).values():
            visitor.http.headers["referer"] = f"http://here.example.com{page}"
            sent = dict.fromkeys(set(fields) - {"form_token"}, typed)
            if "language" in sent:
                continue
            answer = visitor.post(action, sent)
            if answer.is_redirect:
                answer = visitor.get(answer.headers["location"])
            seen.append(Seen(f"{page} {action} {answer.status_code}", answer))

    assert len(seen) > 20
    assert found_on(seen) == {}
