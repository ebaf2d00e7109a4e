"""How each client installs a package."""

import re
from urllib.parse import urlsplit

from wheelyard.pypi import names
from wheelyard.web.pages.credentials import Credential
from wheelyard.web.pages.packages.snippets.recipes import (
    Gettext,
    Place,
    Recipe,
    Snippet,
    name_of,
    poetry_login,
    quoted,
)

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+\Z")  # TOML, "Keys"


def install(
    place: Place, credential: Credential, _: Gettext, *, package: str, version: str | None = None
) -> list[Snippet]:
    """Return how to install a package, or this version of it, with each client."""
    wanted = f"{package}=={version}" if version else package
    forwards = place.forwards and credential is not Credential.NONE
    recipe = Recipe(_, credential, place.index_url, name_of(place), package, wanted, forwards)
    makers = (_pip, _uv_project, _uv_command, _poetry, _pdm, _hatch, _requirements, _pip_conf)
    made = [make(recipe) for make in makers]
    return [_netrc(recipe), *made] if credential is Credential.NETRC else made


def _alone(recipe: Recipe) -> str:
    _ = recipe._
    if recipe.forwards:
        return _(
            "Only this index is asked, and it sends you on to another for packages that were never "
            "here. Beside a second index of your own, anybody could publish a higher version of "
            "your package there."
        )
    return _(
        "Only this index is asked, so what the package depends on has to be here as well. Beside "
        "a second index, anybody could publish a higher version of your package there."
    )


def _explicit(_: Gettext) -> str:
    return _(
        "Only packages that are named here come from this index, and only from it; all others "
        "come from the public one. So nobody can put another package in the place of yours."
    )


def _netrc(recipe: Recipe) -> Snippet:
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


def _pip(recipe: Recipe) -> Snippet:
    _ = recipe._
    if recipe.credential is Credential.ENVIRONMENT:
        text = (
            f"export PIP_INDEX_URL={quoted(recipe.login_url())}\npip install {recipe.safe_wanted}\n"
        )
    else:
        url = recipe.login_url() if recipe.is_written else recipe.url
        text = f"pip install --index-url {quoted(url)} {recipe.safe_wanted}\n"
    return Snippet("pip", "pip", "sh", text, note=_alone(recipe))


def _pip_conf(recipe: Recipe) -> Snippet:
    _ = recipe._
    # pip reads no variables in it: those of the environment come before it instead.
    url = recipe.login_url() if recipe.is_written else recipe.url
    note = _alone(recipe)
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


def _requirements(recipe: Recipe) -> Snippet:
    _ = recipe._
    url, note = recipe.url, _alone(recipe)
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


def _read_from(recipe: Recipe, client: str) -> str:
    said = recipe._(
        "The file is shared with others, so %(client)s reads user name and token from the "
        "variables %(username)s and %(password)s."
    )
    username, password = recipe.variables
    return said % {"client": client, "username": username, "password": password}


def _taken_in_by(recipe: Recipe, command: str) -> str:
    return recipe._("Then: %(command)s.") % {"command": f"{command} {recipe.safe_wanted}"}


def _uv_project(recipe: Recipe) -> Snippet:
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


def _uv_login(recipe: Recipe) -> str:
    said = recipe._(
        "uv reads user name and token from %(prefix)s_USERNAME and %(prefix)s_PASSWORD."
    )
    return said % {"prefix": f"UV_INDEX_{recipe.variable}"}


def _uv_index(recipe: Recipe) -> str:
    return (
        f'[[tool.uv.index]]\nname = "{recipe.name}"\nurl = "{recipe.url}"\nexplicit = true\n\n'
        f'[tool.uv.sources]\n{_toml_key(recipe.package)} = {{ index = "{recipe.name}" }}\n'
    )


def _toml_key(package: str) -> str:
    name = names.normalize_name(package) if names.is_name(package) else package
    return name if _BARE_KEY.match(name) else f'"{name}"'


def _uv_command(recipe: Recipe) -> Snippet:
    _ = recipe._
    if recipe.credential is Credential.ENVIRONMENT:
        text = (
            f"export UV_DEFAULT_INDEX={quoted(recipe.login_url())}\n"
            f"uv pip install {recipe.safe_wanted}\n"
        )
    else:
        url = recipe.login_url() if recipe.is_written else recipe.url
        text = f"uv pip install --default-index {quoted(url)} {recipe.safe_wanted}\n"
    return Snippet("uv", _("uv, one command"), "sh", text, note=_alone(recipe))


def _poetry(recipe: Recipe) -> Snippet:
    text = f"poetry source add --priority=explicit {recipe.name} {quoted(recipe.url)}\n"
    text += poetry_login(recipe)
    text += f"poetry add --source {recipe.name} {recipe.safe_wanted}\n"
    return Snippet("poetry", "Poetry", "sh", text, note=_explicit(recipe._))


def _pdm(recipe: Recipe) -> Snippet:
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


def _hatch(recipe: Recipe) -> Snippet:
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
