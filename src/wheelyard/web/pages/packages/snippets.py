"""What a reader copies: how each client installs from an index here, and publishes to it.

Where the public index is needed beside a private one, a client's own way of saying which package
comes from which is shown, and never a second index that is merely asked as well: of equal names
the higher version wins there, whoever published it.

What has to be replaced stands in angle brackets.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from shlex import quote as quote_for_shell
from typing import Literal
from urllib.parse import quote, urlsplit

from wheelyard.pypi import names
from wheelyard.web.pages.credentials import Credential

Gettext = Callable[[str], str]

TOKEN_USERNAME = "__token__"  # noqa: S105  a user name, of anybody who has a token

_UNSAFE_IN_NAME = re.compile(r"[^a-z0-9]+")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+\Z")  # TOML, "Keys"

# Sections of .pypirc, or sources of a client, that mean something else.
_TAKEN = frozenset({"pypi", "testpypi", "distutils", "server-login", "global"})


@dataclass(frozen=True, slots=True)
class Place:
    """An index: its addresses, without login, and what readers will call it.

    ``publish_url`` is None where nothing can be published, such as in a group.
    """

    index_url: str
    publish_url: str | None
    name: str


@dataclass(frozen=True, slots=True)
class Snippet:
    """A text to copy; into ``filename`` if that is not empty, else into a terminal."""

    client: str
    title: str
    language: Literal["sh", "toml", "ini", "text"]
    text: str
    filename: str = ""
    note: str = ""


def install(
    place: Place, credential: Credential, _: Gettext, *, package: str, version: str | None = None
) -> list[Snippet]:
    """Return how to install a package, or this version of it, with each client."""
    wanted = f"{package}=={version}" if version else package
    recipe = _Recipe(_, credential, place.index_url, _name(place), package, wanted)
    makers = (_pip, _uv_project, _uv_command, _poetry, _pdm, _hatch, _requirements, _pip_conf)
    made = [make(recipe) for make in makers]
    return [_netrc(recipe), *made] if credential is Credential.NETRC else made


def publish(place: Place, credential: Credential, _: Gettext) -> list[Snippet]:
    """Return how to publish with each client; nothing where nothing can be published.

    Uploaders do not read ~/.netrc, and always need a credential.
    """
    if place.publish_url is None:
        return []
    if credential in {Credential.NETRC, Credential.NONE}:
        credential = Credential.PERSONAL
    recipe = _Recipe(_, credential, place.publish_url, _name(place))
    makers = (_pypirc, _twine, _uv_publish, _poetry_publish, _pdm_publish, _hatch_publish, _flit)
    return [made for make in makers if (made := make(recipe))]


def _name(place: Place) -> str:
    """Return a name that every client takes, in its files, commands and variables."""
    name = _UNSAFE_IN_NAME.sub("-", place.name.lower()).strip("-")
    return f"wheelyard-{name}".strip("-") if name in _TAKEN or not name else name


@dataclass(frozen=True, slots=True)
class _Recipe:
    """What snippets are made of."""

    _: Gettext
    credential: Credential
    url: str
    name: str
    package: str = ""
    wanted: str = ""

    @property
    def username(self) -> str:
        is_deploy = self.credential is Credential.DEPLOY
        return self._("<deploy token username>") if is_deploy else TOKEN_USERNAME

    @property
    def token(self) -> str:
        is_deploy = self.credential is Credential.DEPLOY
        return self._("<deploy token>") if is_deploy else self._("<your personal access token>")

    @property
    def is_written(self) -> bool:
        """Whether the login is written out, and not looked up or unnecessary."""
        return self.credential in {Credential.PERSONAL, Credential.DEPLOY}

    @property
    def has_login(self) -> bool:
        return self.is_written or self.credential is Credential.ENVIRONMENT

    @property
    def variables(self) -> tuple[str, str]:
        """Where what is shared with others finds user name and token."""
        return f"INDEX_{self.variable}_USERNAME", f"INDEX_{self.variable}_PASSWORD"

    @property
    def variable(self) -> str:
        """The name, as it is part of the names of variables."""
        return self.name.upper().replace("-", "_")

    @property
    def safe_wanted(self) -> str:
        return quote_for_shell(self.wanted)

    def login_url(self, username: str = "", token: str = "") -> str:
        """Put a login into the URL; a placeholder stays readable, any other name is encoded."""
        username, token = username or self.username, token or self.token
        shown = username if username.startswith(("<", "$", "{")) else quote(username, safe="")
        scheme, _, rest = self.url.partition("://")
        return f"{scheme}://{shown}:{token}@{rest}"

    def exports(self, username: str, token: str, **others: str) -> str:
        """Write variables for a login, and others before them."""
        values = {**others, username: self.username, token: self.token}
        return "".join(f"export {name}={_quoted(value)}\n" for name, value in values.items())


def _quoted(value: str) -> str:
    """Quote for a shell, placeholders and URLs always, so that they can be replaced in place."""
    return f'"{value}"'


# Installing --------------------------------------------------------------------------------------


def _alone(_: Gettext) -> str:
    return _(
        "Only this index is asked, so what the package depends on has to be here as well. Beside "
        "a second index, anybody could publish a higher version of your package there."
    )


def _explicit(_: Gettext) -> str:
    return _(
        "Only packages that are named here come from this index, and only from it; all others "
        "come from the public one. So nobody can put another package in the place of yours."
    )


def _netrc(recipe: _Recipe) -> Snippet:
    _ = recipe._
    host = urlsplit(recipe.url).hostname or ""
    return Snippet(
        client="netrc",
        title=_("~/.netrc, for every client"),
        language="text",
        filename="~/.netrc",
        text=f"machine {host}\nlogin {recipe.username}\npassword {recipe.token}\n",
        note=_("Keep others from reading it: chmod 600 ~/.netrc"),
    )


def _pip(recipe: _Recipe) -> Snippet:
    _ = recipe._
    if recipe.credential is Credential.ENVIRONMENT:
        text = (
            f"export PIP_INDEX_URL={_quoted(recipe.login_url())}\n"
            f"pip install {recipe.safe_wanted}\n"
        )
    else:
        url = recipe.login_url() if recipe.is_written else recipe.url
        text = f"pip install --index-url {_quoted(url)} {recipe.safe_wanted}\n"
    return Snippet("pip", "pip", "sh", text, note=_alone(_))


def _pip_conf(recipe: _Recipe) -> Snippet:
    _ = recipe._
    # pip reads no variables in it: those of the environment come before it instead.
    url = recipe.login_url() if recipe.is_written else recipe.url
    note = _alone(_)
    if recipe.credential is Credential.ENVIRONMENT:
        note = _("The variable PIP_INDEX_URL comes before this file.") + " " + note
    return Snippet(
        client="pip",
        title="pip.conf",
        language="ini",
        filename="~/.config/pip/pip.conf",
        text=f"[global]\nindex-url = {url}\n",
        note=note,
    )


def _requirements(recipe: _Recipe) -> Snippet:
    _ = recipe._
    url, note = recipe.url, _alone(_)
    if recipe.has_login:
        username, password = recipe.variables
        url = recipe.login_url(f"${{{username}}}", f"${{{password}}}")
        note = f"{_read_from(recipe, 'pip')} {note}"
    return Snippet(
        client="pip",
        title="requirements.txt",
        language="text",
        filename="requirements.txt",
        text=f"--index-url {url}\n{recipe.wanted}\n",
        note=note,
    )


def _read_from(recipe: _Recipe, client: str) -> str:
    said = recipe._(
        "The file is shared with others, so %(client)s reads user name and token from the "
        "variables %(username)s and %(password)s."
    )
    username, password = recipe.variables
    return said % {"client": client, "username": username, "password": password}


def _taken_in_by(recipe: _Recipe, command: str) -> str:
    return recipe._("Then: %(command)s.") % {"command": f"{command} {recipe.safe_wanted}"}


def _uv_project(recipe: _Recipe) -> Snippet:
    notes = [_taken_in_by(recipe, "uv add"), _explicit(recipe._)]
    if recipe.has_login:
        notes.insert(0, _uv_login(recipe))
    return Snippet(
        client="uv",
        title=recipe._("uv, for a project"),
        language="toml",
        filename="pyproject.toml",
        text=_uv_index(recipe),
        note=" ".join(notes),
    )


def _uv_login(recipe: _Recipe) -> str:
    said = recipe._(
        "uv reads user name and token from %(prefix)s_USERNAME and %(prefix)s_PASSWORD."
    )
    return said % {"prefix": f"UV_INDEX_{recipe.variable}"}


def _uv_index(recipe: _Recipe) -> str:
    return (
        f'[[tool.uv.index]]\nname = "{recipe.name}"\nurl = "{recipe.url}"\nexplicit = true\n\n'
        f'[tool.uv.sources]\n{_toml_key(recipe.package)} = {{ index = "{recipe.name}" }}\n'
    )


def _toml_key(package: str) -> str:
    name = names.normalize_name(package) if names.is_name(package) else package
    return name if _BARE_KEY.match(name) else f'"{name}"'


def _uv_command(recipe: _Recipe) -> Snippet:
    _ = recipe._
    if recipe.credential is Credential.ENVIRONMENT:
        text = (
            f"export UV_DEFAULT_INDEX={_quoted(recipe.login_url())}\n"
            f"uv pip install {recipe.safe_wanted}\n"
        )
    else:
        url = recipe.login_url() if recipe.is_written else recipe.url
        text = f"uv pip install --default-index {_quoted(url)} {recipe.safe_wanted}\n"
    return Snippet("uv", _("uv, one command"), "sh", text, note=_alone(_))


def _poetry(recipe: _Recipe) -> Snippet:
    text = f"poetry source add --priority=explicit {recipe.name} {_quoted(recipe.url)}\n"
    text += _poetry_login(recipe)
    text += f"poetry add --source {recipe.name} {recipe.safe_wanted}\n"
    return Snippet("poetry", "Poetry", "sh", text, note=_explicit(recipe._))


def _poetry_login(recipe: _Recipe) -> str:
    if recipe.credential is Credential.ENVIRONMENT:
        prefix = f"POETRY_HTTP_BASIC_{recipe.variable}"
        return recipe.exports(f"{prefix}_USERNAME", f"{prefix}_PASSWORD")
    if recipe.is_written:
        login = f"{_quoted(recipe.username)} {_quoted(recipe.token)}"
        return f"poetry config http-basic.{recipe.name} {login}\n"
    return ""


def _pdm(recipe: _Recipe) -> Snippet:
    url, notes = recipe.url, [_taken_in_by(recipe, "pdm add"), _explicit(recipe._)]
    if recipe.has_login:
        username, password = recipe.variables
        url = recipe.login_url(f"${{{username}}}", f"${{{password}}}")
        notes.insert(0, _read_from(recipe, "PDM"))
    return Snippet(
        client="pdm",
        title="PDM",
        language="toml",
        filename="pyproject.toml",
        text=(
            f'[[tool.pdm.source]]\nname = "{recipe.name}"\nurl = "{url}"\n'
            f'include_packages = ["{recipe.package}"]\n'
        ),
        note=" ".join(notes),
    )


def _hatch(recipe: _Recipe) -> Snippet:
    _ = recipe._
    said = _('Add "%(wanted)s" to the dependencies of the project.')
    notes = [said % {"wanted": recipe.wanted}, _explicit(_)]
    if recipe.has_login:
        notes.insert(0, _uv_login(recipe))
    return Snippet(
        client="hatch",
        title="Hatch",
        language="toml",
        filename="pyproject.toml",
        text=f'[tool.hatch.envs.default]\ninstaller = "uv"\n\n{_uv_index(recipe)}',
        note=" ".join(notes),
    )


# Publishing --------------------------------------------------------------------------------------


def _pypirc(recipe: _Recipe) -> Snippet | None:
    if recipe.credential is Credential.ENVIRONMENT:
        return None
    _ = recipe._
    text = (
        f"[distutils]\nindex-servers =\n    {recipe.name}\n\n"
        f"[{recipe.name}]\nrepository = {recipe.url}\n"
        f"username = {recipe.username}\npassword = {recipe.token}\n"
    )
    return Snippet(
        client="twine",
        title=_("~/.pypirc, for twine and Flit"),
        language="ini",
        filename="~/.pypirc",
        text=text,
        note=_("Keep others from reading it: chmod 600 ~/.pypirc"),
    )


def _twine(recipe: _Recipe) -> Snippet:
    text = "python -m build\n"
    if recipe.credential is Credential.ENVIRONMENT:
        text += recipe.exports("TWINE_USERNAME", "TWINE_PASSWORD", TWINE_REPOSITORY_URL=recipe.url)
        text += "twine upload dist/*\n"
    else:
        text += f"twine upload --repository {recipe.name} dist/*\n"
    return Snippet("twine", "twine", "sh", text)


def _uv_publish(recipe: _Recipe) -> Snippet:
    text = "uv build\n"
    if recipe.credential is Credential.ENVIRONMENT:
        text += recipe.exports(
            "UV_PUBLISH_USERNAME", "UV_PUBLISH_PASSWORD", UV_PUBLISH_URL=recipe.url
        )
        text += "uv publish\n"
    else:
        login = f"--username {_quoted(recipe.username)} --password {_quoted(recipe.token)}"
        text += f"uv publish --publish-url {_quoted(recipe.url)} {login}\n"
    return Snippet("uv", "uv", "sh", text)


def _poetry_publish(recipe: _Recipe) -> Snippet:
    # Its variable for an address takes no name with a digit in it.
    text = f"poetry config repositories.{recipe.name} {_quoted(recipe.url)}\n"
    text += f"{_poetry_login(recipe)}poetry publish --build --repository {recipe.name}\n"
    return Snippet("poetry", "Poetry", "sh", text)


def _pdm_publish(recipe: _Recipe) -> Snippet:
    if recipe.credential is Credential.ENVIRONMENT:
        text = recipe.exports(
            "PDM_PUBLISH_USERNAME", "PDM_PUBLISH_PASSWORD", PDM_PUBLISH_REPO=recipe.url
        )
        text += "pdm publish\n"
    else:
        login = f"--username {_quoted(recipe.username)} --password {_quoted(recipe.token)}"
        text = f"pdm publish --repository {_quoted(recipe.url)} {login}\n"
    return Snippet("pdm", "PDM", "sh", text)


def _hatch_publish(recipe: _Recipe) -> Snippet:
    text = "hatch build\n"
    if recipe.credential is Credential.ENVIRONMENT:
        text += recipe.exports("HATCH_INDEX_USER", "HATCH_INDEX_AUTH", HATCH_INDEX_REPO=recipe.url)
        text += "hatch publish\n"
    else:
        login = f"--user {_quoted(recipe.username)} --auth {_quoted(recipe.token)}"
        text += f"hatch publish --repo {_quoted(recipe.url)} {login}\n"
    return Snippet("hatch", "Hatch", "sh", text)


def _flit(recipe: _Recipe) -> Snippet:
    if recipe.credential is Credential.ENVIRONMENT:
        text = recipe.exports("FLIT_USERNAME", "FLIT_PASSWORD", FLIT_INDEX_URL=recipe.url)
        text += "flit publish\n"
    else:
        text = f"flit publish --repository {recipe.name}\n"
    return Snippet("flit", "Flit", "sh", text)
