"""What readers copy: how their tools publish to an index and install from it.

A private index is never given to pip beside another one: with several, pip takes the highest
version of a name from any of them, also from one where a stranger has registered it (dependency
confusion).  The tools that can say which package comes from where are shown how to say it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit

_Say = Callable[[str], str]

PERSONAL_TOKEN = "YOUR_PERSONAL_ACCESS_TOKEN"  # noqa: S105  it stands for one
DEPLOY_TOKEN_USERNAME = "YOUR_DEPLOY_TOKEN_USERNAME"  # noqa: S105  as above
DEPLOY_TOKEN = "YOUR_DEPLOY_TOKEN"  # noqa: S105  as above
SOME_PACKAGE = "YOUR_PACKAGE"
_VARIABLE = "REGISTRY_TOKEN"


class Credential(StrEnum):
    """In which form somebody wants to give theirs."""

    PERSONAL = "personal"
    DEPLOY = "deploy"
    NETRC = "netrc"
    ENVIRONMENT = "environment"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Place:
    """An index, and where one publishes to it; only projects can be published to."""

    index_url: str
    name: str
    """What tools call it."""

    publish_url: str = ""


@dataclass(frozen=True, slots=True)
class Snippet:
    """Something to copy; ``filename`` is empty for commands."""

    title: str
    text: str
    filename: str = ""
    note: str = ""


def source_name(text: str) -> str:
    """Make a name that every tool takes for a source: letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "registry"


# Installing --------------------------------------------------------------------------------------


def install(
    place: Place, credential: Credential, _: _Say, *, package: str = "", version: str = ""
) -> list[Snippet]:
    """Return how to install a package, or any package, with each tool."""
    name = package or SOME_PACKAGE
    pinned = f"{name}=={version}" if version else name
    return [
        *_netrc(place.index_url, credential, _),
        _pip(place, credential, pinned, _),
        *_pip_files(place, credential, pinned, _),
        *_uv(place, credential, name, pinned, _),
        _poetry(place, credential, pinned, _),
        _pdm(place, credential, name, _),
        _hatch(place, credential, _),
    ]


def _netrc(url: str, credential: Credential, _: _Say) -> Iterator[Snippet]:
    if credential is Credential.NETRC:
        text = f"machine {urlsplit(url).hostname}\nlogin __token__\npassword {PERSONAL_TOKEN}\n"
        note = _("For pip and uv. Let nobody else read it: chmod 600 ~/.netrc")
        yield Snippet("~/.netrc", text, "~/.netrc", note)


def _pip(place: Place, credential: Credential, pinned: str, _: _Say) -> Snippet:
    url = _with_credential(place.index_url, credential, variable=f"${_VARIABLE}")
    if credential is Credential.ENVIRONMENT:
        text = f'export {_VARIABLE}={PERSONAL_TOKEN}\npip install --index-url "{url}" {pinned}'
    else:
        text = f"pip install --index-url {url} {pinned}"
    note = _(
        "Only this index is asked, so its packages must need nothing from elsewhere, or be "
        "installed with --no-deps. A second index beside it would let strangers take over names."
    )
    return Snippet("pip", text, note=note)


def _pip_files(place: Place, credential: Credential, pinned: str, _: _Say) -> Iterator[Snippet]:
    url = _with_credential(place.index_url, credential, variable=f"${{{_VARIABLE}}}")
    if credential is not Credential.ENVIRONMENT:  # pip.conf knows no variables
        yield Snippet("pip.conf", f"[global]\nindex-url = {url}\n", "pip.conf")
    note = ""
    if credential is Credential.ENVIRONMENT:
        note = _("pip puts the variable in by itself.")
    yield Snippet(
        "requirements.txt", f"--index-url {url}\n{pinned}\n", "requirements.txt", note=note
    )


def _uv(place: Place, credential: Credential, name: str, pinned: str, _: _Say) -> Iterator[Snippet]:
    table = (
        f'[[tool.uv.index]]\nname = "{place.name}"\nurl = "{place.index_url}"\nexplicit = true\n\n'
        f'[tool.uv.sources]\n{name} = {{ index = "{place.name}" }}\n'
    )
    note = _("explicit: only what is named below comes from here, and it comes from nowhere else.")
    yield Snippet("uv", table, "pyproject.toml", note=note)
    lines = [*_uv_login(place, credential), f"uv add {pinned}"]
    yield Snippet(_("uv, on the command line"), "\n".join(lines))


def _uv_login(place: Place, credential: Credential) -> Iterator[str]:
    pair = _pair(credential)
    if pair and credential is not Credential.NETRC:
        source = re.sub(r"[^A-Z0-9]", "_", place.name.upper())
        yield f"export UV_INDEX_{source}_USERNAME={pair[0]}"
        yield f"export UV_INDEX_{source}_PASSWORD={pair[1]}"


def _poetry(place: Place, credential: Credential, pinned: str, _: _Say) -> Snippet:
    lines = [f"poetry source add --priority=explicit {place.name} {place.index_url}"]
    pair = _pair(credential)
    if credential is Credential.ENVIRONMENT:
        source = re.sub(r"[^A-Z0-9]", "_", place.name.upper())
        lines += [
            f"export POETRY_HTTP_BASIC_{source}_USERNAME=__token__",
            f"export POETRY_HTTP_BASIC_{source}_PASSWORD={PERSONAL_TOKEN}",
        ]
    elif pair:
        lines.append(f"poetry config http-basic.{place.name} {pair[0]} {pair[1]}")
    lines.append(f"poetry add --source {place.name} {pinned}")
    note = _("explicit: Poetry asks this index for what names it as its source, and nothing else.")
    return Snippet("Poetry", "\n".join(lines), note=note)


def _pdm(place: Place, credential: Credential, name: str, _: _Say) -> Snippet:
    url = _with_credential(place.index_url, credential, variable=f"${{{_VARIABLE}}}")
    text = (
        "[tool.pdm.resolution]\nrespect-source-order = true\n\n"
        f'[[tool.pdm.source]]\nname = "{place.name}"\nurl = "{url}"\n'
        f'include_packages = ["{name}"]\n'
    )
    note = _("The first source that knows a name has the last word on it; then: pdm add %(name)s")
    return Snippet("PDM", text, "pyproject.toml", note=note % {"name": name})


def _hatch(place: Place, credential: Credential, _: _Say) -> Snippet:
    url = _with_credential(place.index_url, credential, variable=f"{{env:{_VARIABLE}}}")
    text = f'[tool.hatch.envs.default.env-vars]\nPIP_INDEX_URL = "{url}"\n'
    note = _("For environments that uv makes, write UV_DEFAULT_INDEX in the place of the name.")
    return Snippet("Hatch", text, "pyproject.toml", note=note)


# Publishing --------------------------------------------------------------------------------------


def publish(place: Place, credential: Credential, _: _Say) -> list[Snippet]:
    """Return how to publish what stands in ``dist`` with each tool."""
    username, password = _pair(credential) or ("__token__", PERSONAL_TOKEN)
    url, name = place.publish_url, place.name
    if credential is Credential.ENVIRONMENT:
        twine = (
            f"export TWINE_REPOSITORY_URL={url}\nexport TWINE_USERNAME=__token__\n"
            f"export TWINE_PASSWORD={PERSONAL_TOKEN}\ntwine upload dist/*"
        )
        first = [Snippet("twine", twine)]
    else:
        pypirc = (
            f"[distutils]\nindex-servers = {name}\n\n[{name}]\nrepository = {url}\n"
            f"username = {username}\npassword = {password}\n"
        )
        first = [
            Snippet("~/.pypirc", pypirc, "~/.pypirc", note=_("For twine and flit.")),
            Snippet("twine", f"twine upload --repository {name} dist/*"),
            Snippet("flit", f"flit publish --repository {name}"),
        ]
    login = f"--username {username} --password {password}"
    return [
        *first,
        Snippet("uv", f"uv publish --publish-url {url} {login}"),
        Snippet(
            "Poetry",
            f"poetry config repositories.{name} {url}\n"
            f"poetry config http-basic.{name} {username} {password}\n"
            f"poetry publish --build --repository {name}",
        ),
        Snippet("PDM", f"pdm publish --repository {url} {login}"),
        Snippet("Hatch", f"hatch publish --repo {url} --user {username} --auth {password}"),
    ]


# Credentials -------------------------------------------------------------------------------------


def _pair(credential: Credential) -> tuple[str, str] | None:
    if credential is Credential.NONE:
        return None
    if credential is Credential.DEPLOY:
        return DEPLOY_TOKEN_USERNAME, DEPLOY_TOKEN
    return "__token__", PERSONAL_TOKEN


def _with_credential(url: str, credential: Credential, *, variable: str) -> str:
    """Return the address with the credential in it, where it has its place there."""
    pair = _pair(credential)
    if pair is None or credential is Credential.NETRC:
        return url
    username, password = pair
    if credential is Credential.ENVIRONMENT:
        password = variable
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{username}:{password}@{parts.netloc}"))
