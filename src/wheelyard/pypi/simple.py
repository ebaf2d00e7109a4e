"""Simple pages: records of what they say, and their HTML.

Essential reading: PEP 503 (HTML), PEP 629 (versions of the API), PEP 833 (HTML frozen at 1.4), kept
current in the PyPA specification "Simple repository API".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from wheelyard.pypi.names import NormalizedName

HTML_TYPE = "text/html; charset=utf-8"

_HEAD = """\
<!DOCTYPE html>
<html>
  <head>
    <meta name="pypi:repository-version" content="1.0">
    <title>Links for {title}</title>
  </head>
  <body>
    <h1>Links for {title}</h1>
"""
_FOOT = """\
  </body>
</html>
"""


@dataclass(frozen=True, slots=True)
class SimpleFile:
    """One link of a package's page.

    PEP 503: the URL must end in the file name, and should carry ``#sha256=``.
    """

    filename: str
    url: str
    sha256: str
    requires_python: str


def render_package(name: str, files: Iterable[SimpleFile]) -> bytes:
    """Build a package's page; ``name`` is shown as it was first uploaded."""
    return _page(name, map(_file_anchor, files))


def render_index(title: str, packages: Iterable[tuple[NormalizedName, str]], root: str) -> bytes:
    """Build an index: one anchor for each package, of its normalised and its shown name.

    PEP 503: the text may be the name as written, the link must be the normalised one, and end in a
    slash.  ``root`` is the index's own root-relative URL, without a slash at its end.
    """
    anchors = (
        f'    <a href="{escape(root)}/{name}/">{escape(shown)}</a>' for name, shown in packages
    )
    return _page(title, anchors)


def _page(title: str, anchors: Iterable[str]) -> bytes:
    body = "<br>\n".join(anchors)
    head = _HEAD.format(title=escape(title))
    return f"{head}{body}\n{_FOOT}".encode() if body else f"{head}{_FOOT}".encode()


def _file_anchor(file: SimpleFile) -> str:
    # PEP 503: < and > of the attribute must be encoded.  It is left out when empty, because an
    # empty specifier says the same and some older readers stumble on it.
    requires = (
        f' data-requires-python="{escape(file.requires_python)}"' if file.requires_python else ""
    )
    return (
        f'    <a href="{escape(file.url)}#sha256={file.sha256}"{requires}>'
        f"{escape(file.filename)}</a>"
    )
