"""What groups and projects say of their packages, in forms, beside what comes down from above.

Nothing said is an empty choice or an empty field: then what comes from above counts, and the form
tells what that is and who says so.
"""

import re
from collections.abc import Mapping
from typing import Any

from wheelyard import forwarding, instance, policies
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project
from wheelyard.pypi.names import NormalizedName
from wheelyard.settings import Duplicates
from wheelyard.web.pages import mebibytes
from wheelyard.web.pages.view import View

MAX_PREFIXES_LENGTH = 10_000
"""Characters of all prefixes as they are typed."""

_SWITCHES = {"": None, "true": True, "false": False}
_BETWEEN = re.compile(r"[\s,]+")

Changes = dict[str, Any]
"""Columns of a group or a project and their new values."""


def show(view: View, place: Project | Namespace) -> Mapping[str, Any]:
    """Return what a page needs to show the forms of a place."""
    return {
        "from_above": policies.above(view.conn, place, view.settings),
        "upstream_url": view.settings.upstream_url
        if forwarding.has_upstream(view.settings)
        else "",
        "limit_mb": mebibytes.write(place.max_file_bytes),
        "own_duplicates": place.duplicates.value if place.duplicates else "",
        "own_forwarding": write_switch(place.forwarding),
    }


def read_packages(view: View) -> Changes:
    """Read duplicates, and the largest file.  Raises InvalidRecord."""
    duplicates = view.params.choice("duplicates", Duplicates)
    limit = mebibytes.read(view, "max_file_mb")
    return {"duplicates": duplicates.value if duplicates else None, "max_file_bytes": limit}


def read_forwarding(view: View) -> Changes:
    """Read whether to forward; nothing, where the form has no such field since it is locked."""
    if not view.params.has("forwarding"):
        return {}
    return {"forwarding": read_switch(view, "forwarding")}


def read_switch(view: View, field: str) -> bool | None:
    """Read on, off, or nothing said."""
    return _SWITCHES[view.params.one_of(field, _SWITCHES, "")]


def write_switch(said: bool | None) -> str:  # noqa: FBT001  of three values, one is no switch
    """Write the same."""
    return "" if said is None else str(said).lower()


def read_prefixes(view: View) -> tuple[NormalizedName, ...]:
    """Read reserved prefixes, with lines, spaces or commas between.  Raises InvalidRecord."""
    text = view.params.text("reserved_prefixes", max_length=MAX_PREFIXES_LENGTH) or ""
    return instance.read_prefixes(_BETWEEN.split(text))


def require_allowed(view: View, place: Project | Namespace, changes: Changes) -> Changes:
    """Return those that change something.  Raises Forbidden and InvalidRecord."""
    new = {name: value for name, value in changes.items() if value != getattr(place, name)}
    above = policies.above(view.conn, place, view.settings)
    policies.require_allowed(view.principal, new, above)
    return new
