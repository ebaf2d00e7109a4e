"""The names of roles, and those that who looks may give."""

from collections.abc import Iterator

from wheelyard.access import Role
from wheelyard.web.pages.view import View


def all_of(view: View) -> dict[Role, str]:
    """Return the name of every role that somebody can be given."""
    _ = view.language.gettext
    return {
        Role.GUEST: _("Guest"),
        Role.REPORTER: _("Reporter"),
        Role.DEVELOPER: _("Developer"),
        Role.MAINTAINER: _("Maintainer"),
        Role.OWNER: _("Owner"),
    }


def choices(view: View) -> Iterator[tuple[int, str]]:
    """Yield the roles that who looks may give."""
    for role, name in all_of(view).items():
        if may_give(view, role):
            yield role.value, name


def may_give(view: View, role: Role) -> bool:
    """Whether who looks may give a role, or change who has it: none above their own."""
    return view.principal.is_admin or role <= view.role
