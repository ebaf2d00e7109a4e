"""What downloads: the client and its Python, as the ``User-Agent`` of a request tells them.

Two forms are common: pip and uv send JSON after their own name (``pip/25.0 {"python":"3.12.1"}``),
most others a list of products (``poetry/2.0.1 CPython/3.12.1``; RFC 9110, section 10.1.5).  A
client may say anything, and so whatever it says, both answers come from a small set.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

_PRODUCTS = {
    "bandersnatch": "bandersnatch",
    "bazel": "bazel",
    "conda": "conda",
    "curl": "curl",
    "devpi-server": "devpi",
    "hatch": "hatch",
    "libcurl": "curl",
    "libmamba": "conda",
    "mamba": "conda",
    "micromamba": "conda",
    "mozilla": "browser",
    "pdm": "pdm",
    "pex": "pex",
    "pip": "pip",
    "pipenv": "pipenv",
    "pixi": "pixi",
    "poetry": "poetry",
    "python-httpx": "httpx",
    "python-requests": "requests",
    "python-urllib": "urllib",
    "requests": "requests",
    "setuptools": "setuptools",
    "twine": "twine",
    "unearth": "pdm",
    "uv": "uv",
    "wget": "wget",
}

OTHER = "other"
NAMES = frozenset({*_PRODUCTS.values(), OTHER})
"""Every name that there is."""

_MAX_LENGTH = 2000  # pip's has some 500 characters

_FIRST = re.compile(r"\s*([A-Za-z][A-Za-z-]*)(?:/|\s|\Z)")
_PRODUCT = re.compile(r"(?<![^\s(;])([A-Za-z][A-Za-z-]*)/")
_PYTHON = re.compile(
    r'(?:"python"\s*:\s*"|\b(?:CPython|PyPy|GraalPy|Python|Python-urllib)/)([23]\.\d{1,2})(?![\d])',
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Installer:
    """What downloaded something."""

    name: str
    """One of NAMES."""

    python: str
    """Such as ``3.12``; empty when it is not known."""


def read(user_agent: str) -> Installer:
    """Tell the installer of a ``User-Agent``, however strange that is."""
    return _read(user_agent[:_MAX_LENGTH])  # cut first, so that the cache is bounded too


@lru_cache(maxsize=1000)
def _read(user_agent: str) -> Installer:
    python = _PYTHON.search(user_agent)
    return Installer(name=_name(user_agent), python=python[1] if python else "")


def _name(user_agent: str) -> str:
    """Take the first product that is known; what a client builds on comes after itself."""
    first = _FIRST.match(user_agent)
    named = [first[1]] if first else []
    named += _PRODUCT.findall(user_agent.partition("{")[0])
    known = (_PRODUCTS.get(product.lower()) for product in named)
    return next((name for name in known if name), OTHER)
