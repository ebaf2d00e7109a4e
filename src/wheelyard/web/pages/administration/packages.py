"""The instance's switch and limits for packages, over those of the environment."""

from wheelyard import instance
from wheelyard.settings import Duplicates
from wheelyard.web.pages import mebibytes
from wheelyard.web.pages.view import Answer, Page, Redirect, View

_SWITCHES = {"": None, "true": True, "false": False}


def show(view: View) -> Answer:
    """``GET /admin/packages``."""
    decided = instance.get(view.conn)
    return Page(
        "administration/packages.html",
        {
            "environment": view.registry.settings,
            "packages_enabled": _word(decided.packages_enabled),
            "duplicates": decided.duplicates.value if decided.duplicates else "",
            "limit_mb": mebibytes.write(decided.max_file_bytes),
        },
    )


def _word(switch: bool | None) -> str:  # noqa: FBT001  of three values, one is no switch
    return "" if switch is None else str(switch).lower()


def save(view: View) -> Answer:
    """``POST /admin/packages``; what is left to the environment is forgotten here."""
    params = view.params
    switch = params.one_of("packages_enabled", _SWITCHES, "")
    duplicates = params.choice("duplicates", Duplicates)
    params.check()
    changes = {
        "packages_enabled": _SWITCHES[switch],
        "duplicates": duplicates,
        "max_file_bytes": mebibytes.read(view, "max_file_mb"),
    }
    instance.edit(view.conn, changes, by=view.actor, at=view.at)
    return Redirect("/admin/packages", notice=view.language.gettext("The changes were saved."))
