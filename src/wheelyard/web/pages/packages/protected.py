"""What protection rules mean for the releases that a page shows."""

from collections.abc import Iterable
from dataclasses import dataclass

from wheelyard import protection
from wheelyard.packages import Release
from wheelyard.protection import Level
from wheelyard.web.pages.view import View


@dataclass(frozen=True, slots=True)
class Marks:
    """Which of some releases are protected, by id."""

    covered: frozenset[int]
    """Those that any rule is about."""

    kept: frozenset[int]
    """Those that who looks may not delete, whatever the role in their project says."""


def mark(view: View, releases: Iterable[Release]) -> Marks:
    """Look up which of the releases, of one project or of several, are protected."""
    shown = list(releases)
    of_each = protection.of_projects(view.conn, {release.project_id for release in shown})
    return Marks(
        covered=frozenset(
            release.id for release in shown if of_each[release.project_id].covers(release.name)
        ),
        kept=frozenset(
            release.id
            for release in shown
            if not of_each[release.project_id].allows_delete(
                view.principal, view.role, release.name
            )
        ),
    )


def require_delete(view: View, *releases: Release) -> None:
    """Raise Forbidden when a rule keeps who looks from deleting any of the project's releases."""
    names = {release.name for release in releases}
    protection.require_delete(view.conn, view.principal, view.role, view.project.id, *names)


def name_level(view: View, level: Level | None) -> str:
    """Return what a level is called; empty for none."""
    _ = view.language.gettext
    named = {
        Level.MAINTAINER: _("Maintainer"),
        Level.OWNER: _("Owner"),
        Level.ADMIN: _("Administrator"),
    }
    return named[level] if level is not None else ""
