"""The instance's switches and limits for packages, over those of the environment."""

from wheelyard import instance
from wheelyard.settings import Duplicates
from wheelyard.web.pages import inherited, mebibytes
from wheelyard.web.pages.inherited import Changes, read_switch, write_switch
from wheelyard.web.pages.view import Answer, Page, Redirect, View


def show(view: View) -> Answer:
    """``GET /admin/packages``."""
    decided = instance.get(view.conn)
    return Page(
        "administration/packages.html",
        {
            "environment": view.registry.settings,
            "packages_enabled": write_switch(decided.packages_enabled),
            "duplicates": decided.duplicates.value if decided.duplicates else "",
            "limit_mb": mebibytes.write(decided.max_file_bytes),
            "anyone_can_pull": write_switch(decided.anyone_can_pull),
            "forwarding": write_switch(decided.forwarding),
            "forwarding_locked": write_switch(decided.forwarding_locked),
            "upstream_url": decided.upstream_url or "",
            "prefixes": "\n".join(decided.reserved_prefixes or ()),
            "max_prefixes_length": inherited.MAX_PREFIXES_LENGTH,
        },
    )


def save(view: View) -> Answer:
    """``POST /admin/packages``; what is left to the environment is forgotten here."""
    duplicates = view.params.choice("duplicates", Duplicates)
    changes: Changes = {
        "packages_enabled": read_switch(view, "packages_enabled"),
        "anyone_can_pull": read_switch(view, "anyone_can_pull"),
        "duplicates": duplicates,
    }
    view.params.check()
    return _edit(view, {**changes, "max_file_bytes": mebibytes.read(view, "max_file_mb")})


def save_forwarding(view: View) -> Answer:
    """``POST /admin/packages/forwarding``; the same."""
    url = view.params.filled_line("upstream_url")
    changes: Changes = {
        "forwarding": read_switch(view, "forwarding"),
        "forwarding_locked": read_switch(view, "forwarding_locked"),
        "upstream_url": url.rstrip("/") if url else None,
        "reserved_prefixes": inherited.read_prefixes(view) or None,
    }
    view.params.check()
    return _edit(view, changes)


def _edit(view: View, changes: Changes) -> Answer:
    instance.edit(view.conn, changes, own_url=view.base_url, by=view.actor, at=view.at)
    return Redirect("/admin/packages", notice=view.language.gettext("The changes were saved."))
