"""What readers copy is well formed for each client, and never asks two indexes for one name."""

import shlex
import tomllib
from configparser import RawConfigParser
from urllib.parse import urlsplit

import pytest

from wheelyard.web.pages.credentials import Credential
from wheelyard.web.pages.packages.snippets import Place, Snippet, install, publish

URL = "https://gitlab.example.com:8443/api/v4/projects/7/packages/pypi"
PLACE = Place(f"{URL}/simple", URL, "my-project")

CLIENTS = ["pip", "uv", "uv", "poetry", "pdm", "hatch", "pip", "pip"]


def say(text: str) -> str:
    """The language of the code."""
    return text


def installing(
    credential: Credential, package: str = "demo", version: str = "1.0"
) -> list[Snippet]:
    """The snippets to install a package."""
    return install(PLACE, credential, say, package=package, version=version)


def all_snippets(credential: Credential) -> list[Snippet]:
    """Everything that is shown with a form of credential."""
    return installing(credential) + publish(PLACE, credential, say)


def named(snippets: list[Snippet], title: str) -> Snippet:
    """The snippet of this title."""
    return next(snippet for snippet in snippets if snippet.title == title)


def test_each_client_has_its_way_to_install() -> None:
    assert [snippet.client for snippet in installing(Credential.PERSONAL)] == CLIENTS
    assert [snippet.client for snippet in installing(Credential.NETRC)] == ["netrc", *CLIENTS]


def test_each_client_has_its_way_to_publish() -> None:
    clients = ["twine", "uv", "poetry", "pdm", "hatch", "flit"]

    by_file = publish(PLACE, Credential.PERSONAL, say)
    by_variable = publish(PLACE, Credential.ENVIRONMENT, say)

    assert [snippet.client for snippet in by_file] == ["twine", *clients]
    assert [snippet.client for snippet in by_variable] == clients


def test_where_nothing_can_be_published_nothing_is_said_of_it() -> None:
    assert publish(Place(f"{URL}/simple", None, "group"), Credential.PERSONAL, say) == []


def test_a_personal_token_stands_where_pip_reads_it() -> None:
    snippets = installing(Credential.PERSONAL)

    assert named(snippets, "pip").text == (
        'pip install --index-url "https://__token__:<your personal access token>'
        '@gitlab.example.com:8443/api/v4/projects/7/packages/pypi/simple" demo==1.0\n'
    )
    assert named(snippets, "pip.conf").text == (
        "[global]\nindex-url = https://__token__:<your personal access token>"
        "@gitlab.example.com:8443/api/v4/projects/7/packages/pypi/simple\n"
    )


def test_a_pypirc_is_written_as_twine_reads_it() -> None:
    parser = RawConfigParser()

    parser.read_string(
        named(publish(PLACE, Credential.DEPLOY, say), "~/.pypirc, for twine and Flit").text
    )

    assert parser.get("distutils", "index-servers").split() == ["my-project"]
    assert dict(parser.items("my-project")) == {
        "repository": URL,
        "username": "<deploy token username>",
        "password": "<deploy token>",
    }


def test_a_netrc_names_the_host_without_its_port() -> None:
    assert installing(Credential.NETRC)[0].text == (
        "machine gitlab.example.com\nlogin __token__\npassword <your personal access token>\n"
    )


@pytest.mark.parametrize("credential", Credential)
def test_no_client_asks_another_index_for_the_same_name(credential: Credential) -> None:
    for snippet in all_snippets(credential):
        assert "extra-index" not in snippet.text.lower().replace("_", "-"), snippet
        assert "unsafe" not in snippet.text, snippet
    snippets = installing(credential)
    uv = tomllib.loads(named(snippets, "uv, for a project").text)["tool"]["uv"]
    assert uv["index"][0] == {"name": "my-project", "url": PLACE.index_url, "explicit": True}
    assert uv["sources"] == {"demo": {"index": "my-project"}}
    pdm = tomllib.loads(named(snippets, "PDM").text)["tool"]["pdm"]
    assert pdm["source"][0]["include_packages"] == ["demo"]
    assert "source add --priority=explicit my-project" in named(snippets, "Poetry").text


@pytest.mark.parametrize("credential", Credential)
def test_every_text_is_well_formed(credential: Credential) -> None:
    for snippet in all_snippets(credential):
        assert snippet.text.endswith("\n")
        match snippet.language:
            case "toml":
                assert tomllib.loads(snippet.text)
            case "ini":
                RawConfigParser().read_string(snippet.text)
            case "sh":
                for line in snippet.text.splitlines():
                    assert not {"<", ">", "|", "&"} & set(shlex.split(line)), line
                assert not snippet.filename
            case "text":
                assert snippet.filename


@pytest.mark.parametrize("credential", [Credential.NETRC, Credential.NONE])
def test_what_is_looked_up_or_public_has_no_login_in_it(credential: Credential) -> None:
    for snippet in installing(credential):
        if snippet.client != "netrc":
            assert "token" not in snippet.text.lower()
            assert "@" not in snippet.text


def test_files_that_are_shared_hold_no_token() -> None:
    for credential in Credential:
        for snippet in installing(credential):
            if snippet.filename in {"pyproject.toml", "requirements.txt"}:
                assert "<your personal access token>" not in snippet.text
                assert "<deploy token>" not in snippet.text


def test_shared_files_name_the_variables_that_are_read() -> None:
    requirements = named(installing(Credential.DEPLOY), "requirements.txt")

    login = urlsplit(requirements.text.split()[1])
    assert login.username == "${INDEX_MY_PROJECT_USERNAME}"
    assert login.password == "${INDEX_MY_PROJECT_PASSWORD}"
    assert "INDEX_MY_PROJECT_USERNAME and INDEX_MY_PROJECT_PASSWORD" in requirements.note


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("My.Project_1", "my-project-1"),
        ("pypi", "wheelyard-pypi"),
        ("distutils", "wheelyard-distutils"),
        ("%F0%9F%98%80", "f0-9f-98-80"),
        ("---", "wheelyard"),
        ('"]\n[x', "x"),
    ],
)
def test_an_index_has_a_name_that_every_client_takes(given: str, name: str) -> None:
    place = Place(f"{URL}/simple", URL, given)

    uv = tomllib.loads(
        named(install(place, Credential.PERSONAL, say, package="a"), "uv, for a project").text
    )

    assert uv["tool"]["uv"]["index"][0]["name"] == name


@pytest.mark.parametrize(
    ("package", "version", "shown", "key"),
    [
        ("My.Package", "1.0", "My.Package==1.0", "my-package"),
        ("demo", "1!2.0+local.1", "'demo==1!2.0+local.1'", "demo"),
        ("demo", "", "demo", "demo"),
        ("<package>", "", "'<package>'", "<package>"),
    ],
)
def test_a_package_is_named_as_each_client_wants_it(
    package: str, version: str, shown: str, key: str
) -> None:
    snippets = installing(Credential.NONE, package, version)

    assert named(snippets, "pip").text.endswith(f" {shown}\n")
    uv = tomllib.loads(named(snippets, "uv, for a project").text)["tool"]["uv"]
    assert list(uv["sources"]) == [key]


def test_without_a_version_any_will_do() -> None:
    snippets = install(PLACE, Credential.NONE, say, package="demo", version=None)

    assert named(snippets, "requirements.txt").text == f"--index-url {URL}/simple\ndemo\n"


def test_placeholders_and_notes_are_translated() -> None:
    german = {"<your personal access token>": "<dein Token>"}

    snippets = install(PLACE, Credential.PERSONAL, lambda t: german.get(t, t), package="demo")

    assert "__token__:<dein Token>@" in named(snippets, "pip").text
