"""The instance's switch and limits for packages, over those of the environment."""

from wheelyard import instance
from wheelyard.facts import InvalidRecord, Sentence
from wheelyard.settings import MAX_FILE_BYTES_LIMIT, Duplicates
from wheelyard.web.pages.view import Answer, Page, Redirect, View

_MIB = 1024 * 1024
_SWITCHES = {"": None, "true": True, "false": False}


def show(view: View) -> Answer:
    """``GET /admin/packages``."""
    decided = instance.get(view.conn)
    limit = decided.max_file_bytes
    return Page(
        "administration/packages.html",
        {
            "environment": view.registry.settings,
            "packages_enabled": _word(decided.packages_enabled),
            "duplicates": decided.duplicates.value if decided.duplicates else "",
            "limit_mb": "" if limit is None else _in_mb(limit),
        },
    )


def _word(switch: bool | None) -> str:  # noqa: FBT001  of three values, one is no switch
    return "" if switch is None else str(switch).lower()


def _in_mb(count: int) -> str:
    """Write bytes as MiB, so closely that reading it gives the same bytes."""
    return f"{count / _MIB:.7f}".rstrip("0").rstrip(".")


def save(view: View) -> Answer:
    """``POST /admin/packages``; what is left to the environment is forgotten here."""
    params = view.params
    switch = params.one_of("packages_enabled", _SWITCHES, "")
    duplicates = params.choice("duplicates", Duplicates)
    params.check()
    changes = {
        "packages_enabled": _SWITCHES[switch],
        "duplicates": duplicates,
        "max_file_bytes": _read_limit(view),
    }
    instance.edit(view.conn, changes, by=view.actor, at=view.at)
    return Redirect("/admin/packages", notice=view.language.gettext("The changes were saved."))


def _read_limit(view: View) -> int | None:
    """Read a number of MiB, which may have a fraction; empty is the environment's."""
    text = view.params.peek_text("max_file_mb").strip().replace(",", ".")
    if not text:
        return None
    try:
        limit = round(float(text) * _MIB)
    except (ValueError, OverflowError):
        limit = -1
    if not 0 <= limit <= MAX_FILE_BYTES_LIMIT:
        largest = MAX_FILE_BYTES_LIMIT // _MIB
        raise InvalidRecord(max_file_mb=Sentence("must be from 0 to %(number)s", number=largest))
    return limit
