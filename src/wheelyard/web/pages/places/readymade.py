"""Files and commands that are copied as they are, for a token that was just made."""

from urllib.parse import quote, urlsplit

from wheelyard.web.pages.view import View
from wheelyard.web.paths import GROUP_PYPI, PYPI

Ready = dict[str, str]
"""``pypirc``, a file for twine, and ``pip``, a command; empty: the token cannot do that."""


def make(view: View, username: str, secret: str, *, publishes: bool, installs: bool) -> Ready:
    """Return what can be copied for a token of the project or the group that the page is about.

    One of a group publishes to each of its projects, so there the id is left to fill in.
    """
    number = str(view.project.id) if view.project_or_none else "<project-id>"
    root = view.base_url + PYPI.replace("{project}", number)
    index = root
    if view.project_or_none is None:
        index = view.base_url + GROUP_PYPI.format(group=view.group.id)
    login = _with_login(f"{index}/simple", username, secret)
    return {
        "username": username,
        "pypirc": _pypirc(root, username, secret) if publishes else "",
        "pip": f"pip install --index-url {login} <package>" if installs else "",
    }


def _pypirc(root: str, username: str, secret: str) -> str:
    return "\n".join(
        (
            "[distutils]",
            "index-servers = gitlab",
            "",
            "[gitlab]",
            f"repository = {root}",
            f"username = {username}",
            f"password = {secret}",
        )
    )


def _with_login(address: str, username: str, secret: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{quote(username, safe='')}:{secret}@{parts.netloc}{parts.path}"
